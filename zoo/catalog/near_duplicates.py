"""Pictures that show the same shot: found by hash, confirmed by colours, united in groups.

How the thresholds were chosen, on 8,010 product pictures on white: copies that were re-encoded,
halved or doubled keep hashes within 4 bits, cosines above .999 and cells within 8 levels. The hash
alone unites strangers (a third of the pairs within 4 bits differ in article type); with the cosine
there are still different wallets and shoes among the pairs, whose cells differ by 24 levels or
more. Under all three, the pairs left are one photograph each, perhaps tinted anew.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from zoo.catalog.cells import stacked
from zoo.catalog.hashing import is_blank

HASH_BITS = 4  # most bits of 64 in which the perceptual hashes may differ
COSINE = 0.995  # least cosine of the mean-centred colour thumbnails
CELL_LEVELS = 20  # most levels of 0..255 between any two cells of the thumbnails
TILE = 1024  # pictures a side: pairs are compared tile by tile, memory stays bounded
PART = 1 << 15  # pairs whose colours are compared at a time

Step = Callable[[int], None]


def pixel_embeddings(thumbnails: np.ndarray) -> np.ndarray:
    """(N, 432) uint8 thumbnails -> mean-centred unit rows, float32."""
    centred = thumbnails.astype(np.float32)
    centred -= centred.mean(axis=1, keepdims=True)
    norms = np.linalg.norm(centred, axis=1, keepdims=True)
    unit: np.ndarray = centred / np.maximum(norms, 1e-6)  # a blank picture stays zero
    return unit


def near_pairs(hashes: np.ndarray, thumbnails: np.ndarray, step: Step | None = None) -> np.ndarray:
    """Pairs of rows, (p, 2) int64 with the lower first, that show the same shot.

    hashes (N,) uint64; thumbnails (N, 432) uint8; `step` gets how many rows are done with. Blank
    pictures resemble each other by having nothing on them and are never paired.
    """
    rows = np.flatnonzero(~is_blank(thumbnails))
    found = [np.empty((0, 2), dtype=np.int64)]
    for first in range(0, len(rows), TILE):
        for second in range(first, len(rows), TILE):
            pairs = _close(hashes, rows[first : first + TILE], rows[second : second + TILE])
            found.append(_confirmed(thumbnails, pairs))
        if step is not None:
            step(len(rows[first : first + TILE]))
    joined = np.concatenate(found)
    order: np.ndarray = joined[np.lexsort((joined[:, 1], joined[:, 0]))]
    return order


def _close(hashes: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    distance = np.bitwise_count(hashes[left][:, None] ^ hashes[right][None])  # (l, r) bits
    return _later(left, right, distance <= HASH_BITS)


def _later(left: np.ndarray, right: np.ndarray, alike: np.ndarray) -> np.ndarray:
    """Pairs (p, 2) of a left and a later right row where `alike` (l, r) says so."""
    a, b = np.nonzero(alike)
    pairs = np.stack([left[a], right[b]], axis=1)
    lower_first: np.ndarray = pairs[pairs[:, 0] < pairs[:, 1]]
    return lower_first


def _confirmed(thumbnails: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Those pairs whose colours agree too."""
    parts = [pairs[start : start + PART] for start in range(0, len(pairs), PART)]
    kept = [part[_same_colours(thumbnails, part)] for part in parts]
    return np.concatenate(kept) if kept else pairs


def _same_colours(thumbnails: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    left, right = thumbnails[pairs[:, 0]], thumbnails[pairs[:, 1]]
    apart = np.abs(left.astype(np.int16) - right.astype(np.int16)).max(axis=1)
    cosines = np.einsum("ij,ij->i", pixel_embeddings(left), pixel_embeddings(right))
    same: np.ndarray = (apart <= CELL_LEVELS) & (cosines >= COSINE)
    return same


def groups_of(pairs: np.ndarray, count: int) -> np.ndarray:
    """Rows that pairs join, directly or through others, share a number: (count,) int64."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(len(pairs), dtype=bool), pairs.T), shape=(count, count))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def near_groups(rows: pd.DataFrame, step: Step | None = None) -> np.ndarray:
    """The group of each row with sha256, phash and thumbnail; exact copies share theirs.

    Each file is compared once, however many copies of it there are. Returns (n,) int64.
    """
    files, which = np.unique(rows["sha256"].to_numpy(dtype=str), return_inverse=True)
    heads = np.full(len(files), -1, dtype=np.int64)
    heads[which[::-1]] = np.arange(len(rows))[::-1]  # the first row of each file
    hashes = rows["phash"].to_numpy(dtype=np.uint64)[heads]
    thumbnails = stacked(rows["thumbnail"].iloc[heads])
    numbers: np.ndarray = groups_of(near_pairs(hashes, thumbnails, step), len(files))[which]
    return numbers


def extended_groups(groups: np.ndarray, thumbnails: np.ndarray) -> np.ndarray:
    """Groups of all rows where those of the first ones are known.

    groups (k,) int64; thumbnails (n, 432) uint8, n >= k. The rows after the first k join whom their
    colours say they show: hashes are not kept, and without them these decide. Returns (n,) int64.
    """
    known, count = len(groups), len(thumbnails)
    first = int(groups.max()) + 1 if known else 0
    numbers = np.concatenate([groups, first + np.arange(count - known)])
    shown = np.flatnonzero(~is_blank(thumbnails))
    begin = int(np.searchsorted(shown, known))
    pairs = [np.empty((0, 2), dtype=np.int64)]
    for start in range(begin, len(shown), TILE):
        late = shown[start : start + TILE]
        for other in range(0, start + len(late), TILE):
            alike = _alike(thumbnails, shown[other : other + TILE], late)
            pairs.append(_confirmed(thumbnails, alike))
    united = groups_of(numbers[np.concatenate(pairs)], int(numbers.max()) + 1 if count else 0)
    result: np.ndarray = united[numbers]
    return result


def _alike(thumbnails: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Pairs of a left and a later right row with near colours, (p, 2) int64."""
    cosines = pixel_embeddings(thumbnails[left]) @ pixel_embeddings(thumbnails[right]).T
    return _later(left, right, cosines >= COSINE)
