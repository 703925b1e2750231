"""The zoo's own ways of searching, for search_engines.py: built and asked on one thread.

Rows and queries have length one, so that inner product, cosine and angle order them alike.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from dataclasses import replace
from pathlib import Path

import numpy as np

from zoo.indexes import NEIGHBOURS, IndexSettings, Items, Place
from zoo.search.annoy_index import build_index, open_index
from zoo.search.exact import BLOCK, similarities, top_rows

SEED = 0


class Engine(ABC):
    """An index over unit rows (N, D) that gives the rows nearest to a query."""

    name: str
    package: str  # as pip knows it
    module: str | None = None  # None: a dependency of the project
    built: str  # what the index was built with
    settings: tuple[float, ...] = (0,)

    @abstractmethod
    def build(self, rows: np.ndarray, path: Path) -> float:
        """Build, write to `path` and be ready; seconds of the building, without the writing."""

    def use(self, setting: float) -> str:
        """Search with that setting from now on; how the table names it."""
        return ""

    @abstractmethod
    def nearest(self, query: np.ndarray) -> np.ndarray:
        """Rows (NEIGHBOURS,) nearest to one unit vector (D,)."""


class Exact(Engine):
    """The zoo's exact search over its memory-mapped embeddings."""

    name, package, built = "exact float32", "numpy", "no index"

    def build(self, rows: np.ndarray, path: Path) -> float:
        with path.open("wb") as file:
            np.save(file, rows)
        self._rows: np.ndarray = np.load(path, mmap_mode="r")
        return 0.0

    def nearest(self, query: np.ndarray) -> np.ndarray:
        return top_rows(similarities(self._rows, query[None])[0], NEIGHBOURS)


class ExactHalf(Engine):
    """The same from rows stored in half the bytes, which numpy must convert to multiply them."""

    name, package, built = "exact float16", "numpy", "rows rounded"

    def build(self, rows: np.ndarray, path: Path) -> float:
        begun = time.perf_counter()
        half = rows.astype(np.float16)
        took = time.perf_counter() - begun
        with path.open("wb") as file:
            np.save(file, half)
        self._rows: np.ndarray = np.load(path, mmap_mode="r")
        return took

    def nearest(self, query: np.ndarray) -> np.ndarray:
        scores = np.empty(len(self._rows), dtype=np.float32)
        for start in range(0, len(scores), BLOCK):
            block = self._rows[start : start + BLOCK].astype(np.float32)
            scores[start : start + BLOCK] = similarities(block, query[None])[0]
        return top_rows(scores, NEIGHBOURS)


class ShippedAnnoy(Engine):
    """The zoo's index, at the search_k it chose for itself and at others around it."""

    name, package = "Annoy", "annoy"
    settings = (0.25, 0.5, 1, 2, 4)  # times the search_k chosen

    def build(self, rows: np.ndarray, path: Path) -> float:
        begun = time.perf_counter()
        self._facts, self._path = build_index(rows, path, SEED), path
        whole = time.perf_counter() - begun
        rest = whole - self._facts.build_s
        self.built = f"{self._facts.trees} trees; {rest:.1f} s to write, and to choose search_k"
        return self._facts.build_s

    def use(self, setting: float) -> str:
        search_k = max(NEIGHBOURS, round(self._facts.search_k * setting))
        self._index = open_index(self._path, replace(self._facts, search_k=search_k), "none")
        return f"search_k {search_k}" + (", as shipped" if setting == 1 else "")

    def nearest(self, query: np.ndarray) -> np.ndarray:
        return self._index.neighbours(query, NEIGHBOURS).rows


class LanceScan(Engine):
    """The zoo's LanceDB table without an index: what answers until one is built."""

    name, package, module, built = "LanceDB, scanned", "lancedb", "lancedb", "no index"
    kind: str | None = None

    def build(self, rows: np.ndarray, path: Path) -> float:
        from zoo.search.lance_index import Lance

        path.mkdir()
        np.save(path / "embeddings.npy", rows)  # as in a run; not counted, as for Annoy
        embeddings = np.load(path / "embeddings.npy", mmap_mode="r")
        items = Items(embeddings, np.arange(len(rows)).astype(str), {}, "generated")
        asked = IndexSettings(seed=SEED, say=lambda message: None)
        index = Lance(ann_from=0, kind=self.kind) if self.kind else Lance()
        facts = index.build(items, path, asked)
        written, begun = facts["build_s"], time.perf_counter()
        if self.kind:
            # Whether it is quicker than scanning is for the table to say.
            facts = index.improve(items, path, {**facts, "query_ms": np.inf}, asked) or facts
            rest = time.perf_counter() - begun - (facts["build_s"] - written)
            self.built = f"{self.kind}; {rest:.1f} s to choose how it is asked"
        (path / "embeddings.npy").unlink()
        self._path, self._facts = path, facts
        self._place = Place.of(np.arange(len(rows)), len(rows))
        return float(facts["build_s"])

    def use(self, setting: float) -> str:
        from zoo.search.lance_index import Lance

        chosen = self._facts["refine"]
        facts = {**self._facts, "refine": max(1, round(chosen * setting))}
        self._index = Lance().open(self._path, facts, "none", self._place)
        if not self.kind:
            return ""
        shipped = ", as shipped" if setting == 1 and self.kind == "IVF_RQ" else ""
        return f"{facts['nprobes']} cells, refine {facts['refine']}{shipped}"

    def nearest(self, query: np.ndarray) -> np.ndarray:
        return self._index.neighbours(query, NEIGHBOURS).rows


class LanceRq(LanceScan):
    """The zoo's LanceDB index, at the re-ranking it chose for itself and at others around it."""

    name, kind, settings = "LanceDB", "IVF_RQ", (0.5, 1, 2)


class LancePq(LanceScan):
    """The same by product quantisation."""

    name, kind, settings = "LanceDB IVF-PQ", "IVF_PQ", (0.5, 1, 2)


class LanceHnsw(LanceScan):
    """The same by graphs within the cells."""

    name, kind, settings = "LanceDB HNSW-SQ", "IVF_HNSW_SQ", (0.5, 1, 2)


OWN: tuple[type[Engine], ...] = (
    Exact,
    ExactHalf,
    ShippedAnnoy,
    LanceScan,
    LanceRq,
    LancePq,
    LanceHnsw,
)
