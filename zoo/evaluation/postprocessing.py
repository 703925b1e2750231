"""What embeddings could still be turned into without training: whitened, or queries expanded.

Fitted on training pictures, chosen on validation, scored on test, each as a row of its own beside
the raw embedding. The search itself uses the raw embedding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from zoo.catalog import Catalog
from zoo.evaluation.rankings import CosineOrder
from zoo.evaluation.retrieval import Retrieval, Scorer, evaluate_retrieval
from zoo.search.exact import similarities

DIMENSIONS = (32, 64, 128, 256)
NEIGHBOURS = (1, 3, 10)
CHOSEN_BY = "attribute_match@5"
FITTED = 20_000  # training pictures at most that axes are fitted on
ASKED = 500  # validation pictures at most that a choice rests on
BLOCK = 8192  # rows a step
LEAST_VARIANCE = 1e-6  # share of all variance; what single precision rounds away lies below


@dataclass(frozen=True)
class Processed:
    """One kind of post-processing, as the validation split chose it."""

    kind: str  # "whitened" or "expanded"
    setting: int  # dimensions kept, or neighbours averaged with the query
    retrieval: Retrieval  # on the test split


class ExpandedOrder:
    """Average query expansion (Chum et al. 2007): cosine with the mean of query and neighbours."""

    def __init__(self, embeddings: np.ndarray, neighbours: int) -> None:
        self._embeddings, self._neighbours = embeddings, neighbours

    def __call__(self, queries: np.ndarray, database: np.ndarray) -> np.ndarray:
        """(q,), (n,) rows -> cosines (q, n)."""
        asked = np.asarray(self._embeddings[queries])
        cosines = similarities(self._embeddings, asked, database)
        count = min(self._neighbours, len(database))
        nearest = np.argpartition(-cosines, count - 1)[:, :count]  # (q, k)
        found = np.asarray(self._embeddings[database[nearest]])  # (q, k, D)
        return similarities(self._embeddings, unit(asked + found.sum(axis=1)), database)


def whitening(embeddings: np.ndarray, train: np.ndarray) -> np.ndarray:
    """Rows in the principal axes of the train rows, each scaled to variance one: (N, D) -> (N, d).

    Jegou and Chum 2012. d is the most dimensions that are tried or that the train rows differ in;
    the first so many columns, made unit again, are a whitening to fewer.
    """
    from sklearn.decomposition import PCA  # here: the page need not wait for it

    if len(train) > FITTED:
        train = np.random.default_rng(0).choice(train, FITTED, replace=False)
    rows = np.asarray(embeddings[np.sort(train)], dtype=np.float32)
    most = min(max(DIMENSIONS), *rows.shape)
    fitted = PCA(most, whiten=True, random_state=0).fit(rows)
    # Scaled up to one, rounding along an axis without variance would drown all others.
    spread = max(1, int((fitted.explained_variance_ratio_ > LEAST_VARIANCE).sum()))
    blocks = [
        fitted.transform(np.asarray(embeddings[start : start + BLOCK], dtype=np.float32))
        for start in range(0, len(embeddings), BLOCK)
    ]
    return np.concatenate(blocks)[:, :spread].astype(np.float32)


def unit(rows: np.ndarray) -> np.ndarray:
    """Each row with length one."""
    scaled: np.ndarray = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return scaled.astype(np.float32)


def score_processed(catalog: Catalog, embeddings: np.ndarray) -> Iterator[Processed]:
    """Each kind with the setting that retrieves best on validation; none without validation."""
    train, asked = catalog.training_rows(), catalog.rows("val")
    if len(asked) == 0 or len(train) <= max(NEIGHBOURS):
        return
    if len(asked) > ASKED:
        asked = np.sort(np.random.default_rng(0).choice(asked, ASKED, replace=False))
    axes = whitening(embeddings, train)
    dimensions = sorted({min(d, axes.shape[1]) for d in DIMENSIONS})
    kinds: list[tuple[str, list[int], Callable[[int], Scorer]]] = [
        ("whitened", dimensions, lambda d: CosineOrder(unit(axes[:, :d]))),
        ("expanded", list(NEIGHBOURS), lambda k: ExpandedOrder(embeddings, k)),
    ]
    for kind, settings, order in kinds:
        found = {
            s: evaluate_retrieval(catalog, order(s), asked, train).metrics[CHOSEN_BY]
            for s in settings
        }
        best = max(settings, key=lambda s: found[s])
        yield Processed(kind, best, evaluate_retrieval(catalog, order(best)))
