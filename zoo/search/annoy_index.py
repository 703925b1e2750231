"""The Annoy index of one backbone: built, measured against exact search, opened checked."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from annoy import AnnoyIndex

from zoo.errors import RunError
from zoo.files import sha256_of, written_whole
from zoo.indexes import (
    ALL,
    GONE,
    NEIGHBOURS,
    TARGET_RECALL,
    Index,
    IndexSettings,
    Items,
    Near,
    Only,
    Opened,
    Place,
)
from zoo.search.probing import Probes, exact_ms

FILE = "index.ann"
TREES = 40  # more are slower to build, fewer are slower at the same recall
FIRST_SEARCH_K = 100  # the least that is tried
CHEAP_MS = 20.0  # a query up to which search_k is tuned whether or not the index pays then


@dataclass(frozen=True)
class IndexFacts:
    """What run.json keeps of an index, checked when it is opened."""

    metric: str
    items: int
    dimension: int
    trees: int
    search_k: int
    seed: int
    sha256: str
    recall: float  # recall@10 against exact search, of `probes` items among the others
    probes: int
    query_ms: float
    build_s: float
    bytes: int
    asked: float = TARGET_RECALL  # the recall that search_k was chosen for
    exact_ms: float = 0.0  # the same query by exact search; 0 in indexes that did not measure it


class Annoy(Index):
    """Forests of random projections (Bernhardsson), one file; all of it is mapped into memory."""

    name, title = "annoy", "Annoy"

    def build(self, items: Items, folder: Path, asked: IndexSettings) -> dict[str, Any]:
        return asdict(build_index(items.embeddings, folder / FILE, asked.seed, asked.recall))

    def open(self, folder: Path, facts: Mapping[str, Any], repair: str, place: Place) -> Opened:
        return open_index(folder / FILE, IndexFacts(**facts), repair, place)


class OpenedAnnoy(Opened):
    """The file mapped, asked at the search_k that was chosen for it."""

    def __init__(self, index: AnnoyIndex, facts: IndexFacts, place: Place) -> None:
        super().__init__(place)
        self._index, self._facts = index, facts
        self.pays = facts.query_ms < facts.exact_ms  # measured when the index was built

    def neighbours(
        self, query: np.ndarray, count: int, only: Only = ALL, exact: bool = False
    ) -> Near:
        asked = count
        while True:  # those that are gone took places
            # More neighbours need more of the trees looked at than was measured for ten.
            search_k = self._facts.search_k * max(1, asked // NEIGHBOURS)
            found = self._index.get_nns_by_vector(query, asked, search_k=search_k)
            rows: np.ndarray = self.place.rows[found]
            there: np.ndarray = rows[rows != GONE][:count]
            if len(there) in (count, len(rows)) or asked >= self._facts.items:
                return Near(there, approximate=True)
            asked = min(2 * asked, self._facts.items)


def build_index(
    embeddings: np.ndarray, path: Path, seed: int, asked: float = TARGET_RECALL
) -> IndexFacts:
    """Write an index of unit rows (N, D), its search_k chosen to reach the asked recall@10."""
    items, dimension = embeddings.shape
    started = time.perf_counter()
    index = AnnoyIndex(dimension, "angular")
    # Before adding; with one job the file is the same every time.
    index.set_seed((seed + 1) % 2**31)
    for row in range(items):
        index.add_item(row, embeddings[row])
    index.build(TREES, n_jobs=1)
    build_s = time.perf_counter() - started
    with written_whole(path) as partial:
        index.save(str(partial))
        index.unload()
    index = AnnoyIndex(dimension, "angular")
    index.load(str(path))
    exact = exact_ms(embeddings)
    enough = max(exact, CHEAP_MS)
    search_k, recall, query_ms, probes = _tune(index, embeddings, seed, asked, enough)
    return IndexFacts(
        metric="angular",
        items=items,
        dimension=dimension,
        trees=TREES,
        search_k=search_k,
        seed=seed,
        sha256=sha256_of(path),
        recall=recall,
        probes=probes,
        query_ms=query_ms,
        build_s=build_s,
        bytes=path.stat().st_size,
        exact_ms=exact,
        asked=asked,
    )


def _tune(
    index: AnnoyIndex, embeddings: np.ndarray, seed: int, asked: float, enough_ms: float
) -> tuple[int, float, float, int]:
    """The least search_k (doubling) that finds the asked share of the true ten neighbours.

    None beyond the one at which a query takes `enough_ms`.
    """
    probes = Probes.drawn(embeddings, seed)
    search_k = FIRST_SEARCH_K
    while True:
        find = partial(index.get_nns_by_vector, n=NEIGHBOURS + 1, search_k=search_k)
        recall, query_ms = probes.measured(find)
        spent = query_ms >= enough_ms or search_k >= len(embeddings) * TREES
        if recall >= asked or spent:
            return search_k, recall, query_ms, len(probes.rows)
        search_k *= 2


def open_index(
    path: Path, facts: IndexFacts, repair: str, place: Place | None = None
) -> OpenedAnnoy:
    """Open an index that was checked; RunError when it cannot be the one that was built.

    Annoy itself loads truncated files and files of other metrics without a word. Without a place,
    the catalogue is still the one that was indexed.
    """
    if not path.is_file() or path.stat().st_size != facts.bytes:
        raise RunError(f"{path} is missing or truncated; repair it with: {repair}")
    index = AnnoyIndex(facts.dimension, "angular")
    index.load(str(path))
    if index.get_n_items() != facts.items:
        raise RunError(f"{path} has {index.get_n_items()} items, not {facts.items}; {repair}")
    return OpenedAnnoy(index, facts, place or Place.of(np.arange(facts.items), facts.items))
