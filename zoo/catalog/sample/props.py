"""Things that lie next to a garment: those of its style, and neutral ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from zoo.catalog.sample.outline import ellipse, mirrored, path, star
from zoo.catalog.sample.palette import CREAM, GOLD, INK, STRAW, bright_colour
from zoo.catalog.sample.sheet import RGB, Sheet, mix, shade

CORNERS = ((-0.92, 0.78), (0.92, 0.78), (-0.92, 0.35), (0.92, 0.35), (0.9, -0.75), (-0.9, -0.75))


def draw_prop(rng: np.random.Generator, sheet: Sheet, style: str) -> None:
    """One thing of that style beside the garment."""
    choices = STYLE_PROPS[style]
    x, y = CORNERS[int(rng.integers(len(CORNERS)))]
    spot = sheet.placed(x, y, float(rng.uniform(0.27, 0.34)), float(rng.uniform(-25, 25)))
    choices[int(rng.integers(len(choices)))](spot, bright_colour(rng))


def draw_occluder(rng: np.random.Generator, sheet: Sheet) -> None:
    """A leafy twig or a price tag that hides a little of the garment."""
    x, y = rng.uniform(-0.45, 0.45), rng.uniform(0.0, 0.7)
    spot = sheet.placed(x, y, float(rng.uniform(0.16, 0.24)), float(rng.uniform(0, 360)))
    if rng.random() < 0.5:
        _tag(spot)
    else:
        _twig(spot)


def _tag(sheet: Sheet) -> None:
    sheet.fill(np.array([(-0.5, -0.5), (0, -0.9), (0.5, -0.5), (0.5, 0.8), (-0.5, 0.8)]), CREAM)
    sheet.dot(0, -0.55, 0.12, INK)
    for y in (0.0, 0.25, 0.5):
        sheet.stroke(np.array([(-0.3, y), (0.3, y)]), (150, 150, 150), 0.08)


def _twig(sheet: Sheet) -> None:
    green: RGB = (82, 124, 84)
    sheet.stroke(path((0, 3.2), (0.3, 0.5, 0, -1)), shade(green, 0.6), 0.1)
    for i, y in enumerate(np.linspace(-0.9, 2.2, 6)):
        side = 1 if i % 2 else -1
        leaf = path((0.1, y), (0.5 * side, y - 0.8, 1.2 * side, y - 0.6),
                    (0.9 * side, y + 0.2, 0.1, y))  # fmt: skip
        sheet.fill(leaf, shade(green, 0.85 + 0.06 * i))


def _trainers(sheet: Sheet, colour: RGB) -> None:
    for x, y in ((-0.15, -0.5), (0.15, 0.5)):
        shoe = sheet.placed(x, y)
        body = path((-1, 0.25), (-1, -0.45), (-0.5, -0.35), (-0.1, -0.3, 0.1, -0.1),
                    (1.0, -0.05, 1.05, 0.25))  # fmt: skip
        shoe.fill(body, colour)
        shoe.stroke(np.array([(-1, 0.32), (1.05, 0.32)]), CREAM, 0.2)
        for at in (-0.35, -0.12, 0.1):
            shoe.stroke(np.array([(at - 0.1, 0.0), (at + 0.12, -0.25)]), CREAM, 0.09)


def _cap(sheet: Sheet, colour: RGB) -> None:
    sheet.fill(path((-0.8, 0.3), (-0.8, -0.75, 0, -0.75), (0.8, -0.75, 0.8, 0.3)), colour)
    sheet.fill(path((-0.1, 0.3), (0.6, 0.0, 1.5, 0.35), (0.6, 0.5, -0.1, 0.3)), shade(colour, 0.7))
    sheet.dot(0, -0.75, 0.1, shade(colour, 0.7))


def _tote(sheet: Sheet, colour: RGB) -> None:
    sheet.stroke(path((-0.4, -0.4), (-0.4, -1.3, 0, -1.3), (0.4, -1.3, 0.4, -0.4)),
                 shade(CREAM, 0.8), 0.14)  # fmt: skip
    sheet.fill(np.array([(-0.8, -0.5), (0.8, -0.5), (0.9, 1), (-0.9, 1)]), CREAM)
    sheet.dot(0, 0.25, 0.4, colour)


def _brogues(sheet: Sheet, colour: RGB) -> None:
    leather = mix((70, 42, 28), INK, 0.4)
    for x in (-0.45, 0.45):
        sole = mirrored(path((0, -1.1), (0.5, -1.1, 0.42, -0.2), (0.25, 0.3, 0.38, 1), (0, 1.1)))
        sheet.fill(sole + (x, 0), shade(leather, 0.6))
        sheet.fill(sole * (0.86, 0.92) + (x, 0), leather)
        sheet.fill(ellipse(x, 0.45, 0.2, 0.42), shade(leather, 0.35))
        for y in (-0.3, -0.1):
            sheet.stroke(np.array([(x - 0.16, y), (x + 0.16, y)]), CREAM, 0.07)


def _briefcase(sheet: Sheet, colour: RGB) -> None:
    leather: RGB = (98, 60, 38)
    sheet.stroke(path((-0.3, -0.6), (-0.3, -0.95), (0.3, -0.95), (0.3, -0.6)), INK, 0.13)
    sheet.fill(np.array([(-1.1, -0.65), (1.1, -0.65), (1.1, 0.8), (-1.1, 0.8)]), leather)
    sheet.stroke(np.array([(-1.1, 0.0), (1.1, 0.0)]), shade(leather, 0.6), 0.1)
    for x in (-0.5, 0.5):
        sheet.fill(np.array([(-0.12, -0.1), (0.12, -0.1), (0.12, 0.2), (-0.12, 0.2)]) + (x, 0),
                   GOLD)  # fmt: skip


def _balloons(sheet: Sheet, colour: RGB) -> None:
    hues: tuple[RGB, ...] = (colour, (250, 200, 80), (236, 110, 150))
    for x, y, hue in zip((-0.6, 0.55, 0.0), (-0.5, -0.6, -1.0), hues, strict=True):
        sheet.stroke(path((x, y + 0.6), (0, 1.0, 0, 1.6)), (120, 120, 120), 0.05)
        sheet.fill(ellipse(x, y, 0.55, 0.68), hue)
        sheet.fill(ellipse(x - 0.18, y - 0.25, 0.1, 0.18), shade(hue, 1.6))


def _glass(sheet: Sheet, colour: RGB) -> None:
    sheet.fill(np.array([(-0.8, -0.9), (0.8, -0.9), (0, 0.1)]), (226, 236, 240))
    sheet.fill(np.array([(-0.6, -0.65), (0.6, -0.65), (0, 0.05)]), colour)
    sheet.stroke(np.array([(0, 0.0), (0, 0.9)]), (214, 224, 230), 0.12)
    sheet.fill(ellipse(0, 0.95, 0.5, 0.13), (214, 224, 230))
    sheet.dot(0.45, -0.85, 0.2, (206, 50, 60))


def _bobble_hat(sheet: Sheet, colour: RGB) -> None:
    sheet.fill(path((-0.85, 0.4), (-0.85, -0.8, 0, -0.8), (0.85, -0.8, 0.85, 0.4)), colour)
    sheet.fill(np.array([(-0.95, 0.3), (0.95, 0.3), (0.95, 0.75), (-0.95, 0.75)]), CREAM)
    for x in np.linspace(-0.75, 0.75, 6):
        sheet.stroke(np.array([(x, 0.32), (x, 0.73)]), shade(CREAM, 0.8), 0.07)
    sheet.fill(star(0, -0.95, 0.4, 0.3, 11), CREAM)


def _mittens(sheet: Sheet, colour: RGB) -> None:
    for side in (1, -1):
        hand = path((0.2, 0.5), (0.15, -0.9, 0.6, -0.95), (1.0, -0.9, 0.95, 0.5)) * (side, 1)
        thumb = path((0.3, 0.3), (-0.2, -0.2, 0.0, -0.4), (0.3, -0.4, 0.4, 0.0)) * (side, 1)
        sheet.fill(hand, colour)
        sheet.fill(thumb, shade(colour, 0.85))
        cuff = np.array([(0.12, 0.45), (1.03, 0.45), (1.03, 0.85), (0.12, 0.85)]) * (side, 1)
        sheet.fill(cuff, CREAM)


def _straw_hat(sheet: Sheet, colour: RGB) -> None:
    sheet.fill(ellipse(0, 0, 1.3, 0.95), shade(STRAW, 0.86))
    sheet.fill(ellipse(0, 0, 1.15, 0.82), STRAW)
    sheet.fill(ellipse(0, -0.05, 0.68, 0.52), colour)
    sheet.fill(ellipse(0, -0.16, 0.62, 0.46), shade(STRAW, 1.15))


def _sandals(sheet: Sheet, colour: RGB) -> None:
    for x in (-0.45, 0.45):
        sole = mirrored(path((0, -1.1), (0.5, -1.1, 0.4, -0.2), (0.25, 0.3, 0.36, 1), (0, 1.1)))
        sheet.fill(sole + (x, 0), STRAW)
        sheet.stroke(path((x - 0.36, 0.0), (x, -0.3, x, -0.62)), colour, 0.17)
        sheet.stroke(path((x + 0.36, 0.0), (x, -0.3, x, -0.62)), colour, 0.17)


def _sunglasses(sheet: Sheet, colour: RGB) -> None:
    sheet.stroke(path((-0.4, -0.2), (0, -0.4, 0.4, -0.2)), colour, 0.18)
    for x in (-0.65, 0.65):
        sheet.dot(x, 0, 0.58, colour)
        sheet.dot(x, 0, 0.43, INK)
        sheet.fill(ellipse(x - 0.14, -0.14, 0.1, 0.14), (120, 126, 140))


def _melon(sheet: Sheet, colour: RGB) -> None:
    for size, tint in ((1.15, (58, 132, 76)), (1.0, (226, 240, 206)), (0.88, (232, 84, 90))):
        half = path((-size, -0.3), (-size, size, 0, size), (size, size, size, -0.3))
        sheet.fill(half, (tint[0], tint[1], tint[2]))
    for x, y in ((-0.4, 0.0), (0.0, 0.3), (0.4, 0.0)):
        sheet.dot(x, y, 0.09, INK)


STYLE_PROPS: dict[str, tuple[Callable[[Sheet, RGB], None], ...]] = {
    "casual": (_trainers, _cap, _tote),
    "formal": (_brogues, _briefcase),
    "party": (_balloons, _glass),
    "winter": (_bobble_hat, _mittens),
    "summer": (_straw_hat, _sandals, _sunglasses, _melon),
}
