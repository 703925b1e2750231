"""The Annoy index of one backbone: built, measured against exact search, opened checked."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from annoy import AnnoyIndex

from zoo.errors import RunError
from zoo.files import sha256_of, written_whole
from zoo.search.exact import similarities, top_rows

TREES = 40  # more are slower to build, fewer are slower at the same recall
TARGET_RECALL = 0.99
PROBES = 200
TIMED = 20  # exact searches that are timed
NEIGHBOURS = 10
FIRST_SEARCH_K = 100  # the least that is tried
GONE = -1


@dataclass(frozen=True)
class Place:
    """Where the items of an index are in the catalogue as it is now."""

    rows: np.ndarray  # (items of the index,) int64, GONE for those that are no longer there
    beside: np.ndarray  # the rows of the catalogue that the index does not have, ascending

    @staticmethod
    def of(rows: np.ndarray, items: int) -> Place:
        """Of a catalogue of so many items."""
        return Place(rows, np.setdiff1d(np.arange(items), rows))

    def after(self, origin: np.ndarray) -> Place:
        """In the next catalogue, whose items were at these rows of this one, or GONE for new."""
        stay = origin != GONE
        before = 1 + max(int(self.rows.max()), int(origin.max()), 0)
        now = np.full(before, GONE, dtype=np.int64)
        now[origin[stay]] = np.flatnonzero(stay)
        rows = np.where(self.rows == GONE, GONE, now[self.rows])
        return Place.of(rows, len(origin))

    @property
    def loose(self) -> int:
        """How many items came or went since the index was built."""
        return len(self.beside) + int((self.rows == GONE).sum())


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


class Annoy:
    """An opened index of a catalogue, some of whose items may have come or gone since."""

    def __init__(self, index: AnnoyIndex, facts: IndexFacts, place: Place) -> None:
        self._index, self._facts, self._place = index, facts, place
        self.pays = facts.query_ms < facts.exact_ms  # measured when the index was built

    @property
    def beside(self) -> np.ndarray:
        """The rows that it does not have: to be looked at one by one."""
        return self._place.beside

    def neighbours(self, query: np.ndarray, count: int) -> np.ndarray:
        """About the `count` rows nearest to one unit vector (D,), of those it has."""
        asked = count
        while True:  # those that are gone took places
            # More neighbours need more of the trees looked at than was measured for ten.
            search_k = self._facts.search_k * max(1, asked // NEIGHBOURS)
            found = self._index.get_nns_by_vector(query, asked, search_k=search_k)
            rows: np.ndarray = self._place.rows[found]
            there: np.ndarray = rows[rows != GONE][:count]
            if len(there) in (count, len(rows)) or asked >= self._facts.items:
                return there
            asked = min(2 * asked, self._facts.items)


def build_index(
    embeddings: np.ndarray, path: Path, seed: int, asked: float = TARGET_RECALL
) -> IndexFacts:
    """Write an index of unit rows (N, D), its search_k chosen to reach the asked recall@10."""
    items, dimension = embeddings.shape
    started = time.perf_counter()
    index = AnnoyIndex(dimension, "angular")
    index.set_seed(seed + 1)  # before adding; with one job the file is the same every time
    for row in range(items):
        index.add_item(row, embeddings[row])
    index.build(TREES, n_jobs=1)
    build_s = time.perf_counter() - started
    with written_whole(path) as partial:
        index.save(str(partial))
        index.unload()
    index = AnnoyIndex(dimension, "angular")
    index.load(str(path))
    search_k, recall, query_ms, probes = _tune(index, embeddings, seed, asked)
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
        exact_ms=_exact_ms(embeddings),
        asked=asked,
    )


def _tune(
    index: AnnoyIndex, embeddings: np.ndarray, seed: int, asked: float
) -> tuple[int, float, float, int]:
    """The least search_k (doubling) that finds the asked share of the true ten neighbours.

    A probe is not its own neighbour: to find it again says nothing of how others are found.
    """
    items = len(embeddings)
    rows = np.random.default_rng(seed).permutation(items)[:PROBES]
    exact = similarities(embeddings, np.asarray(embeddings[rows]))
    exact[np.arange(len(rows)), rows] = -np.inf
    truth = [
        set(top_rows(scores, min(NEIGHBOURS, items - 1)).tolist()) or {int(row)}
        for row, scores in zip(rows, exact, strict=True)
    ]
    search_k = FIRST_SEARCH_K
    while True:
        started = time.perf_counter()
        found = [
            index.get_nns_by_vector(embeddings[row], NEIGHBOURS + 1, search_k=search_k)
            for row in rows
        ]
        query_ms = (time.perf_counter() - started) / len(rows) * 1000
        recall = float(
            np.mean([len(t & set(f)) / len(t) for t, f in zip(truth, found, strict=True)])
        )
        if recall >= asked or search_k >= items * TREES:
            return search_k, recall, query_ms, len(rows)
        search_k *= 2


def _exact_ms(embeddings: np.ndarray) -> float:
    """What one exact search takes, the first one, which brings the rows into memory, apart."""
    rows = np.linspace(0, len(embeddings) - 1, TIMED + 1).astype(np.int64)
    queries = np.asarray(embeddings[rows])
    top_rows(similarities(embeddings, queries[:1])[0], NEIGHBOURS)
    started = time.perf_counter()
    for query in queries[1:]:
        top_rows(similarities(embeddings, query[None])[0], NEIGHBOURS)
    return (time.perf_counter() - started) / TIMED * 1000


def check_index(path: Path, facts: IndexFacts, repair: str) -> None:
    """RunError when the contents are not those that were built; `repair` is a command."""
    if not path.is_file():
        raise RunError(f"{path} is missing; repair it with: {repair}")
    if path.stat().st_size != facts.bytes or sha256_of(path) != facts.sha256:
        raise RunError(f"{path} is damaged or of another run; repair it with: {repair}")


def open_index(path: Path, facts: IndexFacts, repair: str, place: Place | None = None) -> Annoy:
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
    return Annoy(index, facts, place or Place.of(np.arange(facts.items), facts.items))
