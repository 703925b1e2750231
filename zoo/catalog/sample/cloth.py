"""How cloth takes the light: folds, sheen, knit, holes and translucency."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zoo.catalog.sample.garment import Garment
from zoo.catalog.sample.sheet import Field, Pose


@dataclass(frozen=True)
class Fabric:
    """What tells one fabric from another; shares of full black or white."""

    folds: float  # how dark the folds are
    pitch: float  # how many folds
    gleam: float  # how bright the ridges are
    spread: float = 0.0  # from folds here and there, 0, to folds everywhere, 1
    gathers: float = 0.0  # fine pleats from top to bottom


FABRICS = {
    "cotton": Fabric(folds=0.24, pitch=1.0, gleam=0.03),
    "chiffon": Fabric(folds=0.16, pitch=2.2, gleam=0.3, spread=0.3, gathers=0.9),
    "lace": Fabric(folds=0.10, pitch=0.8, gleam=0.05),
    "wool": Fabric(folds=0.14, pitch=0.5, gleam=0.02),
    "silk": Fabric(folds=0.34, pitch=1.3, gleam=0.66, spread=0.6),
}


def drape(
    rng: np.random.Generator, garment: Garment, fabric: str, x: Field, y: Field
) -> tuple[Field, Field]:
    """Shadow and gleam of the folds at those places, each 0 to 1."""
    kind = FABRICS[fabric]
    height = np.zeros_like(x)
    for _ in range(3):
        turn, phase, wobble = rng.uniform(-0.9, 0.9), rng.uniform(0, 6.3), rng.uniform(0, 6.3)
        centre = rng.uniform(-0.6, 0.6, 2)
        near = np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / 0.5)
        along = x * np.cos(turn) + y * np.sin(turn) + 0.12 * np.sin(3.0 * y + 1.5 * x + wobble)
        near = kind.spread + (1 - kind.spread) * near
        height += near * np.sin(9.0 * kind.pitch * along + phase)
    if kind.gathers:
        wave = 0.5 * np.sin(4 * y + rng.uniform(0, 6.3))
        height += kind.gathers * np.sin(30 * x + wave)
    if garment.flare:
        below = np.clip((y - garment.waist) / 0.8, 0, 1)
        fan = x / (garment.half_waist * (0.9 + 1.6 * below))
        height += 1.2 * below * np.sin(7.0 * fan + 1.2 * np.sin(2 * y) + rng.uniform(0, 6.3))
    height = np.clip(height, -1.5, 1.5) / 1.5
    shadow = kind.folds * np.clip(0.25 - height, 0, 1)
    gleam = kind.gleam * np.clip(height, 0, 1) ** 2
    return shadow.astype(np.float32), gleam.astype(np.float32)


def knit(pose: Pose, side: int, period: float) -> Image.Image:
    """Columns of V stitches, as shade: 255 where the yarn is fully lit."""
    x, y = pose.grid(side)
    column = np.abs((x / period) % 1.0 - 0.5) * 2
    stitch = np.sin(2 * np.pi * (y / (period * 0.75) + 0.55 * column))
    depth = 0.14 * (1 - stitch) + 0.3 * column**5
    shade = np.clip(255 * (1 - depth), 0, 255).astype(np.uint8)
    return Image.fromarray(shade)


def openwork(pose: Pose, side: int, period: float) -> tuple[Image.Image, Image.Image]:
    """Lace: what is left of the cloth (255) between its holes, and the shade of its threads."""
    x, y = pose.grid(side)
    row = np.floor(y / (period * 0.86))
    u = ((x / period + 0.5 * (row % 2)) % 1.0 - 0.5) * 2
    v = ((y / (period * 0.86)) % 1.0 - 0.5) * 2
    diamond = 0.62 - np.abs(u) - np.abs(v)
    eyelet = 0.2 - np.hypot(np.abs(u) - 1, v)
    cross = np.minimum(np.abs(u), np.abs(v)) - 0.055
    hole = np.clip(np.maximum(np.minimum(diamond, cross), eyelet) * 12 + 0.3, 0, 1)
    left = (255 * (1 - 0.95 * hole)).astype(np.uint8)
    thread = (255 * (1 - 0.3 * np.clip((0.12 - np.abs(diamond + 0.12)) * 8, 0, 1))).astype(np.uint8)
    return Image.fromarray(left), Image.fromarray(thread)


def fuzz(rng: np.random.Generator, side: int) -> Image.Image:
    """Coarse grain for hairy edges, 0 to 255."""
    grain: NDArray[np.uint8] = rng.integers(0, 256, (side // 2 + 1, side // 2 + 1), dtype=np.uint8)
    return Image.fromarray(grain).resize((side, side), Image.Resampling.BILINEAR)
