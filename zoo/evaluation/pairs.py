"""Two backbones on the same queries: which one is better, and where they differ most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from zoo.evaluation.intervals import bootstrap_interval
from zoo.evaluation.per_query import PerQuery

# Of five coins all fall alike one time in sixteen: fewer queries tell nothing at 95 %, and a
# bootstrap of them, of a single one without any width, would say that they do.
FEWEST = 6


@dataclass(frozen=True)
class PairedDifference:
    """The mean over queries of what `first` scored more than `second`, and its 95 % interval."""

    first: str
    second: str
    metric: str
    difference: float
    low: float
    high: float
    queries: int

    @property
    def apart(self) -> bool:
        """Whether the interval leaves out zero: the queries, if enough, tell the two apart."""
        return self.queries >= FEWEST and (self.low > 0 or self.high < 0)

    @property
    def better(self) -> bool:
        """Whether `first` is told apart from `second` and above it."""
        return self.apart and self.difference > 0


@dataclass(frozen=True)
class Gap:
    """A query that one of two backbones answered better than the other."""

    item: str
    first: float
    second: float


def compare(
    names: tuple[str, str], measured: tuple[PerQuery, PerQuery], metric: str
) -> PairedDifference:
    """The paired bootstrap (Efron & Tibshirani 1993) over the queries that both have scores of."""
    _, first, second = shared_queries(*measured, metric)
    differences = first - second
    low, high = bootstrap_interval(differences)
    mean = float(differences.mean()) if len(differences) else 0.0
    return PairedDifference(*names, metric, mean, low, high, len(differences))


def compare_all(measured: Mapping[str, PerQuery], metrics: Sequence[str]) -> list[PairedDifference]:
    """Every two of them by each metric, in the order that is given."""
    return [
        compare((first, second), (measured[first], measured[second]), metric)
        for first, second in combinations(measured, 2)
        for metric in metrics
    ]


def shared_queries(
    first: PerQuery, second: PerQuery, metric: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Items, and both scores of them (n,), without those that either has no score of."""
    items, left, right = np.intersect1d(first.items, second.items, return_indices=True)
    mine = first.values(metric)[left].astype(np.float64)
    other = second.values(metric)[right].astype(np.float64)
    known = ~(np.isnan(mine) | np.isnan(other))
    return items[known], mine[known], other[known]


def largest_gaps(first: PerQuery, second: PerQuery, metric: str, top: int) -> list[Gap]:
    """The queries by which `first` is most ahead of `second`, at most `top` of them."""
    items, mine, other = shared_queries(first, second, metric)
    order = np.argsort(other - mine, kind="stable")[:top]
    return [
        Gap(str(items[at]), float(mine[at]), float(other[at]))
        for at in order
        if mine[at] > other[at]
    ]
