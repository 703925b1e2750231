"""Exact cosine neighbours over unit rows: the reference, and the search of small catalogues."""

from __future__ import annotations

import numpy as np

BLOCK = 8192  # rows of the (memory-mapped) matrix a step


def similarities(
    embeddings: np.ndarray, queries: np.ndarray, rows: np.ndarray | None = None
) -> np.ndarray:
    """Cosines of every query with every row: (N, D), (q, D) unit rows -> (q, N) float32.

    `rows` (n,) are those to compare with, (q, n); left out, all of them.
    """
    count = len(embeddings) if rows is None else len(rows)
    result = np.empty((len(queries), count), dtype=np.float32)
    for start in range(0, count, BLOCK):
        place = slice(start, start + BLOCK)
        # Chosen rows are copied a block at a time: of a large catalogue they may be a gigabyte.
        block = embeddings[place if rows is None else rows[place]]
        np.matmul(queries, block.T, out=result[:, place])
    return result


def top_rows(scores: np.ndarray, count: int) -> np.ndarray:
    """Indices of the `count` highest of (N,) scores, highest first, ties by lowest index."""
    count = min(count, len(scores))
    if count == 0:
        return np.empty(0, dtype=np.int64)
    # All that tie with the last one are kept for the sort, so that ties do not hang on
    # how argpartition happens to order them.
    edge = np.partition(scores, len(scores) - count)[len(scores) - count]
    candidates = np.flatnonzero(scores >= edge)
    order = np.lexsort((candidates, -scores[candidates]))
    return candidates[order[:count]]


def unit_mean(embeddings: np.ndarray) -> np.ndarray:
    """The direction of several unit rows (q, D) -> (D,)."""
    mean = embeddings.mean(axis=0)
    unit: np.ndarray = mean / max(float(np.linalg.norm(mean)), 1e-12)
    return unit.astype(np.float32)
