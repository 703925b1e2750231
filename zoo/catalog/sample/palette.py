"""Colours: of cloth by colour class, of what goes with it, and of everything else."""

from __future__ import annotations

import colorsys

import numpy as np

from zoo.catalog.sample.sheet import RGB, mix

# hue in degrees, saturation, value: the lowest and highest of each class
CLASSES: dict[str, tuple[tuple[float, float], tuple[float, float], tuple[float, float]]] = {
    "black": ((0, 360), (0.0, 0.15), (0.10, 0.17)),
    "white": ((0, 360), (0.0, 0.04), (0.95, 0.99)),
    "grey": ((0, 360), (0.0, 0.06), (0.50, 0.62)),
    "brown": ((20, 28), (0.52, 0.66), (0.38, 0.50)),
    "red": ((-6, 4), (0.78, 0.90), (0.74, 0.86)),
    "orange": ((22, 30), (0.76, 0.88), (0.92, 0.98)),
    "yellow": ((46, 53), (0.66, 0.82), (0.93, 0.98)),
    "green": ((115, 160), (0.50, 0.70), (0.46, 0.66)),
    "blue": ((208, 226), (0.60, 0.80), (0.60, 0.80)),
    "purple": ((268, 284), (0.48, 0.64), (0.52, 0.68)),
    "pink": ((330, 345), (0.34, 0.48), (0.94, 0.99)),
}
SKIN: tuple[RGB, ...] = (
    (247, 217, 196), (233, 190, 160), (208, 156, 120), (168, 114, 80), (124, 80, 56), (88, 58, 44),
)  # fmt: skip
HAIR: tuple[RGB, ...] = (
    (42, 34, 32), (88, 58, 40), (150, 98, 54), (206, 168, 104), (120, 52, 36), (170, 168, 166),
)  # fmt: skip
INK: RGB = (36, 36, 42)
CREAM: RGB = (246, 240, 228)
GOLD: RGB = (214, 172, 78)
WOOD: RGB = (176, 126, 78)
STRAW: RGB = (226, 190, 122)
LIVELY: tuple[RGB, ...] = (
    (232, 98, 84), (240, 178, 62), (58, 158, 150), (72, 116, 190), (226, 120, 158),
    (134, 96, 176), (118, 168, 84), (238, 138, 76), (96, 180, 214), (196, 54, 78),
)  # fmt: skip


def _hsv(hue: float, saturation: float, value: float) -> RGB:
    r, g, b = (round(255 * c) for c in colorsys.hsv_to_rgb(hue % 360 / 360, saturation, value))
    return (r, g, b)


def cloth_colour(rng: np.random.Generator, name: str) -> RGB:
    """One colour of the class."""
    hue, saturation, value = (float(rng.uniform(*span)) for span in CLASSES[name])
    return _hsv(hue, saturation, value)


def any_colour(rng: np.random.Generator, low: float, high: float) -> RGB:
    """A colour of any hue, mostly muted, for what is not the garment."""
    saturation = float(rng.beta(1.2, 2.4)) * 0.72
    return _hsv(float(rng.uniform(0, 360)), saturation, float(rng.uniform(low, high)))


def bright_colour(rng: np.random.Generator) -> RGB:
    """A lively colour that suits trims, motifs and toys."""
    return LIVELY[int(rng.integers(len(LIVELY)))]


def brightness(colour: RGB) -> float:
    """Perceived brightness, 0 to 1."""
    return (0.30 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2]) / 255


def partner(rng: np.random.Generator, base: RGB) -> RGB:
    """A second colour that stands out from `base` without taking over."""
    if brightness(base) < 0.62:
        return mix(CREAM, base, float(rng.uniform(0.0, 0.18)))
    dark = mix(INK, base, float(rng.uniform(0.0, 0.3)))
    deep = _hsv(float(rng.uniform(0, 360)), 0.65, 0.5)
    return dark if rng.random() < 0.5 else deep


def accent(rng: np.random.Generator, base: RGB) -> RGB:
    """A vivid colour far from `base`, for trims and motifs."""
    tries = [bright_colour(rng) for _ in range(4)] + [CREAM]
    return max(tries, key=lambda c: sum((p - q) ** 2 for p, q in zip(c, base, strict=True)))
