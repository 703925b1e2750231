"""Several classes at once: loss, score and metrics by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from zoo.training.metrics import mean_average_precision, multi_label
from zoo.training.model import masked_binary_cross_entropy
from zoo.training.sampling import Balance, positive_weights
from zoo.training.targets import Targets, heads_loss, heads_score


def test_binary_loss_leaves_unknown_cells_out() -> None:
    scores = torch.tensor([[0.0, 5.0], [0.0, -5.0]])
    labels = torch.tensor([[1, -1], [0, -1]], dtype=torch.int8)
    loss = masked_binary_cross_entropy(scores, labels, torch.ones(2))
    assert float(loss) == pytest.approx(math.log(2))
    unknown = torch.full((2, 2), -1, dtype=torch.int8)
    assert float(masked_binary_cross_entropy(scores, unknown, torch.ones(2))) == 0


def test_a_positive_counts_as_much_as_its_weight() -> None:
    labels = torch.tensor([[1], [0]], dtype=torch.int8)
    loss = masked_binary_cross_entropy(torch.zeros(2, 1), labels, torch.tensor([3.0]))
    assert float(loss) == pytest.approx((3 + 1) / 2 * math.log(2))
    # Nine pictures without, one with: the root of nine. Bounded at ten, and never under one.
    rare = np.array([[1, 1]] + [[0, 1]] * 9)
    assert positive_weights(rare).tolist() == [3.0, 1.0]


def test_the_loss_is_the_mean_over_heads() -> None:
    targets = Targets(torch.tensor([[0]]), (torch.tensor([[1, 0]], dtype=torch.int8),))
    logits = [torch.tensor([[0.0, 0.0]]), torch.tensor([[0.0, 0.0]])]
    balance = Balance(positives=(torch.ones(2),))
    assert float(heads_loss(logits, targets, 0.0, balance)) == pytest.approx(math.log(2))


def test_the_score_is_the_mean_over_heads() -> None:
    singles = torch.tensor([[0], [1], [-1]])
    multi = torch.tensor([[1], [0], [0]], dtype=torch.int8)
    logits = [torch.tensor([[1.0, 0.0]] * 3), torch.tensor([[0.1], [0.2], [0.0]])]
    # Accuracy 1 of 2 known; the one positive is second of three: precision 1/2.
    score = heads_score(logits, Targets(singles, (multi,)))
    assert score == pytest.approx((1 / 2 + 1 / 2) / 2)


def test_without_a_label_there_is_no_score() -> None:
    logits = [torch.tensor([[1.0, 0.0]]), torch.tensor([[0.1]])]
    none = Targets(torch.tensor([[-1]]), (torch.tensor([[0]], dtype=torch.int8),))
    assert heads_score(logits, none) is None
    assert not none.scorable()
    assert Targets(torch.tensor([[0]]), none.multis).scorable()
    some = Targets(none.singles, (torch.tensor([[1]], dtype=torch.int8),))
    assert some.scorable()
    assert heads_score(logits, some) == 1


def test_average_precision_by_hand() -> None:
    labels = np.array([[1, 0], [0, 0], [1, -1], [-1, 0]])
    chances = np.array([[0.9, 0.1], [0.8, 0.1], [0.7, 0.1], [1.0, 0.1]])
    # Positives at places 1 and 3 of three known; the second class never occurs.
    assert mean_average_precision(labels, chances) == pytest.approx((1 + 2 / 3) / 2)
    assert mean_average_precision(labels[:, 1:], chances[:, 1:]) is None


def test_top3_recall_is_over_true_classes() -> None:
    labels = np.array([[1, 1, 0, 0, 1], [0, 0, 0, 0, 0], [-1, -1, -1, -1, -1]])
    chances = np.array([[0.9, 0.8, 0.7, 0.6, 0.5]] * 3)
    found = multi_label(labels, chances)
    assert found is not None
    assert found.top3_recall == pytest.approx(2 / 3)
    assert found.items == 2
    assert found.chance == pytest.approx(0.5)
    assert multi_label(labels[1:], chances[1:]) is None


def test_known_is_any_label_of_any_kind() -> None:
    targets = Targets(
        torch.tensor([[-1], [0], [-1]]), (torch.tensor([[-1], [-1], [0]], dtype=torch.int8),)
    )
    assert targets.known().tolist() == [False, True, True]
