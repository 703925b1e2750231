"""Garments with a neckline: tee, shirt, dress, jumper and coat."""

from __future__ import annotations

import numpy as np

from zoo.catalog.sample.fronts import FRONTS, Cut
from zoo.catalog.sample.garment import Garment, Panel, Seam
from zoo.catalog.sample.outline import Points, flipped, mirrored, path


def make_top(rng: np.random.Generator, category: str, shape: str) -> Garment:
    """A garment of that category with that kind of sleeve."""
    cut = _cut(rng, category)
    garment = _bodice(cut, shape)
    _sleeves(rng, garment, cut, category, shape)
    _front(garment, cut)
    FRONTS[category](rng, garment, cut)
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
                   near(0.72), near(0.68, 0.15), near(1.86, 0.08), cuff=0.085,
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
        garment.panels.insert(1, Panel(outline, grain=grain, tone=0.9))
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
