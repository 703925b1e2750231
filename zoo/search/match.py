"""FashionNet's attribute match: items against a style profile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zoo.catalog.catalog import UNKNOWN


@dataclass(frozen=True)
class Labels:
    """Class indices (n, m) with the confidence in each (n, m), 1 for the catalogue's own."""

    classes: np.ndarray
    confidence: np.ndarray
    true: np.ndarray  # (n, m) bool: the catalogue's own rather than predicted

    def __getitem__(self, rows: np.ndarray | slice) -> Labels:
        return Labels(self.classes[rows], self.confidence[rows], self.true[rows])


def predicted(classes: np.ndarray, confidence: np.ndarray) -> Labels:
    """Predicted classes (n, m) by themselves, with the confidence in each."""
    return Labels(classes, confidence, np.zeros(classes.shape, dtype=bool))


def own_or_predicted(own: np.ndarray, predicted: np.ndarray, confidence: np.ndarray) -> Labels:
    """The catalogue's own classes where known (>= 0), the predicted ones elsewhere; all (n, m)."""
    true = own != UNKNOWN
    return Labels(
        np.where(true, own, predicted).astype(np.int64),
        np.where(true, 1.0, confidence).astype(np.float32),
        true,
    )


def match_score(profile: Labels, items: Labels) -> np.ndarray:
    """FashionNet's score: equal cells of the profile, 0..q*m, (n,) int64."""
    # Column by column keeps memory at n rather than n * q * m.
    score = np.zeros(len(items.classes), dtype=np.int64)
    for row in profile.classes:
        for column, value in enumerate(row):
            if value != UNKNOWN:
                score += items.classes[:, column] == value
    return score


def soft_match(profile: Labels, items: Labels) -> np.ndarray:
    """The share of the profile an item has, each cell weighed by both confidences: (n,) 0..1."""
    score = np.zeros(len(items.classes), dtype=np.float32)
    for classes, confidence in zip(profile.classes, profile.confidence, strict=True):
        for column, value in enumerate(classes):
            if value != UNKNOWN:
                equal = items.classes[:, column] == value
                score += equal * items.confidence[:, column] * confidence[column]
    return score / max(1, profile.classes.size)


def commonest(codes: Sequence[int] | np.ndarray) -> int:
    """The code that occurs most often, the lowest of several."""
    values, counts = np.unique(np.asarray(codes), return_counts=True)
    return int(values[counts.argmax()])
