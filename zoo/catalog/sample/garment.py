"""What every garment is made of, whatever its category."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from zoo.catalog.sample.outline import Points, normals, resampled, ribbon, rungs


@dataclass(frozen=True)
class Panel:
    """One piece of cloth."""

    outline: Points
    grain: float = 0.0  # degrees by which its pattern is turned
    tone: float = 1.0  # darker below 1
    plain: bool = False  # ribbing, lining: shows no pattern


@dataclass(frozen=True)
class Seam:
    """A line in the cloth, darker than it; lighter where `depth` is negative."""

    line: Points
    width: float = 0.012
    depth: float = 0.35


@dataclass
class Garment:
    """Panels from back to front, lines and buttons on them, and places to attach things to."""

    top: float  # of the shoulders or the waistband
    bottom: float
    waist: float
    half_waist: float
    half_shoulder: float = 0.0
    neck: float = 0.0  # half the width of the neckline, 0 where there is none
    drop: float = 0.0  # how far down the neckline goes
    panels: list[Panel] = field(default_factory=list)
    seams: list[Seam] = field(default_factory=list)
    buttons: list[tuple[float, float, float]] = field(default_factory=list)
    hems: list[Points] = field(default_factory=list)  # the cloth lies to their left
    neckline: Points | None = None  # from the wearer's right to left
    arms: list[Points] = field(default_factory=list)  # shoulder, elbow, hand
    legs: list[Points] = field(default_factory=list)  # hip, knee, foot
    flare: float = 0.0  # how much the folds spread towards the hem

    def rib(self, line: Points, width: float) -> None:
        """Knitted ribbing along a line."""
        self.panels.append(Panel(ribbon(line, width), tone=0.76, plain=True))
        self.seams += [Seam(rung, 0.014, 0.3) for rung in rungs(line, width, 0.05)]
        self.seams.append(Seam(ribbon(line, width)[len(line) :], 0.014, 0.3))

    def frill(self) -> None:
        """Wavy edges of thin cloth along every hem."""
        for hem in self.hems:
            length = float(np.hypot(*np.diff(hem, axis=0).T).sum())
            waves = max(2, round(length / 0.17))
            line = resampled(hem, 8 * waves + 1)
            wave = 0.07 + 0.018 * np.sin(np.linspace(0, 2 * np.pi * waves, len(line)))
            edge = line - normals(line) * wave[:, None]
            self.panels.append(Panel(np.concatenate([line, edge[::-1]]), tone=0.9))

    def stitch(self, line: Points, depth: float = 0.22) -> None:
        """A fine line of stitching."""
        self.seams.append(Seam(line, 0.01, depth))
