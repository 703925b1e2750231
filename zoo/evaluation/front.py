"""Which choices are worth considering when two things are wanted at once."""

from __future__ import annotations

from collections.abc import Mapping


def pareto_front(points: Mapping[str, tuple[float, float]]) -> list[str]:
    """Those that no other is at least as good as in both and better in one; more is better.

    In the order of the first of the two numbers.
    """
    front = [
        name
        for name, (x, y) in points.items()
        if not any(ox >= x and oy >= y and (ox, oy) != (x, y) for ox, oy in points.values())
    ]
    return sorted(front, key=lambda name: points[name])
