"""Why an item has its rank: every term of its score, in numbers that add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zoo.catalog.catalog import UNKNOWN
from zoo.search.ask import Ask, Item, Query
from zoo.search.match import Labels


@dataclass(frozen=True)
class Part:
    """What one attribute adds to an item's soft match."""

    column: int  # of the attribute among the single ones
    wanted: tuple[int, ...]  # the query's class, a picture each; UNKNOWN where it has none
    confidence: tuple[float, ...]  # the query's, a picture each
    found: int  # the item's class
    found_confidence: float
    adds: float  # to the soft match


@dataclass(frozen=True)
class Variety:
    """What the wish for variety made of an item's score when its turn came."""

    worth: float  # (1 - diversity) * score
    nearest: float  # cosine with the most similar item that ranks before; 0 for the first
    penalty: float  # diversity * nearest
    gain: float  # worth - penalty: the highest of all that were left


@dataclass(frozen=True)
class Explanation:
    """An item's score, alpha * similarity + (1 - alpha) * soft match, and what else decided."""

    similarity: float
    alpha: float
    parts: tuple[Part, ...]
    exact_copy: bool  # the same file as the query: first, whatever its score
    variety: Variety | None  # None where none was asked for

    @property
    def soft_match(self) -> float:
        """The share of the query's profile that the item has, 0..1."""
        return sum(part.adds for part in self.parts)

    @property
    def looks(self) -> float:
        """What similarity adds to the score."""
        return self.alpha * self.similarity

    @property
    def labels(self) -> float:
        """What the soft match adds to the score."""
        return (1 - self.alpha) * self.soft_match

    @property
    def score(self) -> float:
        """The sum of both."""
        return self.looks + self.labels


def explain(
    items: Sequence[Item],
    place: int,
    query: Query,
    ask: Ask,
    labels: Labels,
    embeddings: np.ndarray,
) -> Explanation:
    """Why items[place] of an answer is there; labels (N, m), embeddings (N, D) of all items."""
    item = items[place]
    variety = None
    if ask.diversity and not item.exact_copy:
        before = [other.row for other in items[:place]]
        variety = _variety(item, before, ask.diversity, embeddings)
    parts = _parts(query.labels, labels, item.row)
    return Explanation(item.similarity, ask.alpha, parts, item.exact_copy, variety)


def _parts(profile: Labels, labels: Labels, row: int) -> tuple[Part, ...]:
    parts = []
    for column in range(profile.classes.shape[1]):
        wanted, sure = profile.classes[:, column], profile.confidence[:, column]
        found, found_sure = int(labels.classes[row, column]), float(labels.confidence[row, column])
        equal = (wanted == found) & (wanted != UNKNOWN)
        adds = float((equal * sure).sum()) * found_sure / profile.classes.size
        parts.append(
            Part(column, tuple(wanted.tolist()), tuple(sure.tolist()), found, found_sure, adds)
        )
    return tuple(parts)


def _variety(item: Item, before: list[int], diversity: float, embeddings: np.ndarray) -> Variety:
    cosines = np.asarray(embeddings[before]) @ np.asarray(embeddings[item.row])
    nearest = float(cosines.max()) if before else 0.0
    worth, penalty = (1 - diversity) * item.score, diversity * nearest
    return Variety(worth, nearest, penalty, worth - penalty)
