"""What a sample picture shows: attributes, their classes, and how they go together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "category": ("tee", "shirt", "dress", "skirt", "trousers", "shorts", "jumper", "coat"),
    "colour": (
        "black", "white", "grey", "brown", "red", "orange",
        "yellow", "green", "blue", "purple", "pink",
    ),
    "pattern": ("solid", "striped", "checkered", "floral", "graphic"),
    "fabric": ("cotton", "chiffon", "lace", "wool", "silk"),
    "style": ("casual", "formal", "party", "winter", "summer"),
    "shape": ("full-sleeve", "half-sleeve", "sleeveless"),
}  # fmt: skip

# Weights in the order of the classes above.
SHAPES: Mapping[str, Sequence[float]] = {
    "tee": (1, 6, 3),
    "shirt": (6, 3, 1),
    "dress": (1, 2, 6),
    "jumper": (6, 2, 2),
    "coat": (6, 2, 2),
}
FABRICS: Mapping[str, Sequence[float]] = {
    "tee": (6, 1, 3, 1, 2),
    "shirt": (5, 3, 1, 1, 4),
    "dress": (1, 4, 4, 1, 4),
    "skirt": (1, 4, 3, 2, 3),
    "trousers": (5, 2, 1, 3, 3),
    "shorts": (5, 2, 4, 1, 2),
    "jumper": (2, 1, 2, 9, 1),
    "coat": (3, 1, 1, 8, 2),
}
STYLES: Mapping[str, Sequence[float]] = {
    "tee": (5, 1, 2, 1, 5),
    "shirt": (3, 6, 2, 1, 3),
    "dress": (2, 3, 6, 1, 4),
    "skirt": (3, 3, 4, 2, 3),
    "trousers": (4, 5, 2, 3, 2),
    "shorts": (5, 2, 2, 1, 6),
    "jumper": (4, 2, 2, 7, 1),
    "coat": (2, 4, 2, 8, 1),
}
PATTERNS: Mapping[str, Sequence[float]] = {
    "casual": (3, 3, 3, 2, 4),
    "formal": (5, 3, 3, 1, 1),
    "party": (4, 2, 1, 4, 3),
    "winter": (3, 3, 4, 1, 2),
    "summer": (2, 4, 2, 5, 3),
}
COLOURS: Mapping[str, Sequence[float]] = {
    "casual": (2, 2, 3, 2, 2, 2, 2, 3, 4, 2, 2),
    "formal": (4, 4, 3, 2, 2, 1, 1, 2, 3, 2, 2),
    "party": (3, 1, 1, 1, 4, 2, 2, 2, 2, 4, 4),
    "winter": (3, 2, 3, 4, 3, 2, 1, 3, 3, 2, 1),
    "summer": (1, 4, 1, 1, 2, 4, 4, 3, 3, 2, 3),
}


@dataclass(frozen=True)
class SampleItem:
    """One picture's name, title and classes; None where an attribute does not apply."""

    item_id: str
    title: str
    labels: dict[str, str | None]


def _draw(rng: np.random.Generator, attribute: str, weights: Sequence[float]) -> str:
    share = np.asarray(weights, dtype=float)
    classes = ATTRIBUTES[attribute]
    return classes[int(rng.choice(len(classes), p=share / share.sum()))]


def choose_item(index: int, seed: int) -> SampleItem:
    """The labels of one picture: plausible together, none certain from another."""
    rng = np.random.default_rng([seed, index, 0])
    category = _draw(rng, "category", [1.0] * len(ATTRIBUTES["category"]))
    style = _draw(rng, "style", STYLES[category])
    labels: dict[str, str | None] = {
        "category": category,
        "colour": _draw(rng, "colour", COLOURS[style]),
        "pattern": _draw(rng, "pattern", PATTERNS[style]),
        "fabric": _draw(rng, "fabric", FABRICS[category]),
        "style": style,
        "shape": _draw(rng, "shape", SHAPES[category]) if category in SHAPES else None,
    }
    return SampleItem(f"sample-{seed}-{index:06d}", _title(labels), labels)


def _title(labels: Mapping[str, str | None]) -> str:
    adjectives = [labels["shape"], labels["colour"], labels["pattern"], labels["fabric"]]
    words = [word for word in adjectives if word and word != "solid"]
    return f"{' '.join(words)} {labels['category']}, {labels['style']}".capitalize()
