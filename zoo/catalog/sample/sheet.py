"""A transparent sheet that is drawn on in garment units, seen in some pose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from zoo.catalog.sample.outline import Points, ellipse

RGB = tuple[int, int, int]
Field = NDArray[np.float32]


@dataclass(frozen=True)
class Pose:
    """Where garment units, about -1 to 1 each way, land in the picture: a plane homography."""

    matrix: NDArray[np.float64]

    def project(self, points: Points) -> Points:
        """Pixel positions of points."""
        spread = points @ self.matrix[:, :2].T + self.matrix[:, 2]
        projected: Points = spread[:, :2] / spread[:, 2:]
        return projected

    def grid(self, side: int, stride: int = 1) -> tuple[Field, Field]:
        """Garment units at each pixel, or at each `stride`-th."""
        inverse = np.linalg.inv(self.matrix).astype(np.float32)
        at = np.arange(0, side, stride, dtype=np.float32) + stride / 2
        px, py = at[None, :], at[:, None]
        x, y, w = (row[0] * px + row[1] * py + row[2] for row in inverse)
        return x / w, y / w

    def placed(self, x: float, y: float, scale: float = 1.0, degrees: float = 0.0) -> Pose:
        """The pose of something drawn around its own origin that lies at (x, y)."""
        cos, sin = np.cos(np.radians(degrees)) * scale, np.sin(np.radians(degrees)) * scale
        return Pose(self.matrix @ np.array([[cos, -sin, x], [sin, cos, y], [0, 0, 1.0]]))

    def shrunk(self, factor: int) -> Pose:
        """The same view in a picture that is smaller by that factor."""
        return Pose(np.diag([1 / factor, 1 / factor, 1.0]) @ self.matrix)

    @property
    def unit(self) -> float:
        """Pixels per garment unit."""
        corner = self.matrix[2, 2]
        return float(np.sqrt(abs(np.linalg.det(self.matrix[:2, :2]))) / corner)


class Sheet:
    """Fills and strokes on a transparent picture."""

    def __init__(self, side: int, pose: Pose) -> None:
        self.side, self.pose = side, pose
        self.image = Image.new("RGBA", (side, side))
        self.pen = ImageDraw.Draw(self.image)

    def placed(self, x: float, y: float, scale: float = 1.0, degrees: float = 0.0) -> Sheet:
        """The same picture, drawn on around (x, y)."""
        other = object.__new__(Sheet)
        other.side, other.image, other.pen = self.side, self.image, self.pen
        other.pose = self.pose.placed(x, y, scale, degrees)
        return other

    def fill(self, points: Points, colour: RGB) -> None:
        """A filled outline."""
        self.pen.polygon(flat(self.pose.project(points)), fill=colour)

    def stroke(self, points: Points, colour: RGB, width: float) -> None:
        """A line with round joints."""
        pixels = max(1, round(width * self.pose.unit))
        self.pen.line(flat(self.pose.project(points)), fill=colour, width=pixels, joint="curve")

    def dot(self, x: float, y: float, radius: float, colour: RGB) -> None:
        """A filled circle."""
        self.fill(ellipse(x, y, radius, radius), colour)


def flat(points: Points) -> list[float]:
    """Points as Pillow reads them fastest."""
    numbers: list[float] = points.ravel().tolist()
    return numbers


def shade(colour: RGB, factor: float) -> RGB:
    """Darker below 1; above it, mixed towards white."""
    if factor <= 1:
        return (int(colour[0] * factor), int(colour[1] * factor), int(colour[2] * factor))
    return mix(colour, (255, 255, 255), factor - 1)


def mix(a: RGB, b: RGB, share: float) -> RGB:
    """`a` with a share of `b`."""
    r, g, b_ = (round(p + (q - p) * share) for p, q in zip(a, b, strict=True))
    return (r, g, b_)
