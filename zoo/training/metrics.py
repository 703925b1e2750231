"""Classification metrics over known labels, beside the majority baseline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import f1_score

UNKNOWN = -1


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


def mean_accuracy(labels: np.ndarray, predicted: np.ndarray) -> float:
    """Mean over attributes of the accuracy over known labels; both (n, m)."""
    known = labels != UNKNOWN
    per_attribute = [
        float((predicted[known[:, a], a] == labels[known[:, a], a]).mean())
        for a in range(labels.shape[1])
        if known[:, a].any()
    ]
    return float(np.mean(per_attribute)) if per_attribute else 0.0
