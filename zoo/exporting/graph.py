"""The network as it is exported: bytes of pictures in, embedding and probabilities out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

if TYPE_CHECKING:
    from zoo.backbones import Transform
    from zoo.training.stack import AnyModel


class Graph(nn.Module):
    """(B, 3, S, S) uint8 -> unit embedding (B, D), then class probabilities (B, C) each.

    The normalisation is inside, so that a program has only to resize and crop.
    """

    scale: torch.Tensor
    shift: torch.Tensor

    def __init__(self, model: AnyModel, transform: Transform, singles: int) -> None:
        """`singles`: how many heads, the first ones, have one class a picture."""
        super().__init__()
        self.model, self.singles = model, singles
        mean, std = torch.tensor(transform.mean), torch.tensor(transform.std)
        self.register_buffer("scale", (1 / (255 * std)).view(1, 3, 1, 1))
        self.register_buffer("shift", (-mean / std).view(1, 3, 1, 1))

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Pixels to features, without any other step."""
        raw, *logits = self.model(pictures.float() * self.scale + self.shift)
        unit = nn.functional.normalize(raw, dim=1)  # (B, D)
        singles = (scores.softmax(dim=1) for scores in logits[: self.singles])
        return (unit, *singles, *(scores.sigmoid() for scores in logits[self.singles :]))
