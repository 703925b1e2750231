"""Colours of classes that can be told apart, on light and on dark ground."""

from __future__ import annotations

from collections.abc import Sequence

OTHER = "#8d96a5"  # classes beyond those with a colour of their own, and unknown labels
# Neighbours in this order differ in hue and in lightness; none is near OTHER.
DISTINCT = (
    "#3b6fd4", "#f08c1d", "#2f9e44", "#e03e52", "#8b5cf6", "#17b3c9", "#c9a400", "#e779c1",
    "#8a5a2b", "#76c043", "#274b8f", "#ff9e80", "#0f7d6b", "#a3228f", "#b9a3f5", "#7d1f2d",
)  # fmt: skip
# Classes that are names of colours are drawn in them: "red" in blue would mislead.
NAMED = {
    "beige": "#dcc9a3", "black": "#15171c", "blue": "#2f6fde", "bronze": "#a4703a",
    "brown": "#7a4a24", "burgundy": "#7b1232", "charcoal": "#40464f", "copper": "#b9693c",
    "coral": "#ff7f5c", "cream": "#f3ead0", "fluorescent green": "#7dfc3c", "gold": "#d9a520",
    "green": "#2e9b47", "grey": "#8c8f94", "gray": "#8c8f94", "grey melange": "#a9adb3",
    "khaki": "#a59a63", "lavender": "#b79be8", "lime green": "#6bd425", "magenta": "#d6219c",
    "maroon": "#7d1f2d", "mauve": "#b784a7", "metallic": "#8fa0ad", "mushroom brown": "#a28a74",
    "mustard": "#d6a11c", "navy": "#1f2f66", "navy blue": "#1f2f66", "nude": "#e5bf9f",
    "off white": "#efece2", "olive": "#76802c", "orange": "#f47b20", "peach": "#fbb896",
    "pink": "#f06ba8", "purple": "#7d3fb5", "red": "#d8262c", "rose": "#e2557d",
    "rust": "#ad4a1e", "sea green": "#2c9c80", "silver": "#c0c5cc", "skin": "#e3b38f",
    "steel": "#73808d", "tan": "#c79a63", "taupe": "#857668", "teal": "#12807f",
    "turquoise blue": "#22c1c9", "turquoise": "#22c1c9", "white": "#fbfbfb",
    "yellow": "#f5d00c", "violet": "#7d3fb5",
}  # fmt: skip


def class_colours(names: Sequence[str]) -> list[str]:
    """A colour for each class, the most frequent first; OTHER beyond those there are."""
    known = [NAMED.get(name.lower()) for name in names]
    if sum(colour is not None for colour in known) * 2 > len(names):
        return [colour or OTHER for colour in known]
    return [DISTINCT[n] if n < len(DISTINCT) else OTHER for n in range(len(names))]
