"""Which part of a picture is used: the box around the item, a margin, and the picture's edge."""

from __future__ import annotations

import math

from zoo.pictures import MIN_SIDE, Box

MARGIN = 0.1


def widened(box: Box, size: tuple[int, int], margin: float) -> Box:
    """The box with a margin (a share of its sides) all around, clipped to the picture's size.

    ValueError says what is wrong with a box that is empty, outside, or leaves too few pixels.
    """
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    said = f"box {left} {top} {right} {bottom}"
    if width <= 0 or height <= 0:
        raise ValueError(f"{said} is empty")
    if left >= size[0] or top >= size[1] or right <= 0 or bottom <= 0:
        raise ValueError(f"{said} is outside the picture of {size[0]} x {size[1]} pixels")
    across, down = width * margin, height * margin
    crop = (
        max(0, math.floor(left - across)),
        max(0, math.floor(top - down)),
        min(size[0], math.ceil(right + across)),
        min(size[1], math.ceil(bottom + down)),
    )
    if min(crop[2] - crop[0], crop[3] - crop[1]) < MIN_SIDE:
        raise ValueError(f"{said} leaves under {MIN_SIDE} pixels a side")
    return crop
