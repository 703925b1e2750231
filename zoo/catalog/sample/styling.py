"""Details worn with or sewn to a garment that show its style."""

from __future__ import annotations

import numpy as np

from zoo.catalog.sample.garment import Garment
from zoo.catalog.sample.outline import Points, ellipse, path, resampled, ribbon, rungs, star
from zoo.catalog.sample.palette import CREAM, GOLD, INK, accent, any_colour, brightness
from zoo.catalog.sample.sheet import RGB, Sheet, mix, shade


def draw_styling(
    rng: np.random.Generator, sheet: Sheet, garment: Garment, style: str, base: RGB
) -> None:
    """The details of that style, on top of the garment."""
    {"casual": _casual, "formal": _formal, "party": _party, "winter": _winter, "summer": _summer}[
        style
    ](rng, sheet, garment, base)


def draw_buttons(sheet: Sheet, garment: Garment, base: RGB) -> None:
    """The garment's buttons, in a colour that shows on `base`."""
    colour = CREAM if brightness(base) < 0.55 else shade(base, 0.42)
    for x, y, radius in garment.buttons:
        sheet.dot(x, y, radius * 1.25, shade(base, 0.5))
        sheet.dot(x, y, radius, colour)
        sheet.dot(x, y, radius * 0.35, shade(colour, 0.6))


def _waistline(garment: Garment, height: float) -> Points:
    half = garment.half_waist + 0.015
    y = garment.waist + height / 2
    return path((-half, y), (0, y + 0.03, half, y))


def _casual(rng: np.random.Generator, sheet: Sheet, garment: Garment, base: RGB) -> None:
    """Drawstrings and patch pockets."""
    cord = CREAM if brightness(base) < 0.7 else INK
    denim = mix(shade(base, 0.62), (70, 96, 140), 0.35)
    y = garment.top + garment.drop + 0.02 if garment.neck else garment.waist
    for side in (1, -1):
        x = side * (0.09 if garment.neck else 0.04)
        end = (x + side * 0.05, y + 0.36)
        sheet.stroke(path((x, y), (x + side * 0.09, y + 0.15, *end)), cord, 0.032)
        sheet.dot(*end, 0.034, cord)
    if garment.neck:
        size = 0.17 if garment.half_waist > 0.3 else 0.12
        x, y = size + 0.05, garment.top + garment.drop + 0.33 + size
        _pocket(sheet, min(x, garment.half_waist - size * 0.6), y, size, denim)
        return
    spread = garment.half_waist * (1.1 if garment.flare else 0.85)
    for side in (1, -1):
        low = garment.top + (0.5 if garment.bottom > 0.7 else 0.42)
        _pocket(sheet, side * spread, low + 0.1, 0.17, denim)


def _pocket(sheet: Sheet, x: float, y: float, size: float, colour: RGB) -> None:
    spot = sheet.placed(x, y, size)
    spot.fill(np.array([(-1, -1), (1, -1), (1, 0.6), (0, 1.1), (-1, 0.6)]), colour)
    spot.fill(np.array([(-1, -1), (1, -1), (1, -0.6), (-1, -0.6)]), shade(colour, 0.8))
    spot.stroke(np.array([(-0.8, -0.5), (-0.8, 0.5), (0, 0.88), (0.8, 0.5), (0.8, -0.5)]),
                mix(colour, GOLD, 0.8), 0.1)  # fmt: skip


