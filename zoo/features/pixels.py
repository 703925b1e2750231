"""Rows of a catalogue -> uint8 batches, decoded ahead of the network by threads or processes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from zoo.errors import PictureError
from zoo.features.decoding import CHUNK, PictureReader, Pixels, Problem, decoders

CACHE_BYTES = 1 << 30
AHEAD = 3  # batches decoded before they are asked for
ORDINARY = partial(np.empty, dtype=np.uint8)  # memory as it comes


class PixelSource:
    """Pictures of a catalogue at a network's input size, kept in memory up to `cache_bytes`.

    `processes` decode, 0 leaves it to threads of this one; batches lie in what `room` gives, see
    zoo.devices.Compute.
    """

    def __init__(
        self,
        pictures: PictureReader,
        cache_bytes: int = CACHE_BYTES,
        processes: int = 0,
        room: Callable[[tuple[int, ...]], np.ndarray] = ORDINARY,
    ) -> None:
        self._reader, self._processes, self._room = pictures, processes, room
        size = pictures.transform.size
        capacity = min(len(pictures), cache_bytes // (size * size * 3))
        # Rows below the capacity are kept; np.empty takes memory only as rows are written.
        self._kept = np.empty((capacity, size, size, 3), dtype=np.uint8)
        self._have = np.zeros(capacity, dtype=bool)

    def path(self, row: int) -> Path:
        """The picture file of a row."""
        return self._reader.paths[row]

    def batches(
        self, batches: Iterable[np.ndarray], problems: list[Problem] | None = None
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield (rows, pixels) for each array of row numbers; pixels (B, S, S, 3) uint8.

        PictureError names the first picture that cannot be used, RunError a decoder that died.
        With `problems`, batches with such pictures are left out, and the pictures told there.
        """
        with decoders(self._reader, self._processes) as begin:
            waiting: deque[tuple[np.ndarray, np.ndarray, list[Pixels]]] = deque()
            for rows in batches:
                missing = ~self._are_kept(rows)
                waiting.append((rows, missing, _begun(rows[missing], begin)))
                if len(waiting) > AHEAD:
                    yield from self._usable(*waiting.popleft(), problems)
            while waiting:
                yield from self._usable(*waiting.popleft(), problems)

    def _usable(
        self,
        rows: np.ndarray,
        missing: np.ndarray,
        work: list[Pixels],
        problems: list[Problem] | None,
    ) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The batch; none when pictures of it cannot be used and that may be told."""
        try:
            yield rows, self._finished(rows, missing, work)
        except PictureError as error:
            if problems is None:
                raise
            found = ((int(row), self._reader.problem(int(row))) for row in rows)
            told = [(row, reason) for row, reason in found if reason is not None]
            problems += told or [(int(rows[0]), str(error))]  # readable again just now

    def _finished(self, rows: np.ndarray, missing: np.ndarray, work: list[Pixels]) -> np.ndarray:
        """The pixels of a batch, of which `missing` (B,) bool were to be decoded; they are kept."""
        pixels = self._room((len(rows), *self._kept.shape[1:]))
        if not missing.any():
            # All rows are there: to find that out again, it would copy twice.
            return np.take(self._kept, rows, axis=0, out=pixels, mode="clip")
        pixels[~missing] = self._kept[rows[~missing]]
        _put(pixels, in_batches(np.flatnonzero(missing), CHUNK), work)
        new = missing & (rows < len(self._have))
        self._kept[rows[new]] = pixels[new]
        self._have[rows[new]] = True
        return pixels

    def _are_kept(self, rows: np.ndarray) -> np.ndarray:
        """Which of those rows are in memory, (B,) bool."""
        kept = rows < len(self._have)
        kept[kept] = self._have[rows[kept]]
        return kept


def _begun(rows: np.ndarray, begin: Callable[[list[int]], Pixels]) -> list[Pixels]:
    """What waits for those rows."""
    return [begin(chunk.tolist()) for chunk in in_batches(rows, CHUNK)]


def _put(pixels: np.ndarray, places: list[np.ndarray], work: list[Pixels]) -> None:
    """Wait for all of it; the first error only then, or answers would be taken for others'."""
    failed = list[PictureError]()
    for place, wait in zip(places, work, strict=True):
        try:
            pixels[place] = wait()
        except PictureError as error:
            failed.append(error)
    if failed:
        raise failed[0]


def spread_rows(items: int, count: int) -> np.ndarray:
    """At most `count` row numbers, evenly over 0..items-1."""
    return np.unique(np.linspace(0, items - 1, min(count, items)).astype(np.int64))


def in_batches(rows: np.ndarray, size: int) -> list[np.ndarray]:
    """Cut row numbers into batches of `size`, the last one shorter."""
    return [rows[start : start + size] for start in range(0, len(rows), size)]
