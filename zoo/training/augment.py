"""Augmentation that leaves every label true.

No change of hue, as colour is a label or what a shopper looks for; no mirroring where a label says
which side something is on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import torch
from torch import nn
from torch.nn import functional

from zoo.catalog import Attribute

ZOOM = 0.12  # the picture is drawn 12 % larger or smaller at most
SHIFT = 0.08  # and moved by 8 % of its side at most
FLIP = 1  # which of the chances decides on a flip; above one half there is none


def augment(pictures: torch.Tensor, chances: torch.Tensor, size: int) -> torch.Tensor:
    """Flip, zoom and shift each of (B, 3, S, S) -> (B, 3, size, size); the border is repeated.

    chances (B, 4), each in 0..1, say how; equal ones change a picture equally.
    """
    pictures = shrunk(pictures, size)
    count = len(pictures)
    draw = chances.to(pictures.device) * 2 - 1  # (B, 4)
    zoom = 1 + ZOOM * draw[:, 0]
    flip = torch.where(draw[:, FLIP] > 0, 1.0, -1.0)
    matrix = torch.zeros(count, 2, 3, device=pictures.device)
    matrix[:, 0, 0], matrix[:, 1, 1] = zoom * flip, zoom
    matrix[:, :, 2] = SHIFT * 2 * draw[:, 2:]
    grid = functional.affine_grid(matrix, list(pictures.shape), align_corners=False)
    return functional.grid_sample(
        pictures, grid, padding_mode="border", align_corners=False
    ).contiguous(memory_format=torch.channels_last)


def shrunk(pictures: torch.Tensor, size: int) -> torch.Tensor:
    """(B, 3, S, S) -> (B, 3, size, size); pictures are never made larger."""
    if size >= pictures.shape[-1]:
        return pictures
    return functional.interpolate(pictures, (size, size), mode="bilinear", antialias=True)


class Shrinking(nn.Module):
    """A network that sees its pictures at a smaller size."""

    def __init__(self, network: nn.Module, size: int) -> None:
        super().__init__()
        self.network, self.size = network, size

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """What the network gives for the smaller pictures."""
        outputs: tuple[torch.Tensor, ...] = self.network(shrunk(pictures, self.size))
        return outputs


def sides_matter(attributes: Iterable[Attribute]) -> bool:
    """Whether one attribute has classes for the left and for the right, such as "left pocket"."""
    return any(_says("left", a.classes) and _says("right", a.classes) for a in attributes)


def _says(side: str, classes: Iterable[str]) -> bool:
    return any(side in re.split(r"[\W_]+", name.lower()) for name in classes)
