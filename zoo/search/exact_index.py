"""No index at all: every query looks at every item."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from zoo.errors import RunError
from zoo.files import sha256_of
from zoo.indexes import ALL, Index, IndexSettings, Items, Near, Only, Opened, Place
from zoo.search.exact import similarities, top_rows
from zoo.search.probing import exact_ms


class Exact(Index):
    """Exact search over the embeddings of the run, which are mapped into memory."""

    name, title = "exact", "exact search"
    changes = True

    def build(self, items: Items, folder: Path, asked: IndexSettings) -> dict[str, Any]:
        if items.path is None:
            raise RunError("exact search needs the embeddings in a file")
        took = exact_ms(items.embeddings)
        return {
            "index": self.name,
            "file": items.path.name,
            "items": len(items.embeddings),
            "dimension": items.embeddings.shape[1],
            "sha256": sha256_of(items.path),
            "recall": 1.0,
            "probes": 0,
            "query_ms": took,
            "exact_ms": took,
            "build_s": 0.0,
            "bytes": 0,
            "asked": asked.recall,
        }

    def open(self, folder: Path, facts: Mapping[str, Any], repair: str, place: Place) -> Opened:
        rows = np.load(folder / facts["file"], mmap_mode="r", allow_pickle=False)
        return OpenedExact(rows, place)

    def change(
        self, items: Items, place: Place, gone: np.ndarray, folder: Path, facts: dict[str, Any]
    ) -> dict[str, Any]:
        return {**facts, "items": len(place.rows) + len(place.beside)}


class OpenedExact(Opened):
    """The embeddings, which are always those of the catalogue as it is."""

    pays = False  # the recommender looks at everything anyway

    def __init__(self, embeddings: np.ndarray, place: Place) -> None:
        super().__init__(place)
        self._embeddings = embeddings

    def neighbours(
        self, query: np.ndarray, count: int, only: Only = ALL, exact: bool = False
    ) -> Near:
        scores = similarities(self._embeddings, query[None])[0]
        return Near(top_rows(scores, max(count, 0)), approximate=False)
