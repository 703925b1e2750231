"""What orders the database for a query: embeddings, and the two baselines that keep all honest."""

from __future__ import annotations

import numpy as np

from zoo.search.exact import similarities


def pixel_embeddings(thumbnails: np.ndarray) -> np.ndarray:
    """(N, 432) uint8 thumbnails -> mean-centred unit rows, float32."""
    centred = thumbnails.astype(np.float32)
    centred -= centred.mean(axis=1, keepdims=True)
    norms = np.linalg.norm(centred, axis=1, keepdims=True)
    unit: np.ndarray = centred / np.maximum(norms, 1e-6)  # a blank picture stays zero
    return unit


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
