"""How much of the truth an index finds, and how long exact search takes for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from zoo.indexes import NEIGHBOURS
from zoo.search.exact import similarities, top_rows

PROBES = 200
TIMED = 20  # exact searches that are timed
TIE = 1e-6  # of cosines: so much may differ by how they are computed
AT_ONCE = 1 << 18  # rows whose cosines with all probes are in memory together


@dataclass(frozen=True)
class Probes:
    """Items whose true neighbours are known."""

    rows: np.ndarray  # (p,) int64
    queries: np.ndarray  # (p, D)
    truth: list[set[int]]  # the ten nearest to each, itself left out
    least: np.ndarray  # (p,) the cosine of the farthest of those
    embeddings: np.ndarray  # (N, D) that they were drawn from

    @staticmethod
    def drawn(embeddings: np.ndarray, seed: int, count: int = PROBES) -> Probes:
        """Probes of unit rows (N, D).

        A probe is not its own neighbour: to find it again says nothing of how others are found.
        """
        items = len(embeddings)
        rows = np.random.default_rng(seed).permutation(items)[:count]
        queries = np.asarray(embeddings[rows])
        best = [(np.empty(0, dtype=np.float32), np.empty(0, dtype=np.int64)) for _ in rows]
        for start in range(0, items, AT_ONCE):
            scores = similarities(embeddings[start : start + AT_ONCE], queries)
            here = (rows >= start) & (rows < start + AT_ONCE)
            scores[np.flatnonzero(here), rows[here] - start] = -np.inf
            best = [_merged(*b, s, start) for b, s in zip(best, scores, strict=True)]
        found = min(NEIGHBOURS, items - 1)
        truth = [
            set(near[:found].tolist()) or {int(row)}
            for row, (_, near) in zip(rows, best, strict=True)
        ]
        least = np.array([scores[found - 1] for scores, _ in best])
        return Probes(rows, queries, truth, least, embeddings)

    def measured(self, find: Callable[[np.ndarray], Iterable[int]]) -> tuple[float, float]:
        """The recall of what `find` gives for a query, and the milliseconds that one takes."""
        started = time.perf_counter()
        found = [find(query) for query in self.queries]
        query_ms = (time.perf_counter() - started) / len(found) * 1000
        return self.recall(found), query_ms

    def recall(self, found: Sequence[Iterable[int]]) -> float:
        """The mean share of the true neighbours; `found` (p,) rows of each probe.

        A row that is as near as the farthest of them is as good: of many copies any will do.
        """
        probes = zip(range(len(self.rows)), found, strict=True)
        return float(np.mean([self._share(place, rows) for place, rows in probes]))

    def _share(self, place: int, found: Iterable[int]) -> float:
        truth, rows = self.truth[place], {*found}
        others = np.array(sorted(rows - truth - {int(self.rows[place])}), dtype=np.int64)
        ties = self.embeddings[others] @ self.queries[place] >= self.least[place] - TIE
        return min(len(truth & rows) + int(ties.sum()), len(truth)) / len(truth)


def _merged(
    scores: np.ndarray, rows: np.ndarray, more: np.ndarray, start: int
) -> tuple[np.ndarray, np.ndarray]:
    """The best of those so far and of the next rows, which begin at `start`."""
    next_best = top_rows(more, NEIGHBOURS)
    scores = np.concatenate([scores, more[next_best]])
    rows = np.concatenate([rows, start + next_best])
    order = np.lexsort((rows, -scores))[:NEIGHBOURS]
    return scores[order], rows[order]


def exact_ms(embeddings: np.ndarray) -> float:
    """What one exact search takes, the first one, which brings the rows into memory, apart."""
    rows = np.linspace(0, len(embeddings) - 1, TIMED + 1).astype(np.int64)
    queries = np.asarray(embeddings[rows])
    top_rows(similarities(embeddings, queries[:1])[0], NEIGHBOURS)
    started = time.perf_counter()
    for query in queries[1:]:
        top_rows(similarities(embeddings, query[None])[0], NEIGHBOURS)
    return (time.perf_counter() - started) / TIMED * 1000
