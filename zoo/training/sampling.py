"""Which pictures an epoch sees and how much each class counts, when classes are of unlike size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

UNKNOWN = -1


@dataclass(frozen=True)
class Balance:
    """How an epoch makes up for rare classes; neither is for the plain loss on every picture."""

    draw: np.ndarray | None = None  # (n,) chance of each training picture; None: each once
    weights: tuple[torch.Tensor, ...] | None = None  # (C,) per attribute; None: all alike


def make_balance(kind: str, labels: np.ndarray, key: int, classes: list[int]) -> Balance:
    """The balance of a training split: `kind` is none, sampling or weights.

    labels (n, m), -1 unknown; `key` is the column whose classes are drawn equally often;
    `classes` the number of classes of each attribute.
    """
    if kind == "sampling":
        return Balance(draw=equal_chances(labels[:, key]))
    if kind == "weights":
        columns = enumerate(classes)
        return Balance(weights=tuple(class_weights(labels[:, c], n) for c, n in columns))
    return Balance()


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


def epoch_order(rows: np.ndarray, balance: Balance, seed: tuple[int, ...]) -> np.ndarray:
    """The rows of one epoch in their order, (n,): shuffled, or drawn by chance."""
    generator = np.random.default_rng(seed)
    if balance.draw is None:
        return generator.permutation(rows)
    return generator.choice(rows, size=len(rows), p=balance.draw)
