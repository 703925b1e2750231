"""Patterns of the cloth: stripes and checks woven in, flowers and motifs printed on."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from PIL import Image

from zoo.catalog.sample.garment import Garment
from zoo.catalog.sample.outline import Points, blossom, ellipse, path, star
from zoo.catalog.sample.palette import CREAM, accent, partner
from zoo.catalog.sample.sheet import RGB, Pose, Sheet, mix, shade
from zoo.pictures import Box


class Pattern(Protocol):
    """Cloth of some pattern, cut out as wanted."""

    def cut(self, box: Box, grain: float) -> Image.Image:
        """The cloth in that part of the picture, its pattern turned by `grain` degrees."""
        ...


class Woven:
    """Stripes, or checks where two sets of stripes cross."""

    def __init__(self, rng: np.random.Generator, pose: Pose, side: int, base: RGB, checks: bool):
        self.colours = (base, partner(rng, base))
        self.checks = checks
        self.x, self.y = pose.grid(side)
        self.period = float(rng.uniform(0.25, 0.36) if checks else rng.uniform(0.24, 0.38))
        lean = (0.0, 0.0, 45.0) if checks else (0.0, 0.0, 90.0, 90.0, 45.0, -45.0)
        self.angle = float(rng.choice(lean))
        self.share = float(rng.uniform(0.36, 0.46))
        self.phase = rng.uniform(0, 1, 2)

    def _bands(self, along: np.ndarray, phase: float) -> np.ndarray:
        inside = np.abs((along / self.period + phase) % 1.0 - 0.5) / self.share * 2
        return np.clip((1 - inside) * 8 * self.share + 0.5, 0, 1)

    def cut(self, box: Box, grain: float) -> Image.Image:
        """The cloth in that part of the picture."""
        left, upper, right, lower = box
        x, y = self.x[upper:lower, left:right], self.y[upper:lower, left:right]
        turn = np.float32(np.radians(self.angle + grain))
        cos, sin = np.cos(turn), np.sin(turn)
        weight = self._bands(y * cos - x * sin, self.phase[0])
        if self.checks:
            weight = 0.5 * (weight + self._bands(x * cos + y * sin, self.phase[1]))
        mask = Image.fromarray((weight * 255).astype(np.uint8))
        base, second = (Image.new("RGB", mask.size, colour) for colour in self.colours)
        return Image.composite(second, base, mask)


class Printed:
    """Motifs on plain ground, the same on every panel; without motifs, solid cloth."""

    def __init__(self, pose: Pose, side: int, base: RGB) -> None:
        self.sheet = Sheet(side, pose)
        self.sheet.image.paste((*base, 255), (0, 0, side, side))

    def cut(self, box: Box, grain: float) -> Image.Image:
        """The cloth in that part of the picture."""
        return self.sheet.image.crop(box).convert("RGB")


def make_pattern(
    rng: np.random.Generator, name: str, garment: Garment, pose: Pose, side: int, base: RGB
) -> Pattern:
    """Cloth with that pattern, mostly in the colour `base`."""
    if name in ("striped", "checkered"):
        return Woven(rng, pose, side, base, checks=name == "checkered")
    cloth = Printed(pose, side, base)
    if name == "floral":
        _flowers(rng, cloth.sheet, base)
    elif name == "graphic":
        _graphic(rng, cloth.sheet, garment, base)
    return cloth


def _flowers(rng: np.random.Generator, sheet: Sheet, base: RGB) -> None:
    """Blossoms with leaves on a shaken grid."""
    colours = (partner(rng, base), accent(rng, base))
    leaf = mix((64, 120, 72), base, 0.1) if base[1] < max(base) + 1 else CREAM
    step, radius = float(rng.uniform(0.34, 0.42)), float(rng.uniform(0.095, 0.125))
    petals = int(rng.integers(5, 7))
    for row, y in enumerate(np.arange(-1.15, 1.2, step * 0.8)):
        for x in np.arange(-1.15, 1.2, step) + (step / 2) * (row % 2):
            shift = rng.uniform(-0.05, 0.05, 2)
            turn, size = float(rng.uniform(0, 360)), radius * float(rng.uniform(0.8, 1.15))
            spot = sheet.placed(x + shift[0], y + shift[1], size, turn)
            _flower(spot, colours[int(rng.random() < 0.35)], leaf, petals)


def _flower(sheet: Sheet, colour: RGB, leaf: RGB, petals: int) -> None:
    for side in (1, -1):
        blade = np.array([(0.4, 0.5), (1.5, 0.55), (1.75, 1.2), (0.9, 1.2)]) * (side, 1)
        sheet.fill(blade, leaf)
    sheet.fill(blossom(petals), colour)
    sheet.dot(0, 0, 0.34, (240, 196, 70) if colour[2] > 120 else CREAM)


def _graphic(rng: np.random.Generator, sheet: Sheet, garment: Garment, base: RGB) -> None:
    """One large motif where such a garment has it."""
    colour, second = accent(rng, base), partner(rng, base)
    motif = (_sun, _heart, _bolt, _face, _mountain, _star)[int(rng.integers(6))]
    tilt = float(rng.uniform(-10, 10))
    if garment.neck:
        size = min(0.32, garment.half_waist * 0.9) * float(rng.uniform(0.9, 1.1))
        y = garment.top + garment.drop + 0.12 + size
        if garment.bottom - garment.waist > 0.8:  # long ones have it below the waist
            y, size = garment.waist + 0.62, 0.33
        motif(sheet.placed(0, y, size, tilt), colour, second)
        return
    if garment.flare:
        motif(sheet.placed(0, 0.08, 0.38, tilt), colour, second)
        return
    for leg in garment.legs:
        x, y = 0.62 * leg[0] + 0.38 * leg[1]
        motif(sheet.placed(x * 1.15, y, 0.14 + 0.22 * (garment.half_waist - 0.3), tilt),
              colour, second)  # fmt: skip


def _sun(sheet: Sheet, colour: RGB, second: RGB) -> None:
    sheet.dot(0, 0, 1.0, second)
    sheet.dot(0, 0, 0.82, colour)
    for y, width in ((0.2, 0.8), (0.48, 0.66)):
        sheet.stroke(np.array([(-width, y), (width, y)]), second, 0.12)


def _heart_outline() -> Points:
    t = np.linspace(0, 2 * np.pi, 40)
    x = np.sin(t) ** 3
    y = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)) / 16
    return np.stack([x, y], axis=1)


def _heart(sheet: Sheet, colour: RGB, second: RGB) -> None:
    sheet.fill(_heart_outline() * 1.08, second)
    sheet.fill(_heart_outline() * 0.86 + (0, -0.03), colour)


def _bolt(sheet: Sheet, colour: RGB, second: RGB) -> None:
    sheet.dot(0, 0, 1.0, second)
    sheet.fill(np.array([(0.2, -0.95), (-0.6, 0.15), (-0.05, 0.15), (-0.25, 0.95), (0.6, -0.2),
                         (0.05, -0.2)]), colour)  # fmt: skip


def _face(sheet: Sheet, colour: RGB, second: RGB) -> None:
    for x in (-0.68, 0.68):
        sheet.dot(x, -0.68, 0.36, colour)
        sheet.dot(x, -0.68, 0.18, second)
    sheet.dot(0, 0, 0.95, colour)
    sheet.fill(ellipse(0, 0.35, 0.45, 0.36), second)
    for x in (-0.34, 0.34):
        sheet.dot(x, -0.15, 0.12, shade(second, 0.4))
    sheet.fill(ellipse(0, 0.22, 0.16, 0.11), shade(second, 0.4))


def _mountain(sheet: Sheet, colour: RGB, second: RGB) -> None:
    sheet.dot(0.45, -0.5, 0.3, second)
    sheet.fill(np.array([(-1.1, 0.75), (-0.3, -0.7), (0.5, 0.75)]), colour)
    sheet.fill(np.array([(-0.1, 0.75), (0.5, -0.1), (1.1, 0.75)]), shade(colour, 0.75))
    sheet.fill(np.array([(-0.52, -0.3), (-0.3, -0.7), (-0.08, -0.3), (-0.3, -0.42)]), second)


def _star(sheet: Sheet, colour: RGB, second: RGB) -> None:
    sheet.fill(star(0, 0, 1.1, 0.52, 5), second)
    sheet.fill(star(0, 0, 0.84, 0.4, 5), colour)
    band = path((-1.0, 0.75), (0, 1.1, 1.0, 0.75))
    sheet.stroke(band, colour, 0.14)
