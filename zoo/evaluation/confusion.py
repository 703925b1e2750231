"""Which classes of an attribute are taken for which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zoo.catalog.catalog import UNKNOWN


@dataclass(frozen=True)
class ClassScore:
    """How well one class is predicted; `support` items have it, `predicted` are said to."""

    code: int
    precision: float
    recall: float
    f1: float
    support: int
    predicted: int


@dataclass(frozen=True)
class Confusion:
    """`count` items of class `true` that are said to be `said`."""

    true: int
    said: int
    count: int


def confusion_counts(labels: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """(C, C) int64, true class by predicted class, of (n,) codes; -1 in `labels` is left out."""
    known = labels != UNKNOWN
    if not known.any():
        return np.zeros((classes, classes), dtype=np.int64)
    from sklearn.metrics import confusion_matrix  # here: the page need not wait for it

    found = confusion_matrix(labels[known], predicted[known], labels=range(classes))
    return np.asarray(found, dtype=np.int64)


def class_scores(labels: np.ndarray, predicted: np.ndarray, classes: int) -> list[ClassScore]:
    """Of the classes that occur or are predicted, the most frequent first; (n,) codes.

    What is divided by nothing is 0: the precision of a class never predicted, the recall of one
    that no item has.
    """
    known = labels != UNKNOWN
    truth, said = labels[known], predicted[known]
    if not len(truth):
        return []
    from sklearn.metrics import precision_recall_fscore_support

    columns = precision_recall_fscore_support(truth, said, labels=range(classes), zero_division=0)
    times = np.bincount(said, minlength=classes)
    scores = [
        ClassScore(code, float(p), float(r), float(f1), int(support), int(times[code]))
        for code, (p, r, f1, support) in enumerate(zip(*columns, strict=True))
        if support or times[code]
    ]
    return sorted(scores, key=lambda s: -s.support)


def worst_confusions(counts: np.ndarray, top: int) -> list[Confusion]:
    """The most frequent wrong answers, at most `top`, of (C, C) counts."""
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:top]
    cells = zip(*np.unravel_index(order, wrong.shape), strict=True)
    return [Confusion(int(t), int(s), int(wrong[t, s])) for t, s in cells if wrong[t, s]]


def most_frequent(counts: np.ndarray, top: int) -> list[int]:
    """The classes that most items have, at most `top`, of (C, C) counts."""
    support = counts.sum(axis=1)
    return [int(c) for c in np.argsort(-support, kind="stable")[:top] if support[c]]


def with_rest(counts: np.ndarray, shown: list[int]) -> np.ndarray:
    """(s + 1, s + 1): the counts of these classes, and of all others summed in the last."""
    rest = [c for c in range(len(counts)) if c not in set(shown)]
    groups = [[c] for c in shown] + [rest]
    rows = np.stack([counts[group].sum(axis=0) for group in groups])
    return np.stack([rows[:, group].sum(axis=1) for group in groups], axis=1)
