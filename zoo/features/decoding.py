"""Picture files -> pixels at a network's input size, by threads or by processes.

Threads are quick enough in front of a processor's forward. In front of a GPU's they are not: they
wait for Python's lock at one or two thousand pictures a second, however many cores there are.
Processes leave pixels in memory that both sides see: a pipe takes longer than decoding does once
some processes do it.
"""

from __future__ import annotations

import ctypes
import math
import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from zoo.backbones import Transform
from zoo.errors import PictureError, RunError
from zoo.pictures import Box, decode, digest, read_bytes
from zoo.pool import cores

REMEDY = (
    "restore it and repeat the command (a training with --resume); zoo sync takes it out of a "
    "trained zoo"
)
CHUNK = 8  # pictures decoded at a time: handing one over costs as much as eight
ASKED = 4  # such pieces that a process has at a time: it never waits for the next one

Pixels = Callable[[], np.ndarray]  # waits for (n, S, S, 3) uint8
Problem = tuple[int, str]  # the place of a picture among others, and why it has no embedding


@dataclass(frozen=True)
class PictureReader:
    """The pictures of a catalogue as files, and how a network wants them.

    Without torch, so that what decodes in another process or on another machine is light.
    """

    paths: Sequence[Path]
    transform: Transform
    boxes: Sequence[Box | None] | None = None  # the part of each picture to use; None: all of it
    digests: Sequence[str] | None = None  # sha256 that each file must have

    def __len__(self) -> int:
        return len(self.paths)

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

    def stack(self, rows: Sequence[int], out: np.ndarray | None = None) -> np.ndarray:
        """(n, S, S, 3) uint8, in `out` where there is one; errors as in `pixels`."""
        return np.stack([self.pixels(row) for row in rows], out=out)

    def some(self, rows: Sequence[int]) -> PictureReader:
        """Those in a few rows."""
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
    """What begins to decode CHUNK rows at most and returns what waits for them, in that order.

    What it found may be gone when the next one is waited for. So many processes do it; for 0, as
    many threads as there are cores.
    """
    if not processes or type(reader.transform) is not Transform:  # a plugin's is not found there
        with ThreadPoolExecutor(cores()) as threads:
            yield lambda rows: threads.submit(reader.stack, rows).result
        return
    team: list[_Process] = []
    begun = 0

    def begin(rows: list[int]) -> Pixels:
        nonlocal begun
        begun += 1
        if not team:  # only now: of pictures that are kept none is decoded
            team.extend(_Process(reader.transform.size) for _ in range(processes))
        # With the work, what it needs: of a large catalogue all paths would be long under way.
        return team[begun % processes].begin(reader.some(rows))

    try:
        yield begin
    finally:
        for process in team:
            process.stop()


class _Process:
    """A process that decodes pictures to `size` pixels a side.

    It has a pipe of its own, whose other end nobody else has: when it dies, be it in the middle of
    an answer, that is noticed at once. An executor's processes share a pipe, which stays open.
    """

    def __init__(self, size: int) -> None:
        # Not forked: a GPU and torch's own threads may be at work in this process.
        spawned = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawned.Pipe()
        room = (ASKED + 1, CHUNK, size, size, 3)  # one is read while the others are written
        memory = spawned.RawArray(ctypes.c_uint8, math.prod(room))
        self._process = spawned.Process(target=_decode, args=(theirs, memory, room), daemon=True)
        self._process.start()
        theirs.close()
        self._places = _places(memory, room)
        self._waiting: deque[PictureReader] = deque()
        self._asked = 0

    def begin(self, pictures: PictureReader) -> Pixels:
        self._waiting.append(pictures)
        self._ask()
        return lambda: self._answer(len(pictures))

    def _ask(self) -> None:
        """Few pieces at a time: there are places for so many answers, and for the last one."""
        while self._waiting and self._asked < ASKED:
            with suppress(OSError):  # it died; whoever waits for its answer is told
                self._pipe.send(self._waiting.popleft())
            self._asked += 1

    def _answer(self, count: int) -> np.ndarray:
        try:
            error = self._pipe.recv()
        except (EOFError, OSError) as died:
            raise RunError(
                "a process that decodes pictures died, perhaps for want of memory; the same "
                "command goes on, a training with --resume"
            ) from died
        pixels: np.ndarray = next(self._places)[:count]
        self._asked -= 1
        self._ask()
        if error is not None:
            raise error
        return pixels

    def stop(self) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()


def _places(memory: ctypes.Array[ctypes.c_uint8], room: tuple[int, ...]) -> Iterator[np.ndarray]:
    """Where each piece of work is answered, (CHUNK, S, S, 3): both sides count alike."""
    return cycle(np.frombuffer(memoryview(memory), np.uint8).reshape(room))


def _decode(pipe: Connection, memory: ctypes.Array[ctypes.c_uint8], room: tuple[int, ...]) -> None:
    """Answer until nobody asks any more; Ctrl-C is left to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(EOFError, OSError):  # the parent has ended
        for place in _places(memory, room):
            pictures: PictureReader = pipe.recv()
            rows = range(len(pictures))
            try:
                pictures.stack(rows, out=place[: len(rows)])
            except Exception as error:
                pipe.send(error)
            else:
                pipe.send(None)
