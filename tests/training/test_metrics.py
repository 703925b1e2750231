"""Losses and metrics on labels that a reader can count."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from zoo.training.metrics import accuracies, classification
from zoo.training.model import masked_cross_entropy


def test_masked_loss_leaves_unknown_labels_out() -> None:
    logits = torch.tensor([[2.0, 0.0], [0.0, 3.0]])
    known = masked_cross_entropy(logits[:1], torch.tensor([0]), 0.0)
    masked = masked_cross_entropy(logits, torch.tensor([0, -1]), 0.0)
    torch.testing.assert_close(masked, known)
    assert masked_cross_entropy(logits, torch.tensor([-1, -1]), 0.0) == 0


def test_metrics_by_hand() -> None:
    labels = np.array([0, 0, 1, -1])
    top3 = np.array([[0, 1, 2], [1, 0, 2], [2, 0, 3], [0, 1, 2]])
    result = classification(labels, top3, train=np.array([1, 1, 0, -1]))
    assert result is not None
    assert result.accuracy == pytest.approx(1 / 3)
    assert result.top3 == pytest.approx(2 / 3)
    assert result.majority == pytest.approx(1 / 3)
    assert result.macro_f1 == pytest.approx((2 / 3 + 0) / 2)
    assert result.items == 3
    assert classification(np.array([-1]), top3[:1], labels) is None


def test_accuracies_are_of_attributes_with_known_labels() -> None:
    labels = np.array([[0, 1, -1], [0, -1, -1]])
    predicted = [np.array([0, 1]), np.array([0, 1]), np.array([0, 1])]
    assert accuracies(labels, predicted) == [0.5, 0.0]
