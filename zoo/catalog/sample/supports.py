"""What a garment hangs on or who wears it."""

from __future__ import annotations

import numpy as np

from zoo.catalog.sample.garment import Garment
from zoo.catalog.sample.outline import Points, ellipse, flipped, mirrored, path, ribbon
from zoo.catalog.sample.palette import CREAM, HAIR, INK, SKIN, WOOD, any_colour
from zoo.catalog.sample.sheet import RGB, Sheet, mix, shade

STEEL: RGB = (150, 152, 158)


def draw_support(rng: np.random.Generator, sheet: Sheet, garment: Garment) -> None:
    """A hanger, nothing (lying flat), a tailor's dummy or a figure, behind the garment."""
    shares = (0.42, 0.4, 0.1, 0.08) if garment.neck else (0.42, 0.42, 0.06, 0.1)
    kind = rng.choice(["hanger", "flat", "dummy", "figure"], p=shares)
    if kind == "hanger":
        _hanger(rng, sheet, garment)
    elif kind == "dummy":
        _dummy(rng, sheet, garment)
    elif kind == "figure":
        _figure(rng, sheet, garment)


def _hanger(rng: np.random.Generator, sheet: Sheet, garment: Garment) -> None:
    colour = (WOOD, INK, CREAM, STEEL)[int(rng.integers(4))]
    top = garment.top - 0.03
    half = (garment.half_waist if not garment.neck else 0.36) * 0.95
    peak = top - 0.1
    hook = path((0, peak), (0, peak - 0.06), (0.09, peak - 0.12, 0.0, peak - 0.2),
                (-0.07, peak - 0.2, -0.07, peak - 0.13))  # fmt: skip
    sheet.stroke(hook, STEEL, 0.022)
    if garment.neck:
        bar = path((-half, top + 0.16), (-0.1, peak + 0.02, 0, peak + 0.02),
                   (0.1, peak + 0.02, half, top + 0.16))  # fmt: skip
        sheet.stroke(bar, colour, 0.055)
        return
    sheet.stroke(path((-half, top - 0.06), (half, top - 0.06)), colour, 0.05)
    sheet.stroke(path((0, peak), (0, top - 0.06)), STEEL, 0.022)
    for x in (-half * 0.85, half * 0.85):
        sheet.stroke(path((x, top - 0.1), (x, top + 0.08)), STEEL, 0.05)


def _torso(garment: Garment) -> Points:
    """A body that fills the garment's neckline, or stands above its waistband."""
    if garment.neck:
        neck, top, shoulder = garment.neck * 0.62, garment.top, garment.half_shoulder - 0.03
        return mirrored(path(
            (0, top - 0.2), (neck, top - 0.2), (neck, top - 0.02),
            (neck + 0.05, top + 0.03, shoulder, top + 0.11), (shoulder - 0.06, top + 0.42),
            (garment.half_waist * 0.8, garment.waist), (0.3, garment.waist + 0.35),
            (0, garment.waist + 0.4),
        ))  # fmt: skip
    half, top = garment.half_waist * 0.96, garment.top
    return mirrored(path(
        (0, top - 1.2), (half * 1.35, top - 1.2), (half * 1.35, top - 0.7),
        (half * 0.95, top - 0.25, half, top + 0.05), (half * 1.15, top + 0.35),
        (0, top + 0.5),
    ))  # fmt: skip


def _dummy(rng: np.random.Generator, sheet: Sheet, garment: Garment) -> None:
    colour = mix(CREAM, any_colour(rng, 0.25, 0.8), float(rng.choice([0.15, 0.3, 0.8])))
    pole = np.array([(0, garment.waist), (0, 2.4)])
    sheet.stroke(pole, shade(WOOD, 0.8), 0.06)
    sheet.fill(_torso(garment), colour)
    if garment.neck:
        knob = garment.top - 0.2
        sheet.fill(ellipse(0, knob, garment.neck * 0.62, 0.035), shade(colour, 0.7))
        sheet.fill(ellipse(0, knob - 0.05, 0.05, 0.06), shade(WOOD, 0.8))
    else:
        for leg in garment.legs:
            short = np.stack([leg[0], leg[1]]) + (0, 0.1)
            sheet.stroke(short, colour, garment.half_waist * 0.75)