def _formal(rng: np.random.Generator, sheet: Sheet, garment: Garment, base: RGB) -> None:
    """A tie or bow tie and a pocket square; a belt and creases below the waist."""
    dark = INK if brightness(base) > 0.3 else (128, 28, 44)
    if not garment.neck:
        _belt(sheet, garment, (44, 32, 28) if brightness(base) > 0.25 else (120, 76, 44))
        for hem in garment.hems if not garment.flare else ():
            x, y = hem[len(hem) // 2]
            crease = np.array(
                [(np.sign(x) * garment.half_waist * 0.6, garment.waist + 0.2), (x, y)]
            )
            sheet.stroke(crease, shade(base, 1.35), 0.028)
            sheet.stroke(crease + (0.025, 0), shade(base, 0.6), 0.02)
        return
    colour = dark if rng.random() < 0.6 else mix(any_colour(rng, 0.25, 0.5), INK, 0.2)
    knot = garment.top + min(garment.drop, 0.2) + 0.02
    if garment.half_waist < 0.28:
        _pearls(sheet, garment)
        _belt(sheet, garment, INK if brightness(base) > 0.3 else (120, 76, 44))
        return
    square = CREAM if brightness(base) < 0.7 else dark
    sheet.placed(0.25, garment.top + 0.52, 0.09).fill(
        np.array([(-1, 0.7), (-0.9, -0.3), (-0.3, -1), (0, -0.4), (0.5, -1.1), (1, 0.7)]), square
    )
    if rng.random() < 0.3:
        _bow(sheet, knot, 0.17, colour)
        return
    blade = np.array([(-0.06, 0), (0.06, 0), (0.045, 0.09), (0.115, 0.66), (0, 0.8),
                      (-0.115, 0.66), (-0.045, 0.09)])  # fmt: skip
    sheet.fill(blade + (0, knot), colour)
    sheet.fill(np.array([(-0.08, -0.05), (0.08, -0.05), (0.045, 0.09), (-0.045, 0.09)]) + (0, knot),
               shade(colour, 1.15))  # fmt: skip
    for y in (0.28, 0.42, 0.56):
        sheet.stroke(np.array([(-0.07, y), (0.07, y - 0.08)]) + (0, knot), mix(colour, CREAM, 0.5),
                     0.03)  # fmt: skip


def _belt(sheet: Sheet, garment: Garment, colour: RGB) -> None:
    sheet.fill(ribbon(_waistline(garment, 0.09), 0.1), colour)
    y = garment.waist + 0.01
    buckle = np.array([(-0.075, -0.065), (0.075, -0.065), (0.075, 0.065), (-0.075, 0.065),
                       (-0.075, -0.065)])  # fmt: skip
    sheet.stroke(buckle + (0, y), GOLD, 0.032)


def _pearls(sheet: Sheet, garment: Garment) -> None:
    assert garment.neckline is not None
    low = garment.top + garment.drop + 0.1
    line = path((-garment.neck, garment.top + 0.05), (0, 2 * low - garment.top, garment.neck,
                garment.top + 0.05))  # fmt: skip
    for x, y in resampled(line, 13):
        sheet.dot(x, y, 0.036, (188, 182, 172))
        sheet.dot(x - 0.005, y - 0.006, 0.029, (250, 246, 238))


def _bow(sheet: Sheet, y: float, size: float, colour: RGB) -> None:
    spot = sheet.placed(0, y, size)
    for side in (1, -1):
        loop = path((0, 0), (0.5 * side, -0.8, 1.1 * side, -0.6),
                    (1.3 * side, 0.0, 1.1 * side, 0.6), (0.5 * side, 0.7, 0, 0))  # fmt: skip
        spot.fill(loop, colour)
        spot.stroke(np.array([(0.15 * side, 0), (0.75 * side, -0.1)]), shade(colour, 0.65), 0.1)
    spot.fill(ellipse(0, 0, 0.24, 0.28), shade(colour, 0.8))


def _party(rng: np.random.Generator, sheet: Sheet, garment: Garment, base: RGB) -> None:
    """Sequins all over and a large bow."""
    colour = accent(rng, base)
    shine = (GOLD, (250, 236, 190), (255, 252, 246)) if brightness(base) < 0.75 else (
        GOLD, (206, 70, 130), (110, 90, 190))  # fmt: skip
    half = garment.half_waist + 0.12
    for _ in range(int(rng.integers(26, 36))):
        y = float(rng.uniform(garment.top + 0.2, garment.bottom - 0.1))
        x = float(rng.uniform(-1, 1)) * (half + garment.flare * 0.28 * max(0, y - garment.waist))
        size = float(rng.uniform(0.035, 0.075))
        tint = shine[int(rng.integers(3))]
        sheet.fill(star(x, y, size, size * 0.3, 4), tint)
    tail = garment.waist if not garment.neck or garment.flare else garment.top + garment.drop + 0.1
    spot = sheet.placed(0.0 if rng.random() < 0.6 else 0.12, tail, 1.0)
    for side in (1, -1):
        spot.fill(np.array([(0, 0), (0.06 * side, 0.0), (0.2 * side, 0.4), (0.12 * side, 0.36),
                            (0.07 * side, 0.42)]), shade(colour, 0.8))  # fmt: skip
    _bow(spot, 0, 0.22, colour)


def _winter(rng: np.random.Generator, sheet: Sheet, garment: Garment, base: RGB) -> None:
    """A scarf round the neck; fur along the hems, or quilting."""
    if garment.neck and rng.random() < 0.75:
        _scarf(rng, sheet, garment, base)
    elif garment.neck:
        assert garment.neckline is not None
        _fur(rng, sheet, garment.neckline, 0.11)
    trimmed = not garment.neck or rng.random() < 0.65
    for hem in garment.hems if trimmed else ():
        _fur(rng, sheet, hem, 0.085)


def _fur(rng: np.random.Generator, sheet: Sheet, line: Points, radius: float) -> None:
    length = float(np.hypot(*np.diff(line, axis=0).T).sum())
    spots = resampled(line, max(3, round(length / (radius * 0.55))))
    pale = mix(CREAM, (196, 172, 144), float(rng.choice([0.1, 0.9])))
    for tone, grow in ((shade(pale, 0.82), 1.0), (pale, 0.8)):
        for x, y in spots + rng.normal(0, radius * 0.12, spots.shape):
            turn = float(rng.uniform(0, 6.3))
            sheet.fill(star(x, y - (1 - grow) * 0.1, radius * grow * 1.2, radius * grow * 0.8, 9,
                            turn), tone)  # fmt: skip


def _scarf(rng: np.random.Generator, sheet: Sheet, garment: Garment, base: RGB) -> None:
    colour = accent(rng, base)
    second = CREAM if brightness(colour) < 0.75 else shade(colour, 0.5)
    y = garment.top + 0.02
    tail = np.array([(0.04, y), (0.24, y), (0.28, y + 0.72), (0.06, y + 0.75)])
    sheet.fill(tail, shade(colour, 0.9))
    for at in (0.45, 0.6):
        sheet.stroke(np.array([(0.04, y + at), (0.27, y + at - 0.02)]), second, 0.06)
    for fringe in rungs(tail[2:], -0.08, 0.045):
        sheet.stroke(fringe, colour, 0.022)
    half = garment.neck + 0.1
    for lift, tone in ((0.0, 0.82), (-0.1, 1.0)):
        loop = path((-half, y - 0.04), (0, y + 0.34, half, y - 0.04), (half * 0.9, y - 0.16),
                    (0, y + 0.08, -half * 0.9, y - 0.16))  # fmt: skip
        sheet.fill(loop + (0, lift + 0.1), shade(colour, tone))


def _summer(rng: np.random.Generator, sheet: Sheet, garment: Garment, base: RGB) -> None:
    """Bright bands with pompoms along the hems and the neckline."""
    colour, second = accent(rng, base), accent(rng, base)
    for hem in garment.hems:
        sheet.fill(ribbon(hem, 0.09), colour)
        length = float(np.hypot(*np.diff(hem, axis=0).T).sum())
        for x, y in resampled(hem, max(3, round(length / 0.13))):
            sheet.dot(x, y + 0.02, 0.045, second)
    if garment.neckline is not None and garment.bottom - garment.top < 1.8:
        sheet.fill(ribbon(garment.neckline, -0.06), colour)
    elif not garment.neck:
        sheet.fill(ribbon(_waistline(garment, 0.08), 0.07), colour)
