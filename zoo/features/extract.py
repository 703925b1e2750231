"""A whole catalogue -> embeddings and predictions, in shards that a killed job keeps."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from zoo.errors import PictureError, RunError
from zoo.features.decoding import Problem
from zoo.features.encoder import EmbeddingError, Encoder, Features
from zoo.features.pixels import PixelSource, in_batches
from zoo.files import written_whole
from zoo.progress import Progress

SHARD = 1024  # rows: what a kill can cost
EMBEDDINGS, PREDICTIONS, SHARDS = "embeddings.npy", "predictions.npz", "shards"
PARTS = {"embeddings", "classes", "confidence"}  # of every shard; of some, multi attributes too


class UnusableError(PictureError):
    """Pictures without an embedding: `problems` has their rows, and why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems[0][1])
        self.problems = problems


def extract(
    encoder: Encoder, source: PixelSource, items: int, folder: Path, progress: Progress, title: str
) -> float | None:
    """Write embeddings.npy and predictions.npz for rows 0..items-1; only predictions take memory.

    Shards that an earlier call finished are taken as they are, damaged ones are made again.
    Returns images/s, None when every shard was there already. UnusableError when pictures cannot be
    used, after all shards without such; RunError names the picture whose embedding is zero or not
    finite, RuntimeError where another precision may still give one.
    """
    missing = missing_shards(folder, items, progress)
    started, done = time.perf_counter(), sum(map(len, missing))
    problems: list[Problem] = []
    with progress.stage(title, items) as stage:
        stage.advance(items - done)
        shards, shard, parts = iter(missing), range(0), list[Features]()
        # One stream over all shards: the network need not wait for pictures at each one's edge.
        for rows, features in _encoded(encoder, source, missing, problems):
            while rows[0] not in shard:
                shard = next(shards)
                parts.clear()  # of a shard with a picture that cannot be used
            parts.append(features)
            stage.advance(len(features))
            if sum(map(len, parts)) == len(shard):
                write_shard(folder, shard, Features.join(parts))
                parts.clear()
    if problems:
        raise UnusableError(problems)
    seconds = time.perf_counter() - started
    assemble(folder, items)
    return done / seconds if done else None


def missing_shards(folder: Path, items: int, progress: Progress) -> list[range]:
    """The rows of each shard that is not there or damaged, which is told."""
    (folder / SHARDS).mkdir(parents=True, exist_ok=True)
    shards = [range(start, min(start + SHARD, items)) for start in range(0, items, SHARD)]
    return [rows for rows in shards if not _is_whole(_shard(folder, rows[0]), rows, progress)]


def _encoded(
    encoder: Encoder, source: PixelSource, shards: list[range], problems: list[Problem]
) -> Iterator[tuple[np.ndarray, Features]]:
    """Rows and features of those shards, batch after batch.

    Left out are pictures that cannot be used, told in `problems`, and what follows in their shards.
    """
    under_way: deque[np.ndarray] = deque()

    def pixels() -> Iterator[np.ndarray]:
        for rows, pixels in source.batches(_batches(encoder, shards), problems):
            # Of a shard with a picture that cannot be used nothing can be kept.
            if all(row // SHARD != rows[0] // SHARD for row, _ in problems):
                under_way.append(rows)
                yield pixels

    try:
        for features in encoder.stream(pixels()):
            yield under_way.popleft(), features
    except EmbeddingError as error:
        path = source.path(int(under_way[0][error.place]))
        if encoder.precision != "fp32":
            raise RuntimeError(f"{path}: {error}") from error
        raise RunError(f"{path}: {error}") from error


def _batches(encoder: Encoder, shards: list[range]) -> Iterator[np.ndarray]:
    """Batches of the size that then suits the runtime; none is of two shards."""
    for shard in shards:
        yield from in_batches(np.array(shard), encoder.batch)


def _is_whole(path: Path, rows: range, progress: Progress) -> bool:
    """Whether the shard of those rows is there, its checksums right."""
    if not path.is_file():
        return False
    try:
        # What reads it checks the checksums.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as shard:
            lengths = {name: len(shard[name]) for name in shard.files}
    except Exception as error:  # what a flipped bit can lead to is beyond listing
        lengths, reason = {}, str(error)
    else:
        reason = f"it holds {lengths}"
    if lengths.keys() >= PARTS and set(lengths.values()) == {len(rows)}:
        return True
    progress.say(f"{path.name} is damaged ({reason}): its pictures are embedded again")
    return False


def _shard(folder: Path, start: int) -> Path:
    return folder / SHARDS / f"{start:09d}.npz"


def write_shard(folder: Path, rows: range, features: Features) -> None:
    """Keep what a network says of those rows."""
    with written_whole(_shard(folder, rows[0])) as partial, partial.open("wb") as file:
        arrays: dict[str, Any] = {"embeddings": features.embeddings, **features.arrays()}
        np.savez(file, **arrays)


def assemble(folder: Path, items: int) -> None:
    """Shards -> one memory-mappable matrix and one file of predictions."""
    predictions: dict[str, Any] = {}
    write_embeddings(folder, items, _embeddings(folder, items, predictions))
    with written_whole(folder / PREDICTIONS) as partial, partial.open("wb") as file:
        np.savez(file, **predictions)


def write_embeddings(folder: Path, items: int, blocks: Iterable[np.ndarray]) -> None:
    """Write embeddings.npy from blocks of rows (n, D) float32, `items` rows in all.

    By plain writes, which take less time than to fill a mapped file.
    """
    with written_whole(folder / EMBEDDINGS) as partial, partial.open("wb") as file:
        for number, block in enumerate(blocks):
            if number == 0:
                layout = np.lib.format.header_data_from_array_1_0(block)
                layout["shape"] = (items, block.shape[1])
                np.lib.format.write_array_header_1_0(file, layout)
            file.write(block.data)


def _embeddings(
    folder: Path, items: int, predictions: dict[str, np.ndarray]
) -> Iterator[np.ndarray]:
    """The embeddings of each shard; all else that shards hold is collected in `predictions`."""
    for start in range(0, items, SHARD):
        with np.load(_shard(folder, start), allow_pickle=False) as shard:
            for name in shard.files:
                if name == "embeddings":
                    continue
                part = shard[name]
                if name not in predictions:
                    predictions[name] = np.empty((items, *part.shape[1:]), part.dtype)
                predictions[name][start : start + len(part)] = part
            yield shard["embeddings"]
