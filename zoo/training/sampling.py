"""Which pictures an epoch sees and how much each class counts, when classes are of unlike size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from zoo.catalog.catalog import UNKNOWN

LARGEST = 10.0  # weight of a positive


@dataclass(frozen=True)
class Balance:
    """How an epoch makes up for rare classes; left out, the plain loss on every picture."""

    draw: np.ndarray | None = None  # (n,) chance of each training picture; None: each once
    weights: tuple[torch.Tensor, ...] | None = None  # (C,) per single attribute; None: alike
    positives: tuple[torch.Tensor, ...] = ()  # (C,) per multi attribute, see positive_weights


def make_balance(
    kind: str,
    labels: np.ndarray,
    classes: Sequence[int],
    key: int | None,
    multis: Sequence[np.ndarray],
) -> Balance:
    """The balance of a training split: `kind` is none, sampling or weights.

    labels (n, m), -1 unknown, with `classes` classes each; `key` is the column whose classes are
    drawn equally often (None, in a network of several classes at once: every picture is seen
    once); multis (n, C) each.
    """
    positives = tuple(positive_weights(column) for column in multis)
    if kind == "sampling" and key is not None:
        return Balance(draw=equal_chances(labels[:, key]), positives=positives)
    if kind == "weights":
        weights = tuple(class_weights(labels[:, c], n) for c, n in enumerate(classes))
        return Balance(weights=weights, positives=positives)
    return Balance(positives=positives)


def equal_chances(labels: np.ndarray) -> np.ndarray:
    """Chances (n,) with which every class is drawn equally often; unknown counts as a class."""
    _, inverse, counts = np.unique(labels, return_inverse=True, return_counts=True)
    chances: np.ndarray = 1.0 / (len(counts) * counts[inverse])
    return chances


def class_weights(labels: np.ndarray, classes: int) -> torch.Tensor:
    """n / (C * n_c) per class (C,): all classes weigh alike in the sum; 0 for absent ones."""
    counts = np.bincount(labels[labels != UNKNOWN], minlength=classes)
    present = counts > 0
    weights = np.zeros(classes, dtype=np.float32)
    weights[present] = counts.sum() / (present.sum() * counts[present])
    return torch.from_numpy(weights)


def positive_weights(labels: np.ndarray) -> torch.Tensor:
    """Root of negatives per positive of each class (C,), bounded; labels (n, C), -1 unknown.

    A class that few pictures have must be heard, and must not drown the others.
    """
    positives = (labels == 1).sum(axis=0)
    negatives = (labels == 0).sum(axis=0)
    weights = np.sqrt(negatives / np.maximum(positives, 1)).clip(1, LARGEST)
    return torch.from_numpy(weights.astype(np.float32))


def epoch_order(rows: np.ndarray, balance: Balance, seed: tuple[int, ...]) -> np.ndarray:
    """The rows of one epoch in their order, (n,): shuffled, or drawn by chance."""
    generator = np.random.default_rng(seed)
    if balance.draw is None:
        return generator.permutation(rows)
    return generator.choice(rows, size=len(rows), p=balance.draw)
