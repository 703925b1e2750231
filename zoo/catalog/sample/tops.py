"""Garments with a neckline: tee, shirt, dress, jumper and coat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zoo.catalog.sample.garment import Garment, Panel, Seam
from zoo.catalog.sample.outline import Points, ellipse, flipped, mirrored, path, ribbon

ARM = 1.25


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


def make_top(rng: np.random.Generator, category: str, shape: str) -> Garment:
    """A garment of that category with that kind of sleeve."""
    cut = _cut(rng, category)
    garment = _bodice(cut, shape)
    _sleeves(rng, garment, cut, category, shape)
    _front(garment, cut)
    {"tee": _tee, "shirt": _shirt, "dress": _dress, "jumper": _jumper, "coat": _coat}[category](
        rng, garment, cut
    )
    return garment


def _cut(rng: np.random.Generator, category: str) -> Cut:
    def near(value: float, spread: float = 0.06) -> float:
        return value * float(rng.uniform(1 - spread, 1 + spread))

    if category == "tee":
        width = near(0.5)
        return Cut(-0.72, near(0.2, 0.2), near(0.16, 0.3), width, 0.42, width * 0.97,
                   width * near(0.95), 0.95, width * near(0.98), near(1.46), cuff=0.16,
                   vee=float(rng.random() < 0.25))  # fmt: skip
    if category == "shirt":
        width = near(0.47)
        return Cut(-0.84, near(0.15), 0.12, width, 0.42, width, width * near(0.92), 0.95,
                   width * near(1.0), near(1.66), sag=0.12, cuff=0.105, vee=0.8)  # fmt: skip
    if category == "dress":
        return Cut(-0.97, near(0.17, 0.2), near(0.2, 0.4), near(0.31), 0.36, near(0.3), near(0.22),
                   near(0.72), near(0.62, 0.25), near(1.86, 0.08), cuff=0.085,
                   vee=float(rng.random() < 0.4))  # fmt: skip
    if category == "jumper":
        width = near(0.5)
        return Cut(-0.76, near(0.19, 0.1), near(0.1, 0.3), width, 0.5, width * 1.02,
                   width * near(1.0), 0.95, width * near(0.92), near(1.46), sag=0.02, cuff=0.13,
                   slope=0.13)  # fmt: skip
    width = near(0.42)
    return Cut(-0.97, near(0.15), near(0.62, 0.12), width, 0.42, width, width * near(0.93), 0.85,
               width * near(1.28, 0.1), near(1.9, 0.05), sag=0.03, cuff=0.125, vee=1.0)  # fmt: skip


def _neckline(cut: Cut, drop: float) -> Points:
    """The front edge of the right half, from the middle up to the shoulder."""
    low = cut.top + drop
    round_x, vee_x = cut.neck * 1.0, cut.neck * 0.5
    control_x = round_x + (vee_x - round_x) * cut.vee
    control_y = low - (drop / 2) * cut.vee
    return path((0.0, low), (control_x, control_y, cut.neck, cut.top))


def _bodice(cut: Cut, shape: str) -> Garment:
    inset = 0.8 if shape == "sleeveless" else 1.0
    shoulder = max(cut.shoulder * inset, cut.neck + 0.08)
    garment = Garment(
        top=cut.top, bottom=cut.top + cut.bottom, waist=cut.top + cut.waist_at,
        half_waist=cut.waist, half_shoulder=shoulder, neck=cut.neck, drop=cut.drop,
    )  # fmt: skip
    back = path((0.0, cut.top + 0.03), (cut.neck * 0.7, cut.top + 0.03, cut.neck, cut.top))
    lining = np.concatenate([back, _neckline(cut, cut.drop)[::-1]])
    garment.panels.append(Panel(mirrored(lining), tone=0.55, plain=True))
    side = path(
        (shoulder, cut.top + cut.slope),
        (shoulder - 0.06, cut.top + cut.armpit * 0.75, cut.chest, cut.top + cut.armpit),
        (cut.waist, cut.top + cut.armpit + 0.2, cut.waist, cut.top + cut.waist_at),
        (cut.waist + (cut.hem - cut.waist) * 0.35, cut.top + cut.waist_at + 0.25,
         cut.hem, cut.top + cut.bottom - cut.sag),
    )  # fmt: skip
    hem = path(side[-1], (cut.hem * 0.5, cut.top + cut.bottom, 0.0, cut.top + cut.bottom))
    right = np.concatenate([_neckline(cut, cut.drop), side, hem[1:]])
    garment.panels.append(Panel(mirrored(right)))
    neck = _neckline(cut, cut.drop)
    garment.neckline = np.concatenate([flipped(neck)[::-1], neck[1:]])
    garment.hems.append(np.concatenate([flipped(hem), hem[::-1][1:]]))
    garment.stitch(garment.hems[0] - (0, 0.06))
    if shape == "sleeveless":
        for edge in (side[:12], flipped(side[:12])):
            garment.seams.append(Seam(edge, 0.03, 0.25))
    return garment


def _sleeves(
    rng: np.random.Generator, garment: Garment, cut: Cut, category: str, shape: str
) -> None:
    """Both sleeves, behind the bodice, and the arms that would be in them."""
    spread = {"tee": 38, "shirt": 24, "dress": 26, "jumper": 22, "coat": 15}[category]
    lean = float(rng.uniform(0.55, 1.35)) * spread
    longest = {"dress": 1.0, "coat": 1.16}.get(category, 1.12)
    share = {"full-sleeve": 1.0, "half-sleeve": 0.4, "sleeveless": 0.0}[shape]
    for mirror in (False, True):
        angle = float(np.radians(lean + rng.uniform(-6, 6)))
        bend = float(np.radians(rng.uniform(-14, 6)))
        arm = _arm(cut, angle, bend, longest + 0.12)
        arm -= ((cut.shoulder - garment.half_shoulder) * 0.9, 0)
        garment.arms.append(flipped(arm) if mirror else arm)
        if not share:
            continue
        outline, cuff = _sleeve(cut, angle, bend, longest * share, share < 1)
        if mirror:
            outline, cuff = flipped(outline), flipped(cuff)[::-1]
        grain = float(np.degrees(angle + bend / 2)) * (1 if mirror else -1)
        garment.panels.insert(1, Panel(outline, grain=grain, tone=0.94))
        garment.hems.append(cuff)


def _arm(cut: Cut, angle: float, bend: float, length: float) -> Points:
    start = np.array([(cut.shoulder + cut.chest) / 2 - 0.05, cut.top + cut.slope + 0.1])
    first = np.array([np.sin(angle), np.cos(angle)])
    second = np.array([np.sin(angle + bend), np.cos(angle + bend)])
    elbow = start + first * length * 0.5
    return np.stack([start, elbow, elbow + second * length * 0.5])


def _sleeve(
    cut: Cut, angle: float, bend: float, length: float, short: bool
) -> tuple[Points, Points]:
    """Outline of the right sleeve, and its cuff from the inner to the outer edge."""
    joint = np.array([cut.shoulder - 0.03, cut.top + cut.slope - 0.005])
    pit = np.array([cut.chest - 0.05, cut.top + cut.armpit])
    _, elbow, end = _arm(cut, angle, bend, length)
    across = np.array([np.cos(angle + bend), -np.sin(angle + bend)])
    wide = cut.cuff * (1.25 if short else 1.0)
    mid = (cut.armpit - cut.slope) * 0.46 + wide * 0.15
    outer, inner = end + across * wide, end - across * wide
    upper = path(joint, (*(elbow + across * mid), *outer))
    lower = path(inner, (*(elbow - across * mid * 0.75), *pit))
    inside = np.array([cut.chest * 0.5, cut.top + cut.armpit * 0.6])
    return np.concatenate([upper, lower, inside[None]]), np.stack(
        [inner, (inner + outer) / 2, outer]
    )


def _front(garment: Garment, cut: Cut) -> None:
    """The seams where sleeves meet the bodice and the edge of the neckline."""
    if len(garment.hems) > 1:
        hole = path(
            (cut.shoulder, cut.top + cut.slope),
            (cut.shoulder - 0.06, cut.top + cut.armpit * 0.75, cut.chest, cut.top + cut.armpit),
        )
        garment.seams += [Seam(hole, 0.018, 0.35), Seam(flipped(hole), 0.018, 0.35)]
    assert garment.neckline is not None
    garment.seams.append(Seam(garment.neckline, 0.012, 0.4))


def _tee(rng: np.random.Generator, garment: Garment, cut: Cut) -> None:
    assert garment.neckline is not None
    garment.panels.append(Panel(ribbon(garment.neckline, -0.05), tone=0.86, plain=True))
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
        garment.panels.append(Panel(outline, grain=30, tone=1.06))
        garment.seams.append(Seam(outline[:4], 0.014, 0.4))
    count = int(rng.integers(5, 7))
    garment.buttons += [
        (0.0, float(y), 0.024) for y in np.linspace(low + 0.14, bottom - 0.2, count)
    ]
    for cuff in garment.hems[1:]:
        garment.panels.append(Panel(ribbon(cuff, 0.12), tone=1.05))
        garment.seams.append(Seam(ribbon(cuff, 0.12)[len(cuff) :], 0.014, 0.4))


def _dress(rng: np.random.Generator, garment: Garment, cut: Cut) -> None:
    garment.flare = 1.0
    sash = path((-cut.waist - 0.01, garment.waist), (0, garment.waist + 0.03, cut.waist + 0.01,
                garment.waist))  # fmt: skip
    garment.panels.append(Panel(ribbon(sash, 0.06), tone=0.8, plain=True))
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
        garment.panels.append(Panel(outline, tone=0.85, grain=40))
        garment.seams.append(Seam(outline[:5], 0.018, 0.45))
    columns = (-0.13, 0.13) if rng.random() < 0.6 else (0.0,)
    rows = np.linspace(low + 0.12, low + 0.12 + 0.2 * (3 - len(columns) * 0.3), 3)
    garment.buttons += [(x, float(y), 0.035) for x in columns for y in rows]
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
