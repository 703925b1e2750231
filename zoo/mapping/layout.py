"""Embeddings -> places on a plane: PCA, then t-SNE; large catalogues by landmarks."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO

import numpy as np

COMPONENTS = 50  # dimensions that PCA leaves to t-SNE
LANDMARKS = 10_000  # items that t-SNE lays out itself, about a minute of one core
PERPLEXITY = 30.0
ITERATIONS = 1000
FEWEST = 5  # items below which there is no layout to look for
NEAREST = 5  # landmarks between which any other item is placed
# A high power: the mean of far apart landmarks lies where nothing like them is. For 1,500 items
# among 2,500 landmarks, powers of 2, 4, 8 gave a trustworthiness of .970, .972, .974.
FALL = 8
BLOCK = 4096  # rows of embeddings a step

Step = Callable[[int], None]  # told how many of ITERATIONS are done in all
_ITERATION = re.compile(r"Iteration (\d+):")


@dataclass(frozen=True)
class Layout:
    """Where every item lies."""

    places: np.ndarray  # (N, 2) float32
    landmarks: np.ndarray  # (L,) rows, ascending, that t-SNE laid out; the others are placed


def lay_out(
    embeddings: np.ndarray, seed: int = 0, most: int = LANDMARKS, step: Step | None = None
) -> Layout:
    """Lay (N, D) rows out on a plane; the same rows and seed give the same layout.

    Beyond `most` items a sample of so many is laid out and the others are placed among it.
    """
    # Before the limit, which is set on the libraries that are loaded by then.
    import sklearn.decomposition
    import sklearn.manifold  # noqa: F401
    from threadpoolctl import threadpool_limits

    # One thread: sums in another order would give another map, and a page needs the other cores.
    with threadpool_limits(1):
        return _laid_out(embeddings, seed, most, step)


def _laid_out(embeddings: np.ndarray, seed: int, most: int, step: Step | None) -> Layout:
    count = len(embeddings)
    landmarks = np.arange(count)
    if count == 1:
        return Layout(np.zeros((1, 2), dtype=np.float32), landmarks)
    if count > most:
        generator = np.random.default_rng(seed)
        landmarks = np.sort(generator.choice(count, size=most, replace=False))
    reduced = reduce(embeddings, landmarks, seed)
    laid = spread(reduced[landmarks], seed, step)
    places = np.empty((count, 2), dtype=np.float32)
    others = np.setdiff1d(np.arange(count), landmarks)
    places[landmarks] = laid
    places[others] = place_among(reduced[others], reduced[landmarks], laid)
    return Layout(places, landmarks)


def reduce(embeddings: np.ndarray, fitted: np.ndarray, seed: int) -> np.ndarray:
    """(N, D) -> (N, at most 50) float32 on the principal components of the rows `fitted`."""
    from sklearn.decomposition import PCA

    sample = np.asarray(embeddings[fitted], dtype=np.float32)
    components = min(COMPONENTS, *sample.shape)
    solver = "randomized" if components < min(sample.shape) else "full"
    pca = PCA(components, svd_solver=solver, random_state=seed).fit(sample)
    reduced = np.empty((len(embeddings), components), dtype=np.float32)
    for start in range(0, len(embeddings), BLOCK):  # memory-mapped: a block at a time
        place = slice(start, start + BLOCK)
        reduced[place] = pca.transform(np.asarray(embeddings[place], dtype=np.float32))
    return reduced


def spread(reduced: np.ndarray, seed: int, step: Step | None = None) -> np.ndarray:
    """t-SNE (van der Maaten and Hinton 2008; Barnes-Hut 2014) of (n, d) rows: (n, 2) float32.

    It begins with the first two components, so that the seed hardly matters.
    """
    from sklearn.manifold import TSNE

    first = np.zeros((len(reduced), 2), dtype=np.float32)
    width = min(2, reduced.shape[1])
    first[:, :width] = reduced[:, :width]
    if len(reduced) < FEWEST:
        return first
    tsne = TSNE(
        perplexity=min(PERPLEXITY, (len(reduced) - 1) / 3),
        max_iter=ITERATIONS,
        init=first / max(float(first[:, 0].std()), 1e-12) * 1e-4,
        random_state=seed,
        n_jobs=1,
        verbose=2,  # what it prints is its only way of saying how far it is
    )
    with redirect_stdout(_Heard(step)):
        laid: np.ndarray = tsne.fit_transform(reduced)
    return laid.astype(np.float32)


def place_among(others: np.ndarray, landmarks: np.ndarray, laid: np.ndarray) -> np.ndarray:
    """Places of (n, d) rows among (L, d) landmarks laid out at (L, 2): (n, 2) float32.

    The mean of the nearest landmarks' places, weighed by the inverse distance to a power
    (Shepard 1968): a copy of a landmark lies on it.
    """
    from sklearn.neighbors import KNeighborsRegressor

    if not len(others):
        return np.empty((0, 2), dtype=np.float32)
    nearest = min(NEAREST, len(landmarks))
    among = KNeighborsRegressor(nearest, weights=_fall, algorithm="brute").fit(landmarks, laid)
    places: np.ndarray = among.predict(others).astype(np.float32)
    return places


def _fall(distances: np.ndarray) -> np.ndarray:
    """What each of the nearest landmarks, nearest first, weighs at these distances: (n, k)."""
    apart = np.maximum(distances, 1e-9)
    weights: np.ndarray = (apart[:, :1] / apart) ** FALL
    return weights


def aligned(places: np.ndarray, onto: np.ndarray) -> np.ndarray:
    """(N, 2) places turned and mirrored so that items lie nearest to where `onto` has them.

    A map means the same whichever way it is turned (orthogonal Procrustes; Schönemann 1966).
    """
    from scipy.linalg import orthogonal_procrustes

    centred = places - places.mean(axis=0)
    turn, _ = orthogonal_procrustes(centred, onto - onto.mean(axis=0))
    turned: np.ndarray = (centred @ turn).astype(np.float32)
    return turned


class _Heard(StringIO):
    """Takes what t-SNE prints and hears from it how far it is."""

    def __init__(self, step: Step | None) -> None:
        super().__init__()
        self._step = step

    def write(self, text: str) -> int:
        found = _ITERATION.search(text)
        if found and self._step is not None:
            self._step(int(found.group(1)))
        return len(text)
