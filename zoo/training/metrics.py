"""Classification metrics over known labels, beside the majority baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zoo.catalog.catalog import UNKNOWN


@dataclass(frozen=True)
class Classification:
    """How well one attribute is predicted; shares of 1 over `items` with a known label."""

    accuracy: float
    top3: float
    macro_f1: float
    majority: float  # accuracy of always saying the commonest class of the training split
    items: int


def classification(
    labels: np.ndarray, top3: np.ndarray, train: np.ndarray
) -> Classification | None:
    """Score predictions of one attribute; None when no label is known.

    labels (n,) class indices, -1 unknown; top3 (n, <=3) predicted classes, best first;
    train (k,) the training split's labels. Macro-F1 is over the classes that occur in `labels`.
    """
    from sklearn.metrics import f1_score  # here: whoever opens a network need not wait for it

    known = labels != UNKNOWN
    if not known.any():
        return None
    truth, best = labels[known], top3[known]
    return Classification(
        accuracy=float((best[:, 0] == truth).mean()),
        top3=float((best == truth[:, None]).any(axis=1).mean()),
        macro_f1=float(
            f1_score(truth, best[:, 0], labels=np.unique(truth), average="macro", zero_division=0)
        ),
        majority=float((truth == majority_class(train)).mean()),
        items=int(known.sum()),
    )


def majority_class(labels: np.ndarray) -> int:
    """The commonest known class; -1 when none is known."""
    known = labels[labels != UNKNOWN]
    return int(np.bincount(known).argmax()) if len(known) else UNKNOWN


def accuracies(labels: np.ndarray, predicted: Sequence[np.ndarray]) -> list[float]:
    """Accuracy of each attribute with known labels; labels (n, m), predicted m times (n,)."""
    known = labels != UNKNOWN
    return [
        float((column[known[:, a]] == labels[known[:, a], a]).mean())
        for a, column in enumerate(predicted)
        if known[:, a].any()
    ]


@dataclass(frozen=True)
class MultiLabel:
    """How well a multi attribute is predicted, over pictures with known labels."""

    map: float  # mean over classes of the average precision
    top3_recall: float  # share of true classes among each picture's three most likely
    chance: float  # the mAP of random order: the mean share of pictures with a class
    items: int


def multi_label(labels: np.ndarray, chances: np.ndarray) -> MultiLabel | None:
    """Score chances (n, C) against labels (n, C) of 1, 0 and -1; None when there is no positive.

    top3_recall is what DeepFashion reports (Liu et al. 2016).
    """
    precision = mean_average_precision(labels, chances)
    if precision is None:
        return None
    known = (labels != UNKNOWN).any(axis=1)
    truth, found = labels[known] == 1, chances[known]
    top = np.argsort(-found, axis=1, kind="stable")[:, :3]
    hits = np.take_along_axis(truth, top, axis=1).sum()
    present = truth.any(axis=0)
    return MultiLabel(
        map=precision,
        top3_recall=float(hits / truth.sum()),
        chance=float(truth[:, present].mean()),
        items=int(known.sum()),
    )


def mean_average_precision(labels: np.ndarray, chances: np.ndarray) -> float | None:
    """Mean over the classes that occur of the average precision; both (n, C), -1 unknown."""
    from sklearn.metrics import average_precision_score

    precisions = []
    for truth, found in zip(labels.T, chances.T, strict=True):
        known = truth != UNKNOWN
        if (truth[known] == 1).any():
            precisions.append(average_precision_score(truth[known] == 1, found[known]))
    return float(np.mean(precisions)) if precisions else None
