"""What the heads should say of each picture, and how far from it they are.

The heads come in one order everywhere: single attributes first, then the multi ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from zoo.catalog import Attribute, Catalog
from zoo.catalog.catalog import UNKNOWN
from zoo.training.metrics import accuracies, mean_average_precision
from zoo.training.model import masked_binary_cross_entropy, masked_cross_entropy
from zoo.training.sampling import Balance


@dataclass(frozen=True)
class Targets:
    """Labels of n pictures."""

    singles: torch.Tensor  # (n, m) int64 class indices, -1 unknown
    multis: tuple[torch.Tensor, ...] = ()  # (n, C) int8 each: 1 has, 0 has not, -1 unknown

    def __len__(self) -> int:
        return len(self.singles)

    def __getitem__(self, rows: np.ndarray | torch.Tensor | slice) -> Targets:
        index = torch.from_numpy(rows) if isinstance(rows, np.ndarray) else rows
        return Targets(self.singles[index], tuple(labels[index] for labels in self.multis))

    def to(self, device: torch.device) -> Targets:
        """The same on a device."""
        return Targets(self.singles.to(device), tuple(m.to(device) for m in self.multis))

    def known(self) -> np.ndarray:
        """Whether anything is known of each picture, (n,) bool."""
        found = (self.singles != UNKNOWN).any(dim=1)
        for labels in self.multis:
            found |= (labels != UNKNOWN).any(dim=1)
        return found.numpy()

    def scorable(self) -> bool:
        """Whether any prediction could be right of them, see heads_score."""
        return bool((self.singles != UNKNOWN).any()) or any((m == 1).any() for m in self.multis)


def head_attributes(catalog: Catalog) -> tuple[Attribute, ...]:
    """The attributes in the order of the heads."""
    return (*catalog.singles, *catalog.multis)


def targets_of(catalog: Catalog) -> Targets:
    """The labels of a whole catalogue."""
    multis = tuple(torch.from_numpy(catalog.multi_labels(a.name)) for a in catalog.multis)
    return Targets(torch.from_numpy(catalog.label_matrix()), multis)


def heads_loss(
    logits: Sequence[torch.Tensor],
    targets: Targets,
    smoothing: float,
    balance: Balance,
    of: Targets | None = None,
) -> torch.Tensor:
    """Mean over the heads of each one's loss over known labels, or the part these are `of` it."""
    whole = targets if of is None else of
    count = targets.singles.shape[1]
    weights = balance.weights or [None] * count
    losses = [
        masked_cross_entropy(
            scores,
            targets.singles[:, column],
            smoothing,
            weights[column],
            whole.singles[:, column],
        )
        for column, scores in enumerate(logits[:count])
    ]
    for scores, labels, positive, all_labels in zip(
        logits[count:], targets.multis, balance.positives, whole.multis, strict=True
    ):
        losses.append(masked_binary_cross_entropy(scores, labels, positive, all_labels))
    return torch.stack(losses).mean()


def heads_score(logits: Sequence[torch.Tensor], targets: Targets) -> float | None:
    """What validation compares: the mean of each head's accuracy, or mAP for a multi one.

    None where no label says what is right.
    """
    count = targets.singles.shape[1]
    predicted = [scores.argmax(dim=1).cpu().numpy() for scores in logits[:count]]
    scores = accuracies(targets.singles.cpu().numpy(), predicted)
    for found, labels in zip(logits[count:], targets.multis, strict=True):
        precision = mean_average_precision(labels.cpu().numpy(), found.float().cpu().numpy())
        scores += [] if precision is None else [precision]
    return float(np.mean(scores)) if scores else None
