"""Classes of unlike size: drawn equally often, or weighing alike."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from zoo.training.model import masked_cross_entropy
from zoo.training.sampling import (
    class_weights,
    epoch_order,
    equal_chances,
    make_balance,
)


def test_chances_make_classes_alike() -> None:
    labels = np.array([0, 0, 0, 1])
    assert equal_chances(labels).tolist() == pytest.approx([1 / 6, 1 / 6, 1 / 6, 1 / 2])


def test_weights_by_hand() -> None:
    # Four known labels, two classes that occur: 4 / (2 * 3), 4 / (2 * 1), and none.
    weights = class_weights(np.array([0, 0, 0, 1, -1]), 3)
    assert weights.tolist() == pytest.approx([2 / 3, 2.0, 0.0])


def test_weights_make_a_rare_class_count_as_much_in_the_loss() -> None:
    labels = torch.tensor([0, 0, 0, 1])
    logits = torch.tensor([[2.0, 0.0]] * 4)
    loss = masked_cross_entropy(logits, labels, 0.0, class_weights(labels.numpy(), 2))
    losses = -logits[0].log_softmax(0)
    assert float(loss) == pytest.approx(float(losses.mean()), abs=1e-6)


def test_an_epoch_shuffles_or_draws() -> None:
    labels = np.array([[0], [0], [0], [0], [0], [0], [0], [0], [0], [1]])
    rows = np.arange(10) * 2
    plain = make_balance("none", labels, [2], 0, [])
    assert sorted(epoch_order(rows, plain, (0, 1))) == rows.tolist()
    drawn = make_balance("sampling", labels, [2], 0, [])
    many = np.concatenate([epoch_order(rows, drawn, (0, n)) for n in range(200)])
    assert (many == 18).mean() == pytest.approx(0.5, abs=0.05)
    assert np.array_equal(epoch_order(rows, drawn, (0, 1)), epoch_order(rows, drawn, (0, 1)))
    # Nothing to draw by: a network of several classes at once.
    assert make_balance("sampling", labels[:, :0], [], None, [labels]).draw is None
