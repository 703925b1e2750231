"""A Lance table asked for neighbours, and how to ask it to find what exact search finds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from zoo.indexes import ALL, GONE, NEIGHBOURS, IndexSettings, Items, Near, Only, Opened, Place
from zoo.search.lance_rows import ID, VECTOR
from zoo.search.lance_store import one_line_errors
from zoo.search.probing import Probes, exact_ms

FIRST_PROBES, FIRST_REFINE = 4, 2
MOST_REFINE = 64  # times as many as are asked for are compared by their exact vectors
SCANNED = 20  # exact searches that are timed
TUNED = 100  # probes; each is asked at a dozen settings


class OpenedLance(Opened):
    """A table at the version that its run pins."""

    pays = scans = True

    def __init__(self, table: Any, facts: Mapping[str, Any], place: Place) -> None:
        super().__init__(place)
        self._table, self._facts = table, facts

    def neighbours(
        self, query: np.ndarray, count: int, only: Only = ALL, exact: bool = False
    ) -> Near:
        if count < 1:
            return Near(np.empty(0, dtype=np.int64), approximate=False)
        probes = 0 if exact or not self._facts["kind"] else self._facts["nprobes"]
        with one_line_errors(str(self._table.uri)):
            where = _sql(only, self._facts["columns"])
            if probes and where:  # what fits lies in more cells, the fewer fit
                fit = max(1, self._table.count_rows(where))
                probes = probes * self._facts["rows"] // fit
            # More neighbours lie in more cells than was measured for ten.
            probes *= max(1, count // NEIGHBOURS)
            # Fewer than were measured would be chosen from fewer that are compared exactly.
            asked = max(count, NEIGHBOURS + 1)
            numbers = nearest(self._table, query, asked, probes, self._facts["refine"], where)
        rows = self.place.rows[numbers[:count]]
        return Near(rows[rows != GONE], approximate=probes > 0)


def nearest(
    table: Any, query: np.ndarray, count: int, probes: int, refine: int, where: str = ""
) -> np.ndarray:
    """Numbers of items near a query: by so many cells of the index, or by scanning (0)."""
    search = table.search(query, vector_column_name=VECTOR).distance_type("cosine")
    search = search.select([ID, "_distance"]).limit(count)
    if probes:
        search = search.nprobes(probes).refine_factor(refine)
    else:
        search = search.bypass_vector_index()
    if where:
        search = search.where(where, prefilter=True)
    found: np.ndarray = search.to_arrow()[ID].to_numpy()
    return found


def _sql(only: Only, columns: Mapping[str, str]) -> str:
    """The filters as LanceDB takes them."""
    return " AND ".join(
        f"`{columns[name]}` IN ({', '.join(_quoted(c) for c in classes)})" if classes else "false"
        for name, classes in only.items()
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def tuned(table: Any, items: Items, asked: IndexSettings) -> dict[str, Any]:
    """The cells to look into and the re-ranking that reach the asked recall@10, by doubling.

    Whichever of the two finds more when it is doubled, is.
    """
    probes = Probes.drawn(items.embeddings, asked.seed, TUNED)
    cells = max(FIRST_PROBES, int(np.sqrt(len(items.embeddings))))

    def measured(cells_looked: int, refine: int) -> tuple[float, float]:
        return probes.measured(lambda q: nearest(table, q, NEIGHBOURS + 1, cells_looked, refine))

    looked, refine = FIRST_PROBES, FIRST_REFINE
    recall, query_ms = measured(looked, refine)
    while recall < asked.recall and (looked < cells or refine < MOST_REFINE):
        steps = [(2 * looked, refine)] if looked < cells else []
        steps += [(looked, 2 * refine)] if refine < MOST_REFINE else []
        tried = {step: measured(*step) for step in steps}
        (looked, refine), (recall, query_ms) = max(tried.items(), key=lambda t: t[1][0])
    return {
        "nprobes": looked,
        "refine": refine,
        "recall": recall,
        "query_ms": query_ms,
        "probes": len(probes.rows),
    }


def scanned(table: Any, items: Items, seed: int) -> dict[str, Any]:
    """What a table without an index finds, and how long that takes."""
    probes = Probes.drawn(items.embeddings, seed, SCANNED)
    recall, query_ms = probes.measured(lambda q: nearest(table, q, NEIGHBOURS + 1, 0, 0))
    return {
        "query_ms": query_ms,
        "recall": recall,
        "probes": len(probes.rows),
        "exact_ms": exact_ms(items.embeddings),
    }
