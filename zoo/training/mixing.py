"""CutMix: a rectangle of each picture comes from another one, and so does its share of the loss."""

from __future__ import annotations

import math

import numpy as np
import torch

from zoo.training.targets import Targets

# What a batch should be told: targets and how much each of them counts, 1 in all.
Truths = list[tuple[float, Targets]]


def cut_mix(
    pictures: torch.Tensor, targets: Targets, generator: np.random.Generator
) -> tuple[torch.Tensor, Truths]:
    """Mix a batch (B, 3, S, S) with itself in another order, one rectangle for all of it.

    Yun et al. 2019; the area of the rectangle is uniform over 0..1 of the picture.
    """
    count, size = len(pictures), pictures.shape[-1]
    order = torch.from_numpy(generator.permutation(count))
    half = math.sqrt(generator.random()) * size / 2
    down, across = generator.random(2) * size
    top, bottom = _within(down - half, size), _within(down + half, size)
    left, right = _within(across - half, size), _within(across + half, size)
    mixed = pictures.clone()
    other = pictures[order.to(pictures.device)]
    mixed[:, :, top:bottom, left:right] = other[:, :, top:bottom, left:right]
    share = (bottom - top) * (right - left) / size**2
    return mixed, [(1 - share, targets), (share, targets[order.to(targets.singles.device)])]


def _within(place: float, size: int) -> int:
    return round(min(max(place, 0), size))
