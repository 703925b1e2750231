"""What the front of each kind of top looks like: collars, plackets, lapels, ribbing, sashes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from zoo.catalog.sample.garment import Garment, Panel, Seam
from zoo.catalog.sample.outline import ellipse, flipped, mirrored, path, ribbon


@dataclass(frozen=True)
class Cut:
    """Measures of a bodice; widths are halves, the rest are heights from the top down."""

    top: float
    neck: float
    drop: float
    shoulder: float
    armpit: float
    chest: float
    waist: float
    waist_at: float
    hem: float
    bottom: float
    sag: float = 0.04  # how much lower the hem is in the middle
    cuff: float = 0.12
    slope: float = 0.09
    vee: float = 0.0  # 0 for a round neckline, 1 for a straight V


def _tee(rng: np.random.Generator, garment: Garment, cut: Cut) -> None:
    assert garment.neckline is not None
    garment.panels.append(Panel(ribbon(garment.neckline, -0.06), tone=0.75, plain=True))
    for cuff in garment.hems[1:]:
        garment.seams.append(Seam(ribbon(cuff, 0.06)[len(cuff) :], 0.01, 0.25))


def _jumper(rng: np.random.Generator, garment: Garment, cut: Cut) -> None:
    assert garment.neckline is not None
    if rng.random() < 0.4:
        tall = path((cut.neck, cut.top + 0.05), (cut.neck * 0.85, cut.top - 0.1,
                    cut.neck * 0.9, cut.top - 0.2), (0, cut.top - 0.17))  # fmt: skip
        low = path((0, cut.top + cut.drop + 0.03), (cut.neck * 0.9, cut.top + cut.drop + 0.02,
                   cut.neck, cut.top + 0.05))  # fmt: skip
        garment.panels.append(Panel(mirrored(np.concatenate([low, tall])), tone=0.88, plain=True))
        for x in np.linspace(-0.75, 0.75, 7) * cut.neck:
            line = np.array([(x, cut.top - 0.17), (x * 1.1, cut.top + cut.drop * 0.8)])
            garment.seams.append(Seam(line, 0.014, 0.25))
    else:
        garment.rib(garment.neckline, -0.09)
    for line in garment.hems:
        garment.rib(line, 0.16 if line is garment.hems[0] else 0.15)


def _shirt(rng: np.random.Generator, garment: Garment, cut: Cut) -> None:
    low, bottom = cut.top + cut.drop, garment.bottom
    placket = np.array([(-0.05, low), (0.05, low), (0.05, bottom - 0.01), (-0.05, bottom - 0.01)])
    garment.panels.append(Panel(placket, tone=1.04))
    garment.seams.append(Seam(placket[1:3], 0.012, 0.32))
    wing = path((0.005, low + 0.02), (0.11, low + 0.17), (0.26, cut.top + 0.1),
                (cut.neck + 0.02, cut.top - 0.02, cut.neck - 0.02, cut.top - 0.06))  # fmt: skip
    for outline in (wing, flipped(wing)):
        garment.panels.append(Panel(outline, plain=True, tone=1.06))
        garment.seams.append(Seam(outline[:4], 0.014, 0.4))
    count = int(rng.integers(5, 7))
    garment.buttons += [
        (0.0, float(y), 0.024) for y in np.linspace(low + 0.14, bottom - 0.2, count)
    ]
    for cuff in garment.hems[1:]:
        garment.panels.append(Panel(ribbon(cuff, 0.13), plain=True, tone=1.05))
        garment.seams.append(Seam(ribbon(cuff, 0.12)[len(cuff) :], 0.014, 0.4))


def _dress(rng: np.random.Generator, garment: Garment, cut: Cut) -> None:
    garment.flare = 1.0
    sash = path((-cut.waist - 0.01, garment.waist), (0, garment.waist + 0.03, cut.waist + 0.01,
                garment.waist))  # fmt: skip
    garment.panels.append(Panel(ribbon(sash, 0.08), tone=0.68, plain=True))
    for x in np.linspace(-0.85, 0.85, int(rng.integers(5, 8))):
        start = np.array([x * cut.waist, garment.waist + 0.02])
        end = np.array([x * cut.hem, garment.bottom - 0.1 - 0.3 * rng.random()])
        garment.seams.append(Seam(path(start, (x * cut.waist * 1.15, 0.0, *end)), 0.02, 0.2))


def _coat(rng: np.random.Generator, garment: Garment, cut: Cut) -> None:
    low, bottom = cut.top + cut.drop, garment.bottom
    edge = path((0.07, low), (0.07, bottom))
    garment.seams.append(Seam(edge, 0.02, 0.5))
    lapel = path((0.03, low + 0.02), (0.28, low - 0.26), (0.2, low - 0.32), (0.34, low - 0.36),
                 (0.3, cut.top + 0.02, cut.neck + 0.02, cut.top - 0.05),
                 (cut.neck * 0.8, low - 0.35, 0.03, low + 0.02))  # fmt: skip
    for outline in (flipped(lapel), lapel):
        garment.panels.append(Panel(outline, tone=0.78, plain=True))
        garment.seams.append(Seam(outline[:5], 0.018, 0.45))
    columns = (-0.13, 0.13) if rng.random() < 0.6 else (0.0,)
    rows = np.linspace(low + 0.12, low + 0.12 + 0.2 * (3 - len(columns) * 0.3), 3)
    garment.buttons += [(x, float(y), 0.042) for x in columns for y in rows]
    for side in (1, -1):
        flap = np.array([(0.19, 0.2), (0.36, 0.17), (0.37, 0.26), (0.19, 0.29)]) * (side, 1)
        garment.panels.append(Panel(flap, tone=0.9))
        garment.seams.append(Seam(flap, 0.016, 0.4))
    for cuff in garment.hems[1:]:
        garment.seams.append(Seam(ribbon(cuff, 0.14)[len(cuff) :], 0.016, 0.4))
    if rng.random() < 0.35:
        half = cut.waist + 0.01
        belt = path((-half, garment.waist), (0, garment.waist + 0.03, half, garment.waist))
        garment.panels.append(Panel(ribbon(belt, 0.1), tone=0.75, plain=True))
        garment.seams.append(Seam(ellipse(0.0, garment.waist - 0.03, 0.06, 0.06), 0.025, 0.6))


FRONTS: dict[str, Callable[[np.random.Generator, Garment, Cut], None]] = {
    "tee": _tee,
    "shirt": _shirt,
    "dress": _dress,
    "jumper": _jumper,
    "coat": _coat,
}
