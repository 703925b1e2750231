"""Rows of a catalogue -> uint8 batches, decoded ahead of the network by threads."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np

from zoo.backbones import Transform
from zoo.errors import PictureError
from zoo.pictures import Box, decode, digest, read_bytes

CACHE_BYTES = 1 << 30
REMEDY = "restore it, then go on with --resume, or make the catalogue anew"
AHEAD = 3  # batches decoded before they are asked for
CHUNK = 8  # pictures that a thread decodes at a time: handing one over costs as much as eight


class PixelSource:
    """Pictures of a catalogue at a network's input size, kept in memory up to `cache_bytes`.

    `boxes` has the part of each picture to use, None for all of it; `digests` the sha256 that each
    file must have, where that matters; `threads` read and decode, as many as there are cores.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        transform: Transform,
        cache_bytes: int = CACHE_BYTES,
        boxes: Sequence[Box | None] | None = None,
        digests: Sequence[str] | None = None,
        threads: int | None = None,
    ) -> None:
        self._paths, self._transform = paths, transform
        self._threads = threads or os.cpu_count() or 1
        self._boxes = boxes or [None] * len(paths)
        self._digests = digests
        size = transform.size
        capacity = min(len(paths), cache_bytes // (size * size * 3))
        # Rows below the capacity are kept; np.empty takes memory only as rows are written.
        self._kept = np.empty((capacity, size, size, 3), dtype=np.uint8)
        self._have = np.zeros(capacity, dtype=bool)

    def path(self, row: int) -> Path:
        """The picture file of a row."""
        return self._paths[row]

    def batches(self, batches: Iterable[np.ndarray]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield (rows, pixels) for each array of row numbers; pixels (B, S, S, 3) uint8."""
        with ThreadPoolExecutor(self._threads) as pool:
            waiting: deque[tuple[np.ndarray, np.ndarray, list[Future[None]]]] = deque()
            for rows in batches:
                waiting.append((rows, *self._begun(rows, pool)))
                if len(waiting) > AHEAD:
                    yield _finished(*waiting.popleft())
            while waiting:
                yield _finished(*waiting.popleft())

    def _begun(
        self, rows: np.ndarray, pool: ThreadPoolExecutor
    ) -> tuple[np.ndarray, list[Future[None]]]:
        """Room for the pixels of those rows, and the work that fills it."""
        if len(rows) and rows.max() < len(self._have) and self._have[rows].all():
            return self._kept[rows], []
        size = self._transform.size
        pixels = np.empty((len(rows), size, size, 3), dtype=np.uint8)
        return pixels, [
            pool.submit(self._fill, pixels[start : start + CHUNK], rows[start : start + CHUNK])
            for start in range(0, len(rows), CHUNK)
        ]

    def _fill(self, pixels: np.ndarray, rows: np.ndarray) -> None:
        for place, row in zip(pixels, rows.tolist(), strict=True):
            place[:] = self._row(row)

    def problem(self, row: int) -> str | None:
        """Why the picture of a row cannot be used; None when it can."""
        try:
            self._row(row)
        except PictureError as error:
            return str(error)
        return None

    def _row(self, row: int) -> np.ndarray:
        if row < len(self._have) and self._have[row]:
            return np.asarray(self._kept[row])
        path = self._paths[row]
        try:
            data = read_bytes(path)
            picture = decode(data, str(path), self._transform.resized, self._boxes[row])
        except PictureError as error:
            raise PictureError(
                f"{error}; it was readable when the catalogue was made: {REMEDY}"
            ) from error
        if self._digests is not None and digest(data) != self._digests[row]:
            raise PictureError(f"{path} has changed since the catalogue was made: {REMEDY}")
        pixels = self._transform.pixels(picture)
        if row < len(self._have):
            self._kept[row] = pixels
            self._have[row] = True
        return pixels


def _finished(
    rows: np.ndarray, pixels: np.ndarray, work: list[Future[None]]
) -> tuple[np.ndarray, np.ndarray]:
    for future in work:
        future.result()
    return rows, pixels


def spread_rows(items: int, count: int) -> np.ndarray:
    """At most `count` row numbers, evenly over 0..items-1."""
    return np.unique(np.linspace(0, items - 1, min(count, items)).astype(np.int64))


def in_batches(rows: np.ndarray, size: int) -> list[np.ndarray]:
    """Cut row numbers into batches of `size`, the last one shorter."""
    return [rows[start : start + size] for start in range(0, len(rows), size)]
