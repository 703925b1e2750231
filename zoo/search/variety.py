"""Answers that do not repeat themselves: one tile per shot, and fewer that resemble each other."""

from __future__ import annotations

import numpy as np

MMR_POOL = 10  # items that are weighed for each one wanted


def firsts(groups: np.ndarray) -> np.ndarray:
    """Positions (k,) of the first of each group, in order; groups (n,), best first."""
    return np.sort(np.unique(groups, return_index=True)[1])


def diverse(scores: np.ndarray, embeddings: np.ndarray, count: int, diversity: float) -> np.ndarray:
    """Positions of `count` items by maximal marginal relevance (Carbonell and Goldstein, 1998).

    Each next one has the highest (1 - diversity) * score - diversity * cosine, the cosine being
    that with the most similar item already chosen; infinite scores come first, whatever the
    diversity. scores (n,), embeddings (n, D) unit rows.
    """
    first = np.isinf(scores)
    worth = (1 - diversity) * np.where(first, 0, scores)
    chosen: list[int] = []
    nearest = np.zeros(len(scores), dtype=np.float32)  # cosine with the nearest chosen one
    left = np.ones(len(scores), dtype=bool)
    while left.any() and len(chosen) < count:
        gain = np.where(first, np.inf, worth - diversity * nearest)
        best = int(np.where(left, gain, -np.inf).argmax())
        chosen.append(best)
        left[best] = False
        cosines = embeddings @ embeddings[best]
        nearest = cosines if len(chosen) == 1 else np.maximum(nearest, cosines)
    return np.array(chosen, dtype=np.int64)
