"""Augmentation that leaves every label true: no change of hue, as colour is a label."""

from __future__ import annotations

import torch
from torch.nn import functional

ZOOM = 0.12  # the picture is drawn 12 % larger or smaller at most
SHIFT = 0.08  # and moved by 8 % of its side at most


def augment(pictures: torch.Tensor, chances: torch.Tensor, size: int) -> torch.Tensor:
    """Flip, zoom and shift each of (B, 3, S, S) -> (B, 3, size, size); the border is repeated.

    chances (B, 4), each in 0..1, say how; equal ones change a picture equally.
    """
    if size < pictures.shape[-1]:
        pictures = functional.interpolate(pictures, (size, size), mode="bilinear", antialias=True)
    count = len(pictures)
    draw = chances.to(pictures.device) * 2 - 1  # (B, 4)
    zoom = 1 + ZOOM * draw[:, 0]
    flip = torch.where(draw[:, 1] > 0, 1.0, -1.0)
    matrix = torch.zeros(count, 2, 3, device=pictures.device)
    matrix[:, 0, 0], matrix[:, 1, 1] = zoom * flip, zoom
    matrix[:, :, 2] = SHIFT * 2 * draw[:, 2:]
    grid = functional.affine_grid(matrix, list(pictures.shape), align_corners=False)
    return functional.grid_sample(
        pictures, grid, padding_mode="border", align_corners=False
    ).contiguous(memory_format=torch.channels_last)
