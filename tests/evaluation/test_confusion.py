"""Confusions of six items in three classes, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from zoo.evaluation.confusion import (
    Confusion,
    class_scores,
    confusion_counts,
    most_frequent,
    with_rest,
    worst_confusions,
)

LABELS = np.array([0, 0, 0, 1, 1, 2, -1])
SAID = np.array([0, 1, 1, 1, 0, 2, 2])
COUNTS = np.array([[1, 2, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]])


def test_counts_leave_out_unknown_labels() -> None:
    assert confusion_counts(LABELS, SAID, 4).tolist() == COUNTS.tolist()
    nothing = confusion_counts(np.array([-1]), np.array([0]), 2)
    assert nothing.tolist() == [[0, 0], [0, 0]]


def test_class_scores_by_hand() -> None:
    first, second, third = class_scores(LABELS, SAID, 4)  # nobody is of class 3, or said to be
    assert (first.code, first.support, first.predicted) == (0, 3, 2)
    assert (first.precision, first.recall) == (pytest.approx(1 / 2), pytest.approx(1 / 3))
    assert first.f1 == pytest.approx(2 / 5)
    assert (second.precision, second.recall) == (pytest.approx(1 / 3), pytest.approx(1 / 2))
    assert (third.precision, third.recall, third.f1) == (1, 1, 1)
    assert class_scores(np.array([-1]), np.array([0]), 4) == []


def test_worst_confusions_are_wrong_and_happened() -> None:
    assert worst_confusions(COUNTS, 9) == [Confusion(0, 1, 2), Confusion(1, 0, 1)]
    assert len(worst_confusions(COUNTS, 1)) == 1


def test_the_rest_is_summed() -> None:
    shown = most_frequent(COUNTS, 2)
    assert shown == [0, 1]
    assert with_rest(COUNTS, shown).tolist() == [[1, 2, 0], [1, 1, 0], [0, 0, 1]]
    assert most_frequent(COUNTS, 9) == [0, 1, 2]
    assert with_rest(COUNTS, [2]).tolist() == [[1, 0], [0, 5]]
