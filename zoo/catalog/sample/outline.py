"""Curves: the outlines that garments and props are cut from, as arrays of points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
STEPS = 10
_TURN = np.linspace(0, 2 * np.pi, 24, endpoint=False)
CIRCLE: Points = np.stack([np.cos(_TURN), np.sin(_TURN)], axis=1)


def path(start: Sequence[float] | Points, *steps: Sequence[float]) -> Points:
    """Points from `start`: (x, y) goes straight, (cx, cy, x, y) along a quadratic Bezier curve."""
    points = [np.asarray([start], dtype=float)]
    for step in steps:
        last = points[-1][-1]
        end = np.asarray(step[-2:], dtype=float)
        if len(step) == 2:
            points.append(end[None])
            continue
        control = np.asarray(step[:2], dtype=float)
        t = np.linspace(0, 1, STEPS + 1)[1:, None]
        points.append((1 - t) ** 2 * last + 2 * t * (1 - t) * control + t**2 * end)
    return np.concatenate(points)


def flipped(points: Points) -> Points:
    """The same points on the other side of the garment's centre line."""
    return points * (-1.0, 1.0)


def mirrored(right: Points) -> Points:
    """A closed symmetric outline from its right half."""
    return np.concatenate([right, flipped(right)[::-1]])


def normals(points: Points) -> Points:
    """Unit vectors to the left of the way along `points`."""
    along = np.gradient(points, axis=0)
    length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)
    return np.stack([along[:, 1], -along[:, 0]], axis=1) / length[:, None]


def ribbon(points: Points, width: float) -> Points:
    """The outline of a band that lies to the left of `points`, to the right where negative."""
    return np.concatenate([points, (points + width * normals(points))[::-1]])


def resampled(points: Points, count: int) -> Points:
    """`count` points at equal distances along the way."""
    lengths = np.hypot(*np.diff(points, axis=0).T)
    at = np.concatenate([[0.0], np.cumsum(lengths)])
    wanted = np.linspace(0, at[-1], count)
    return np.stack([np.interp(wanted, at, points[:, i]) for i in (0, 1)], axis=1)


def rungs(points: Points, width: float, spacing: float) -> list[Points]:
    """Short lines across a ribbon, as knitted ribbing has them."""
    length = float(np.hypot(*np.diff(points, axis=0).T).sum())
    spots = resampled(points, max(3, round(length / spacing)))
    ends = spots + width * normals(spots)
    return [np.stack([a, b]) for a, b in zip(spots[1:-1], ends[1:-1], strict=True)]


def ellipse(x: float, y: float, rx: float, ry: float) -> Points:
    """A closed ellipse."""
    return CIRCLE * (rx, ry) + (x, y)


def blossom(petals: int) -> Points:
    """A closed flower of radius 1."""
    t = np.linspace(0, 2 * np.pi, petals * 9, endpoint=False)
    r = 0.42 + 0.58 * np.sqrt(np.abs(np.cos(t * petals / 2)))
    return np.stack([r * np.cos(t), r * np.sin(t)], axis=1)


def star(x: float, y: float, outer: float, inner: float, tips: int, turn: float = 0.0) -> Points:
    """A closed star, its first tip up."""
    t = turn - np.pi / 2 + np.arange(2 * tips) * np.pi / tips
    r = np.where(np.arange(2 * tips) % 2 == 0, outer, inner)
    return np.stack([x + r * np.cos(t), y + r * np.sin(t)], axis=1)
