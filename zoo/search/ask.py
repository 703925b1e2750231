"""What is wanted of a recommendation, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from zoo.errors import ZooError
from zoo.features.encoder import Features
from zoo.search.match import Labels, predicted


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
        one = {name: [value] for name, value in self.where.items() if isinstance(value, str)}
        object.__setattr__(self, "where", {**self.where, **one})


@dataclass(frozen=True)
class Query:
    """One or several pictures as one backbone sees them: a style profile."""

    features: Features
    labels: Labels  # (q, m)
    own_rows: tuple[int, ...] = ()  # catalogue rows that are the query itself: left out
    copies: tuple[int, ...] = ()  # catalogue rows that are the same file as an upload: marked

    @staticmethod
    def of_uploads(features: Features, copies: np.ndarray) -> Query:
        """Of pictures of which only the predicted labels are known; `copies` (n,) as above."""
        labels = predicted(features.best, features.confidence)
        return Query(features, labels, copies=tuple(copies.tolist()))


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
