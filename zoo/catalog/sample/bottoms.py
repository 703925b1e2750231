"""Garments that start at the waist: skirt, trousers and shorts."""

from __future__ import annotations

import numpy as np

from zoo.catalog.sample.garment import Garment, Panel, Seam
from zoo.catalog.sample.outline import Points, flipped, path, ribbon


def make_bottom(rng: np.random.Generator, category: str) -> Garment:
    """A garment of that category."""
    if category == "skirt":
        return _skirt(rng)
    return _legs(rng, short=category == "shorts")


def _waistband(garment: Garment, width: float, height: float) -> None:
    line = path((-width, garment.top + height), (0, garment.top + height + 0.03,
                width, garment.top + height))  # fmt: skip
    garment.panels.append(Panel(ribbon(line, height), tone=0.86))
    garment.seams.append(Seam(line, 0.016, 0.45))
    back = ribbon(line - (0, height), 0.035)
    garment.panels.insert(0, Panel(back, tone=0.5, plain=True))


def _skirt(rng: np.random.Generator) -> Garment:
    waist, hem = float(rng.uniform(0.3, 0.36)), float(rng.uniform(0.62, 0.95))
    top, bottom = -0.78, float(rng.uniform(0.35, 0.68))
    garment = Garment(top, bottom, top + 0.1, waist, flare=1.0)
    hip = waist + (hem - waist) * 0.45 + 0.06
    side = path((waist, top), (hip, top + 0.35, hem, bottom - 0.1))
    scallops = 2 * int(rng.integers(2, 5)) + 1
    xs = np.linspace(hem, -hem, 6 * scallops + 1)
    sag = bottom - 0.1 * (xs / hem) ** 2
    wave = 0.025 * np.cos(np.linspace(0, 2 * np.pi * scallops, len(xs)))
    edge = np.stack([xs, sag - wave * hem], axis=1)
    garment.panels.append(Panel(np.concatenate([side, edge, flipped(side)[::-1]])))
    garment.hems.append(edge[::-1])
    for x in np.linspace(-0.9, 0.9, scallops + 1):
        end = (x * hem * 0.98, bottom - 0.1 * x**2 - 0.03)
        fold = path((x * waist * 0.9, top + 0.12), (x * hip, top + 0.4, *end))
        garment.seams.append(Seam(fold, 0.03, 0.28))
    _waistband(garment, waist, 0.12)
    garment.legs = [np.array([(s * 0.15, top + 0.3), (s * 0.17, 0.6), (s * 0.18, 1.9)])
                    for s in (1, -1)]  # fmt: skip
    return garment


def _leg(waist: float, hip: float, crotch: float, hem: tuple[float, float], top: float,
         bottom: float) -> Points:  # fmt: skip
    """Outline of the right leg; `hem` is its inner and outer x."""
    inner, outer = hem
    side = path((-0.02, top), (waist, top), (hip, top + 0.16, hip, top + 0.4),
                ((hip + outer) / 2, (crotch + bottom) / 2, outer, bottom - 0.02))  # fmt: skip
    inseam = path((inner, bottom), ((inner + 0.04) / 2, (crotch + bottom) / 2, -0.01, crotch))
    return np.concatenate([side, inseam])


def _legs(rng: np.random.Generator, short: bool) -> Garment:
    if short:
        top, bottom, waist = -0.6, float(rng.uniform(0.35, 0.6)), float(rng.uniform(0.5, 0.56))
        crotch, hip = 0.02, waist + 0.1
        inner, outer = float(rng.uniform(0.06, 0.1)), float(rng.uniform(0.72, 0.84))
    else:
        top, bottom, waist = -0.98, 0.98, float(rng.uniform(0.3, 0.35))
        crotch, hip = -0.32, waist + 0.08
        wide = float(rng.choice([0.2, 0.27, 0.4]))
        inner = float(rng.uniform(0.1, 0.17))
        outer = inner + wide
    garment = Garment(top, bottom, top + 0.1, waist)
    leg = _leg(waist, hip, crotch, (inner, outer), top, bottom)
    lean = float(np.degrees(np.arctan2((inner + outer) / 2 - hip / 2, bottom - top)))
    garment.panels += [Panel(flipped(leg), grain=lean, tone=0.95), Panel(leg, grain=-lean)]
    hem = path((inner, bottom), ((inner + outer) / 2, bottom, outer, bottom - 0.02))
    garment.hems += [hem, flipped(hem)[::-1]]
    turn = 0.09 if short else 0.06
    for line in garment.hems:
        garment.seams.append(Seam(ribbon(line, turn)[len(line) :], 0.014, 0.35))
    fly = path((0.09, top + 0.12), (0.09, top + 0.12 + (crotch - top) * 0.45),
               (0.08, top + 0.12 + (crotch - top) * 0.6, 0.0, crotch - 0.1))  # fmt: skip
    garment.stitch(fly, 0.4)
    garment.seams.append(Seam(path((0.0, top + 0.1), (0.0, crotch)), 0.014, 0.4))
    pocket = path((waist * 0.6, top + 0.13), (waist * 0.7, top + 0.3, hip - 0.01, top + 0.36))
    garment.seams += [Seam(pocket, 0.016, 0.4), Seam(flipped(pocket), 0.016, 0.4)]
    _waistband(garment, waist, 0.12 if short else 0.1)
    for x in (-0.6, 0.6):
        loop = np.array([(x * waist, top), (x * waist, top + 0.13)])
        garment.seams.append(Seam(loop, 0.035, 0.4))
    garment.buttons.append((0.02, top + 0.06, 0.026))
    middle = (inner + outer) / 2
    garment.legs = [np.array([(s * hip * 0.5, crotch - 0.1), (s * (middle + hip * 0.5) / 2, 0.5),
                    (s * middle, 1.25 if not short else 1.7)]) for s in (1, -1)]  # fmt: skip
    return garment
