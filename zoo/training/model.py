"""A backbone with one classification head per attribute (FashionNet's shape)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from zoo.backbones import Transform
    from zoo.catalog import Attribute
    from zoo.training.proxies import Proxies


class ZooModel(nn.Module):
    """backbone (B, 3, S, S) -> embedding (B, D); heads: embedding -> logits (B, C) each."""

    def __init__(
        self,
        backbone: nn.Module,
        width: int,
        attributes: Sequence[Attribute],
        hidden: Sequence[int],
        dropout: float,
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.width = width
        self.proxies: Proxies | None = None  # only where the embedding has a loss of its own
        # A list, in the order of the attributes: their names may hold what module names cannot.
        self.heads = nn.ModuleList(
            _head((width, *hidden), len(attribute.classes), dropout) for attribute in attributes
        )

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """(B, 3, S, S) -> embedding (B, D), then the logits of each attribute (B, C)."""
        embedding = self.backbone(pictures)  # (B, D)
        return (embedding, *self.classify(embedding))

    def classify(self, embedding: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Embeddings (B, D) -> the logits of each attribute (B, C)."""
        return tuple(head(embedding) for head in self.heads)

    def network_of(self, head: int) -> tuple[ZooModel, int]:
        """The network that decides a head, and the head's place in it."""
        return self, head

    def has_trainable_backbone(self) -> bool:
        """Whether there is anything to unfreeze; a backbone may be a fixed function."""
        return any(True for _ in self.backbone.parameters())


def _head(widths: Sequence[int], classes: int, dropout: float) -> nn.Sequential:
    """Dense layers, each with ReLU and dropout, then the logits."""
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += [nn.Linear(before, after), nn.ReLU(), nn.Dropout(dropout)]
    return nn.Sequential(*layers, nn.Linear(widths[-1], classes))


def embedding_width(network: nn.Module, transform: Transform) -> int:
    """D, measured with one forward."""
    network.eval()
    with torch.inference_mode():
        output = network(torch.zeros(1, 3, transform.size, transform.size))
    if output.ndim != 2:
        raise ValueError(f"the network gives {tuple(output.shape)}, not (B, D)")
    return int(output.shape[1])


def masked_cross_entropy(
    scores: torch.Tensor,
    labels: torch.Tensor,
    smoothing: float,
    weight: torch.Tensor | None = None,
    of: torch.Tensor | None = None,
) -> torch.Tensor:
    """Mean cross entropy over known labels: scores (B, C), labels (B,) with -1 unknown.

    `weight` (C,) says how much a label of each class counts; left out, all alike. `of` has the
    labels that the mean is over, of which these are a part: the parts' losses add up to it.
    """
    of = labels if of is None else of
    weight = None if weight is None else weight.to(scores.device)
    total = nn.functional.cross_entropy(
        scores.float(),
        labels,
        weight=weight,
        ignore_index=-1,
        reduction="sum",
        label_smoothing=smoothing,
    )
    known = (of >= 0).float()
    counted = known if weight is None else known * weight[of.clamp(min=0)]
    # A batch may know nothing of an attribute; the mean over nothing would be NaN.
    return total / counted.sum().clamp(min=1e-6)


def masked_binary_cross_entropy(
    scores: torch.Tensor,
    labels: torch.Tensor,
    positive: torch.Tensor,
    of: torch.Tensor | None = None,
) -> torch.Tensor:
    """Mean over known cells: scores (B, C), labels (B, C) 1, 0 or -1 for unknown.

    `positive` (C,) is how much a class that is there counts against one that is not; `of` as in
    `masked_cross_entropy`.
    """
    of = labels if of is None else of
    losses = nn.functional.binary_cross_entropy_with_logits(
        scores.float(),
        (labels == 1).float(),
        pos_weight=positive.to(scores.device),
        reduction="none",
    )
    known = (labels >= 0).float()
    return (losses * known).sum() / (of >= 0).float().sum().clamp(min=1)
