"""What orders the database for a query: embeddings, and the two baselines that keep all honest."""

from __future__ import annotations

import numpy as np

from zoo.catalog import Catalog
from zoo.features.encoder import Features
from zoo.search.exact import similarities
from zoo.search.match import own_or_predicted, predicted, soft_match


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


class BlendOrder:
    """Ranks as a recommendation with `alpha` does: alpha * cosine + (1 - alpha) * soft match.

    What a query is, is predicted; its own labels are never looked at. Those of the database are the
    catalogue's own where it has them, as they are for a visitor.
    """

    def __init__(self, catalog: Catalog, features: Features, alpha: float) -> None:
        self._cosine, self._alpha = CosineOrder(features.embeddings), alpha
        said = features.best, features.confidence
        self._known = own_or_predicted(catalog.label_matrix(), *said)
        self._seen = predicted(*said)

    def __call__(self, queries: np.ndarray, database: np.ndarray) -> np.ndarray:
        """(q,), (n,) rows -> scores (q, n)."""
        items = self._known[database]
        matches = np.stack([soft_match(self._seen[row : row + 1], items) for row in queries])
        scores: np.ndarray = self._alpha * self._cosine(queries, database)
        scores += (1 - self._alpha) * matches
        return scores
