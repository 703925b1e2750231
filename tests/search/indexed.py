"""Items with labels in the plane of a few classes, and an index over them: shared by tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.conftest import ROOT
from zoo.indexes import Column, Index, IndexSettings, Items, Opened, Place

PLUGINS = ROOT / "tests" / "plugins_index"
CLASSES = {
    "colour": ("red", "b'lue", "green"),
    "Type of item": ("tee", "skirt"),
    "trim": ("lace", "none"),
}


def unit_rows(count: int, dimension: int = 16, seed: int = 0) -> np.ndarray:
    """Rows around a dozen centres, as pictures lie around their kinds."""
    generator = np.random.default_rng(seed)
    centres = np.random.default_rng(99).normal(size=(12, dimension))
    rows = centres[generator.integers(12, size=count)]
    rows = rows + 0.5 * generator.normal(size=(count, dimension))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def items_of(rows: np.ndarray, folder: Path, first: int = 0) -> Items:
    """These rows as a catalogue; classes go round by number, so that they stay with an item."""
    numbers = np.arange(first, first + len(rows))
    np.save(folder / "embeddings.npy", rows)
    columns = {
        name: Column(numbers // (place + 1) % len(classes), classes)
        for place, (name, classes) in enumerate(CLASSES.items())
    }
    embeddings = np.load(folder / "embeddings.npy", mmap_mode="r")
    ids = np.array([f"item-{n}" for n in numbers])
    return Items(embeddings, ids, columns, "shapes", folder / "embeddings.npy")


@dataclass
class Made:
    """An index that was built, and what is told of it."""

    index: Index
    folder: Path
    items: Items
    facts: dict[str, Any]
    place: Place

    @staticmethod
    def of(
        index: Index, folder: Path, rows: np.ndarray, asked: IndexSettings | None = None
    ) -> Made:
        """Built and improved, its facts as run.json gives them back."""
        items = items_of(rows, folder)
        asked = asked or IndexSettings(say=lambda message: None)
        facts = index.build(items, folder, asked)
        facts = index.improve(items, folder, facts, asked) or facts
        place = Place.of(np.arange(len(rows)), len(rows))
        return Made(index, folder, items, json.loads(json.dumps(facts)), place)

    def open(self) -> Opened:
        """Opened with the command that repairs it."""
        return self.index.open(self.folder, self.facts, "zoo index tiny", self.place)

    def fitting(self, **only: str) -> np.ndarray:
        """The rows of these classes."""
        keep = np.ones(len(self.items.embeddings), dtype=bool)
        for name, value in only.items():
            column = self.items.columns[name]
            keep &= column.codes == column.classes.index(value)
        return np.flatnonzero(keep)
