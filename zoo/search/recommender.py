"""Recommendations of one backbone: similarity, attribute match, blend and filters."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from zoo.catalog import Catalog
from zoo.features.encoder import Features
from zoo.indexes import Opened
from zoo.search.ask import Answer, Ask, Item, Query
from zoo.search.candidates import Candidates, Filter, Finder
from zoo.search.exact import top_rows, unit_mean
from zoo.search.match import Labels, match_score, own_or_predicted, soft_match
from zoo.search.variety import MMR_POOL, diverse, firsts

MORE = 4  # times as many are asked for where those found were too few or too much alike


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
        self._embeddings, self._title = embeddings, title
        self._names = [a.name for a in catalog.singles]
        self._shots = catalog.near_groups()
        self.labels = own_or_predicted(
            catalog.label_matrix(), predictions.best, predictions.confidence
        )
        self._finder = Finder(catalog, embeddings, self.labels, index)

    def recommend(self, query: Query, ask: Ask) -> Answer:
        """The items that look most like the query and match its profile, best first."""
        started = time.perf_counter()
        vector = unit_mean(query.features.embeddings)
        allowed = self._finder.allowed(query, ask)
        look, count = ask, self._finder.pool(query, ask)
        while True:
            near = self._finder.candidates(vector, allowed, query, look, count)
            found, enough = self._ranked(near, query, ask)
            if enough or near.whole:
                break
            # The neighbours were too few or too much alike: look at more, or at everything.
            look, count = replace(ask, exact=True), MORE * count
        items = self._items(near, found, query, ask, allowed)
        return Answer(items, (time.perf_counter() - started) * 1000, near.approximate, self._title)

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
