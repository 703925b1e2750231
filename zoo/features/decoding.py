"""Picture files -> pixels at a network's input size, by threads or by processes.

Threads are quick enough in front of a processor's forward. In front of a GPU's they are not: they
wait for Python's lock at one or two thousand pictures a second, however many cores there are.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from zoo.backbones import Transform
from zoo.errors import PictureError, RunError
from zoo.pictures import Box, decode, digest, read_bytes

REMEDY = (
    "restore it and repeat the command (a training with --resume); zoo sync takes it out of a "
    "trained zoo"
)
ASKED = 2  # pieces of work that a process has at a time: it never waits for the next one

Pixels = Callable[[], np.ndarray]  # waits for (n, S, S, 3) uint8
Problem = tuple[int, str]  # the place of a picture among others, and why it has no embedding


@dataclass(frozen=True)
class PictureReader:
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

    def stack(self, rows: Sequence[int]) -> np.ndarray:
        """(n, S, S, 3) uint8; errors as in `pixels`."""
        return np.stack([self.pixels(row) for row in rows])

    def some(self, rows: Sequence[int]) -> PictureReader:
        """Of the pictures in a few rows."""
        boxes = None if self.boxes is None else [self.boxes[row] for row in rows]
        digests = None if self.digests is None else [self.digests[row] for row in rows]
        return PictureReader([self.paths[row] for row in rows], self.transform, boxes, digests)

    def problem(self, row: int) -> str | None:
        """Why a picture cannot be used; None when it can."""
        try:
            self.pixels(row)
        except PictureError as error:
            return str(error)
        return None


@contextmanager
def decoders(reader: PictureReader, processes: int) -> Iterator[Callable[[list[int]], Pixels]]:
    """What begins to decode rows and returns what waits for them, to be called in that order.

    So many processes do it; for 0, as many threads as there are cores.
    """
    if not processes or type(reader.transform) is not Transform:  # a plugin's is not found there
        with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
            yield lambda rows: threads.submit(reader.stack, rows).result
        return
    team: list[_Process] = []
    begun = 0

    def begin(rows: list[int]) -> Pixels:
        nonlocal begun
        begun += 1
        if not team:  # only now: of pictures that are kept none is decoded
            team.extend(_Process() for _ in range(processes))
        # With the work, what it needs: of a large catalogue all paths would be long under way.
        return team[begun % processes].begin(reader.some(rows))

    try:
        yield begin
    finally:
        for process in team:
            process.stop()


class _Process:
    """A process that decodes.

    It has a pipe of its own, whose other end nobody else has: when it dies, be it in the middle of
    an answer, that is noticed at once. An executor's processes share a pipe, which stays open.
    """

    def __init__(self) -> None:
        # Not forked: a GPU and torch's own threads may be at work in this process.
        spawned = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawned.Pipe()
        self._process = spawned.Process(target=_decode, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self._waiting: deque[PictureReader] = deque()
        self._asked = 0

    def begin(self, pictures: PictureReader) -> Pixels:
        self._waiting.append(pictures)
        self._ask()
        size = pictures.transform.size
        return lambda: self._answer().reshape(len(pictures.paths), size, size, 3)

    def _ask(self) -> None:
        """Few pieces at a time: were both pipes full, each side would wait for the other."""
        while self._waiting and self._asked < ASKED:
            with suppress(OSError):  # it died; whoever waits for its answer is told
                self._pipe.send(self._waiting.popleft())
            self._asked += 1

    def _answer(self) -> np.ndarray:
        try:
            error = self._pipe.recv()
            pixels = self._pipe.recv_bytes() if error is None else b""
        except (EOFError, OSError) as died:
            raise RunError(
                "a process that decodes pictures died, perhaps for want of memory; the same "
                "command goes on, a training with --resume"
            ) from died
        self._asked -= 1
        self._ask()
        if error is not None:
            raise error
        return np.frombuffer(pixels, np.uint8)

    def stop(self) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()


def _decode(pipe: Connection) -> None:
    """Answer until nobody asks any more; Ctrl-C is left to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):  # the parent has ended
        while True:
            pictures: PictureReader = pipe.recv()
            try:
                pixels = pictures.stack(range(len(pictures.paths)))
            except Exception as error:
                pipe.send(error)
            else:
                pipe.send(None)
                pipe.send_bytes(pixels.reshape(-1).data)