def _figure(rng: np.random.Generator, sheet: Sheet, garment: Garment) -> None:
    skin = SKIN[int(rng.integers(len(SKIN)))]
    if garment.neck:
        _legs_below(sheet, garment, shade(skin, 0.95), rng)
        hair = HAIR[int(rng.integers(len(HAIR)))]
        _head(rng, sheet, garment, skin, hair)
        sheet.fill(_torso(garment), skin)
        for arm in garment.arms:
            _limb(sheet, arm, skin, (0.085, 0.065, 0.05))
            sheet.fill(ellipse(arm[2][0], arm[2][1], 0.062, 0.085), skin)
        return
    shirt = any_colour(rng, 0.3, 0.95)
    for side in (1, -1):
        arm = np.array([(0.44 * side, garment.top - 1.0), (0.6 * side, garment.top - 0.3),
                        (0.52 * side, garment.top + 0.35)])  # fmt: skip
        _limb(sheet, arm * (garment.half_waist / 0.36, 1), skin, (0.09, 0.07, 0.05))
    for leg in garment.legs:
        _limb(sheet, leg, skin, (0.16, 0.11, 0.075))
        sheet.fill(ellipse(leg[2][0], leg[2][1] + 0.05, 0.1, 0.12), shade(shirt, 0.4))
    sheet.fill(_torso(garment), shirt)


def _legs_below(sheet: Sheet, garment: Garment, skin: RGB, rng: np.random.Generator) -> None:
    """Legs of whoever wears a top; in dark trousers below a short one."""
    trousers = mix(INK, any_colour(rng, 0.15, 0.5), 0.5)
    short = not garment.flare and garment.bottom < 0.9
    for side in (1, -1):
        leg = np.array([(0.17 * side, garment.waist), (0.19 * side, 1.0), (0.2 * side, 2.4)])
        _limb(sheet, leg, trousers if short else skin, (0.2, 0.14, 0.1) if short
              else (0.15, 0.09, 0.05))  # fmt: skip


def _limb(sheet: Sheet, joints: Points, colour: RGB, widths: tuple[float, float, float]) -> None:
    """An arm or a leg of given half widths at its joints."""
    curve = path(joints[0], (*joints[1], *joints[2]))
    width = np.interp(np.linspace(0, 1, len(curve)), (0, 0.5, 1), widths)[:, None]
    left, right = ribbon(curve, 1.0)[len(curve) :][::-1], ribbon(curve, -1.0)[len(curve) :][::-1]
    edge = np.concatenate([curve + (left - curve) * width, (curve + (right - curve) * width)[::-1]])
    sheet.fill(edge, colour)
    sheet.dot(joints[0][0], joints[0][1], widths[0], colour)


def _head(rng: np.random.Generator, sheet: Sheet, garment: Garment, skin: RGB, hair: RGB) -> None:
    middle = garment.top - 0.36
    long = rng.random() < 0.5
    if long:
        fall = path((0, middle - 0.27), (0.27, middle - 0.27, 0.25, middle),
                    (0.26, garment.top - 0.05), (0, garment.top))  # fmt: skip
        sheet.fill(mirrored(fall), hair)
    sheet.fill(ellipse(0, middle, 0.165, 0.215), skin)
    fringe = path((0.0, middle - 0.26), (0.21, middle - 0.27, 0.185, middle - 0.02),
                  (0.15, middle - 0.1), (0.05, middle - 0.16, -0.08, middle - 0.17),
                  (-0.16, middle - 0.12, -0.185, middle - 0.02),
                  (-0.21, middle - 0.27, 0.0, middle - 0.26))  # fmt: skip
    sheet.fill(fringe if rng.random() < 0.5 else flipped(fringe), hair)
    if not long and rng.random() < 0.5:
        sheet.dot(0, middle - 0.29, 0.09, hair)
    ink = shade(skin, 0.45)
    for x in (-0.07, 0.07):
        lid = path((x - 0.03, middle + 0.01), (x, middle + 0.035, x + 0.03, middle + 0.01))
        sheet.stroke(lid, ink, 0.014)
    smile = path((-0.035, middle + 0.11), (0, middle + 0.14, 0.035, middle + 0.11))
    sheet.stroke(smile, mix(ink, (200, 70, 80), 0.6), 0.018)
