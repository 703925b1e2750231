"""Picture files -> pixels at a network's input size, by threads or by processes.

Threads are quick enough in front of a processor's forward. In front of a GPU's they are not: they
wait for Python's lock at one or two thousand pictures a second, however many cores there are.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path

import numpy as np

from zoo.backbones import Transform
from zoo.errors import PictureError
from zoo.pictures import Box, decode, digest, read_bytes

REMEDY = "restore it, then go on with --resume, or make the catalogue anew"


@dataclass(frozen=True)
class Reader:
    """The pictures of a catalogue as files, and how a network wants them."""

    paths: Sequence[Path]
    transform: Transform
    boxes: Sequence[Box | None] | None = None  # the part of each picture to use; None: all of it
    digests: Sequence[str] | None = None  # sha256 that each file must have

    def pixels(self, row: int) -> np.ndarray:
        """(S, S, 3) uint8; PictureError when the file is not what the catalogue was made of."""
        path = self.paths[row]
        box = self.boxes[row] if self.boxes is not None else None
        try:
            data = read_bytes(path)
            picture = decode(data, str(path), self.transform.resized, box)
        except PictureError as error:
            raise PictureError(
                f"{error}; it was readable when the catalogue was made: {REMEDY}"
            ) from error
        if self.digests is not None and digest(data) != self.digests[row]:
            raise PictureError(f"{path} has changed since the catalogue was made: {REMEDY}")
        return self.transform.pixels(picture)

    def problem(self, row: int) -> str | None:
        """Why a picture cannot be used; None when it can."""
        try:
            self.pixels(row)
        except PictureError as error:
            return str(error)
        return None


def decoders(reader: Reader, processes: int) -> Executor:
    """What runs `decode_rows`: so many processes; for 0, as many threads as there are cores."""
    if not processes or type(reader.transform) is not Transform:  # a plugin's is not found there
        return ThreadPoolExecutor(os.cpu_count() or 1)
    # Not forked: a GPU and torch's own threads may be at work in this process.
    spawned = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(processes, spawned, initializer=_begin, initargs=(reader,))


_reader: Reader | None = None  # of a decoding process, sent once


def _begin(reader: Reader) -> None:
    """Make this process one that decodes: it leaves Ctrl-C to its parent, and ends with it."""
    global _reader  # noqa: PLW0603
    _reader = reader
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def decode_rows(reader: Reader | None, rows: list[int]) -> np.ndarray:
    """(n, S, S, 3) uint8 of those rows; None takes the reader that this process was begun with."""
    known = reader or _reader
    assert known is not None
    return np.stack([known.pixels(row) for row in rows])
