"""What orders the database for a query: embeddings, and the two baselines that keep all honest."""

from __future__ import annotations

import numpy as np

from zoo.search.exact import similarities


class RandomOrder:
    """Ranks by seeded noise."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)

    def __call__(self, queries: np.ndarray, database: np.ndarray) -> np.ndarray:
        """(q,), (n,) rows -> scores (q, n)."""
        return self._generator.random((len(queries), len(database)), dtype=np.float32)


class CosineOrder:
    """Ranks by the cosine of unit rows, (N, D), of the whole catalogue."""

    def __init__(self, embeddings: np.ndarray) -> None:
        self._embeddings = embeddings

    def __call__(self, queries: np.ndarray, database: np.ndarray) -> np.ndarray:
        """(q,), (n,) rows -> cosines (q, n)."""
        wanted = np.asarray(self._embeddings[queries])
        return similarities(self._embeddings, wanted)[:, database]
