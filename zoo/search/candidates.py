"""The rows that may be recommended: what filters let through, by an index or by looking at all."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from zoo.catalog import Catalog
from zoo.catalog.selection import category_name
from zoo.errors import ZooError, unknown
from zoo.indexes import Only, Opened
from zoo.search.ask import Ask, Query
from zoo.search.exact import similarities
from zoo.search.match import Labels, commonest
from zoo.search.variety import MMR_POOL

EXACT_LIMIT = 5_000  # items up to which exact search is quick enough on any machine
POOL = 200  # neighbours that an index gives for a blend to reorder


class Candidates(NamedTuple):
    """Rows that may be recommended, and how they were chosen."""

    rows: np.ndarray  # (n,) ascending
    cosines: np.ndarray  # (n,)
    approximate: bool
    whole: bool  # whether they are all that the filters let through


class Filter(NamedTuple):
    """What the filters let through."""

    only: Only  # by attribute, for an index that filters itself
    rows: np.ndarray  # (N,) bool


class Finder:
    """Finds candidates among the items of one backbone."""

    def __init__(
        self, catalog: Catalog, embeddings: np.ndarray, labels: Labels, index: Opened
    ) -> None:
        self._catalog, self._embeddings = catalog, embeddings
        self._labels, self._index = labels, index
        self._names = [a.name for a in catalog.singles]

    def pool(self, query: Query, ask: Ask) -> int:
        """How many neighbours an index is asked for at first."""
        count = 2 * ask.top + len(query.own_rows)  # near-duplicates fall away
        return max(POOL, MMR_POOL * ask.top) if ask.alpha < 1 or ask.diversity else count

    def allowed(self, query: Query, ask: Ask) -> Filter | None:
        """What the filters let through; None when that is everything."""
        wanted: list[tuple[str, list[int]]] = []
        for name, values in ask.where.items():
            attribute = self._catalog.single(name)
            for value in values:
                if value not in attribute.classes:
                    raise ZooError(unknown(name, value, attribute.classes))
            wanted.append((name, [attribute.classes.index(v) for v in values]))
        if ask.same_category:
            name = category_attribute(self._catalog)
            codes = query.labels.classes[:, self._names.index(name)]
            wanted.append((name, [commonest(codes)]))
        if not wanted:
            return None
        keep = np.ones(len(self._catalog), dtype=bool)
        only: dict[str, list[str]] = {}
        for name, codes_wanted in wanted:
            keep &= np.isin(self._labels.classes[:, self._names.index(name)], codes_wanted)
            classes = [self._catalog.single(name).classes[code] for code in codes_wanted]
            only[name] = [c for c in classes if c in only.get(name, classes)]
        return Filter(only, keep)

    def _approximates(self) -> bool:
        """Whether the index answers where nothing else is said: of many items, where it pays."""
        return len(self._catalog) > EXACT_LIMIT and self._index.pays

    def candidates(
        self, vector: np.ndarray, allowed: Filter | None, query: Query, ask: Ask, count: int
    ) -> Candidates:
        """What may be recommended, by the index or by looking at everything."""
        if self._index.scans and not self._is_blended_whole(allowed, ask):
            return self._from_scanning(vector, allowed, query, ask, count)
        if ask.exact or allowed is not None or not self._approximates():
            keep = np.ones(len(self._catalog), bool) if allowed is None else allowed.rows.copy()
            keep[list(query.own_rows)] = False
            rows = np.flatnonzero(keep)
            if allowed is not None:
                cosines = similarities(self._embeddings, vector[None], rows)[0]
            else:
                cosines = similarities(self._embeddings, vector[None])[0][rows]
            return Candidates(rows, cosines, approximate=False, whole=True)
        near = self._index.neighbours(vector, min(count, len(self._catalog)))
        copies = np.array(query.copies, dtype=np.int64)
        rows = np.unique(np.concatenate([near.rows, self._index.place.beside, copies]))
        rows = rows[~np.isin(rows, query.own_rows)]
        cosines = similarities(self._embeddings[rows], vector[None])[0]
        return Candidates(rows, cosines, near.approximate, whole=False)

    def _is_blended_whole(self, allowed: Filter | None, ask: Ask) -> bool:
        """Whether every item's match is weighed: exactly asked, or of so few as to be quick."""
        items = len(self._catalog) if allowed is None else int(allowed.rows.sum())
        return ask.alpha < 1 and (ask.exact or items <= EXACT_LIMIT)

    def _from_scanning(
        self, vector: np.ndarray, allowed: Filter | None, query: Query, ask: Ask, count: int
    ) -> Candidates:
        """Of an index that filters by itself; a blend reorders the nearest, so it approximates."""
        there = len(self._catalog) if allowed is None else int(allowed.rows.sum())
        count = min(count, there)
        only = {} if allowed is None else allowed.only
        near = self._index.neighbours(vector, count, only, ask.exact)
        if len(near.rows) < count:  # a search by probes can miss what fits
            near = self._index.neighbours(vector, count, only, exact=True)
        copies = np.array(query.copies, dtype=np.int64)
        if allowed is not None:
            copies = copies[allowed.rows[copies]]
        rows = np.union1d(near.rows, copies)
        rows = rows[~np.isin(rows, query.own_rows)]
        cosines = similarities(self._embeddings, vector[None], rows)[0]
        whole = count == there
        return Candidates(rows, cosines, near.approximate or (ask.alpha < 1 and not whole), whole)


def category_attribute(catalog: Catalog) -> str:
    """The attribute that "same category" is about: `category`, else the first of the key."""
    return category_name([a.name for a in catalog.singles], catalog.key)
