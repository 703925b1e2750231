"""Recommendations of one backbone: similarity, attribute match, blend and filters."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from zoo.catalog import Catalog
from zoo.errors import ZooError, unknown
from zoo.features.encoder import Features
from zoo.indexes import Only, Opened
from zoo.search.exact import similarities, top_rows
from zoo.search.match import Labels, match_score, own_or_predicted, soft_match
from zoo.search.variety import MMR_POOL, diverse, firsts

EXACT_LIMIT = 5_000  # items up to which exact search is quick enough on any machine
POOL = 200  # neighbours that an index gives for a blend to reorder
MORE = 4  # times as many are asked for where those found were too few or too much alike


@dataclass(frozen=True)
class Ask:
    """What is wanted of a recommendation."""

    top: int = 5
    alpha: float = 1.0  # score = alpha * similarity + (1 - alpha) * match
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)  # attribute -> any of these
    same_category: bool = False
    exact: bool = False  # forces exact search, whatever the size
    diversity: float = 0.0  # 0: the nearest; towards 1: items that resemble each other less
    near_duplicates: bool = False  # each on its own, rather than behind the first of its shot

    def __post_init__(self) -> None:
        if not 1 <= self.top <= 1000:
            raise ZooError(f"top {self.top} is not within 1..1000")
        for name in ("alpha", "diversity"):
            if not 0 <= getattr(self, name) <= 1:
                raise ZooError(f"{name} {getattr(self, name)} is not within 0..1")


@dataclass(frozen=True)
class Query:
    """One or several pictures as one backbone sees them: a style profile."""

    features: Features
    labels: Labels  # (q, m)
    own_rows: tuple[int, ...] = ()  # catalogue rows that are the query itself: left out
    copies: tuple[int, ...] = ()  # catalogue rows that are the same file as an upload: marked


@dataclass(frozen=True)
class Item:
    """One recommended item."""

    rank: int  # from 1
    row: int
    similarity: float  # cosine with the query
    match: int  # cells equal to the query's profile, of match_of
    match_of: int
    matched: tuple[str, ...]
    unmatched: tuple[str, ...]
    score: float
    exact_copy: bool
    alike: tuple[int, ...] = ()  # rows of near-duplicates that this item stands for


@dataclass(frozen=True)
class Answer:
    """Items best first, and how they were found."""

    items: list[Item]
    latency_ms: float  # search and scoring; the forward of an upload is not in it
    approximate: bool
    by: str = ""  # the index, as people read it


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


class Recommender:
    """One backbone's search over one catalogue."""

    def __init__(
        self,
        catalog: Catalog,
        embeddings: np.ndarray,
        predictions: Features,
        index: Opened,
        title: str = "",
    ) -> None:
        self._catalog, self._embeddings, self._index = catalog, embeddings, index
        self._title = title
        self._names = [a.name for a in catalog.singles]
        self._shots = catalog.near_groups()
        self.labels = own_or_predicted(
            catalog.label_matrix(), predictions.best, predictions.confidence
        )

    def recommend(self, query: Query, ask: Ask) -> Answer:
        """The items that look most like the query and match its profile, best first."""
        started = time.perf_counter()
        vector = unit_mean(query.features.embeddings)
        allowed = self._allowed(query, ask)
        look, count = ask, self._pool(query, ask)
        while True:
            near = self._candidates(vector, allowed, query, look, count)
            found, enough = self._ranked(near, query, ask)
            if enough or near.whole:
                break
            # The neighbours were too few or too much alike: look at more, or at everything.
            look, count = replace(ask, exact=True), MORE * count
        items = self._items(near, found, query, ask, allowed)
        return Answer(items, (time.perf_counter() - started) * 1000, near.approximate, self._title)

    def _pool(self, query: Query, ask: Ask) -> int:
        """How many neighbours an index is asked for at first."""
        count = 2 * ask.top + len(query.own_rows)  # near-duplicates fall away
        return max(POOL, MMR_POOL * ask.top) if ask.alpha < 1 or ask.diversity else count

    def _ranked(self, near: Candidates, query: Query, ask: Ask) -> tuple[np.ndarray, bool]:
        """Positions among the candidates of the items to show, best first; whether they suffice."""
        rows, cosines = near.rows, near.cosines
        scores = (ask.alpha * cosines).astype(np.float64)
        if ask.alpha < 1:
            scores += (1 - ask.alpha) * soft_match(query.labels, self.labels[rows])
        # The same file is the best answer there can be, whatever rounding says.
        scores = np.where(np.isin(rows, query.copies), np.inf, scores)
        wanted = ask.top * MMR_POOL if ask.diversity else ask.top
        if ask.near_duplicates:
            best = top_rows(scores, wanted)
        else:
            best = self._one_per_shot(rows, scores, wanted)
        # An exact answer weighs all that variety is chosen from; an approximate one shows enough.
        enough = len(best) >= (ask.top if near.approximate else wanted)
        if ask.diversity:
            vectors = np.asarray(self._embeddings[rows[best]])
            best = best[diverse(scores[best], vectors, ask.top, ask.diversity)]
        return best, enough

    def _one_per_shot(self, rows: np.ndarray, scores: np.ndarray, count: int) -> np.ndarray:
        """Positions of the best `count` candidates of which no two show the same shot."""
        depth = 2 * count
        while True:
            best = top_rows(scores, depth)
            first: np.ndarray = best[firsts(self._shots[rows[best]])]
            if len(first) >= count or depth >= len(rows):
                return first[:count]
            depth *= 4

    def _allowed(self, query: Query, ask: Ask) -> Filter | None:
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
            keep &= np.isin(self.labels.classes[:, self._names.index(name)], codes_wanted)
            classes = [self._catalog.single(name).classes[code] for code in codes_wanted]
            only[name] = [c for c in classes if c in only.get(name, classes)]
        return Filter(only, keep)

    def _approximates(self) -> bool:
        """Whether the index answers where nothing else is said: of many items, where it pays."""
        return len(self._catalog) > EXACT_LIMIT and self._index.pays

    def _candidates(
        self, vector: np.ndarray, allowed: Filter | None, query: Query, ask: Ask, count: int
    ) -> Candidates:
        """What may be recommended, by the index or by looking at everything."""
        if self._index.scans and not self._is_blended_whole(allowed, ask):
            return self._from_scanning(vector, allowed, query, ask, count)
        if ask.exact or allowed is not None or not self._approximates():
            keep = np.ones(len(self._catalog), dtype=bool) if allowed is None else allowed.rows
            keep = keep.copy()
            keep[list(query.own_rows)] = False
            rows = np.flatnonzero(keep)
            if allowed is not None:
                cosines = similarities(self._embeddings, vector[None], rows)[0]
            else:
                cosines = similarities(self._embeddings, vector[None])[0][rows]
            return Candidates(rows, cosines, approximate=False, whole=True)
        near = self._index.neighbours(vector, min(count, len(self._catalog)))
        copies = np.array(query.copies, dtype=np.int64)
        rows = np.unique(np.concatenate([near.rows, self._index.beside, copies]))
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

    def _items(
        self, near: Candidates, found: np.ndarray, query: Query, ask: Ask, allowed: Filter | None
    ) -> list[Item]:
        """The candidates at the positions `found`, with what they have in common with the query."""
        rows, cosines = near.rows, near.cosines
        labels = self.labels[rows[found]]
        shown = rows if ask.near_duplicates else self._of_shots(near, found, query, allowed)
        matches = match_score(query.labels, labels)
        soft = soft_match(query.labels, labels)
        items = []
        for place, position in enumerate(found):
            row, cosine = int(rows[position]), float(cosines[position])
            matched, unmatched = self._compare(query.labels, labels.classes[place])
            items.append(
                Item(
                    rank=place + 1,
                    row=row,
                    similarity=cosine,
                    match=int(matches[place]),
                    match_of=query.labels.classes.size,
                    matched=matched,
                    unmatched=unmatched,
                    score=float(ask.alpha * cosine + (1 - ask.alpha) * soft[place]),
                    exact_copy=row in query.copies,
                    alike=() if ask.near_duplicates else self._alike(row, shown),
                )
            )
        return items

    def _of_shots(
        self, near: Candidates, found: np.ndarray, query: Query, allowed: Filter | None
    ) -> np.ndarray:
        """The candidates; of an exact answer that did not need them all, what is alike as well."""
        if near.whole or near.approximate:
            return near.rows
        alike = np.isin(self._shots, self._shots[near.rows[found]])
        if allowed is not None:
            alike &= allowed.rows
        alike[list(query.own_rows)] = False
        return np.flatnonzero(alike)

    def _alike(self, row: int, rows: np.ndarray) -> tuple[int, ...]:
        """The other candidates that show the same shot as that row."""
        same = rows[self._shots[rows] == self._shots[row]]
        return tuple(int(other) for other in same if other != row)

    def _compare(
        self, profile: Labels, classes: np.ndarray
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Attributes in which an item equals at least half of the profile's pictures, and not."""
        equal = (profile.classes == classes[None]).mean(axis=0) >= 0.5
        names = np.array(self._names)
        return tuple(names[equal].tolist()), tuple(names[~equal].tolist())


def category_attribute(catalog: Catalog) -> str:
    """The attribute that "same category" is about: `category`, else the first of the key."""
    names = [a.name for a in catalog.singles]
    return "category" if "category" in names else catalog.key[0]


def unit_mean(embeddings: np.ndarray) -> np.ndarray:
    """The direction of several unit rows (q, D) -> (D,)."""
    mean = embeddings.mean(axis=0)
    unit: np.ndarray = mean / max(float(np.linalg.norm(mean)), 1e-12)
    return unit.astype(np.float32)


def commonest(codes: Sequence[int] | np.ndarray) -> int:
    """The code that occurs most often, the lowest of several."""
    values, counts = np.unique(np.asarray(codes), return_counts=True)
    return int(values[counts.argmax()])
