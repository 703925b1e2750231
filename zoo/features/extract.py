"""A whole catalogue -> embeddings and predictions, in shards that a killed job keeps."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from zoo.errors import RunError
from zoo.features.encoder import EmbeddingError, Encoder, Features
from zoo.features.pixels import PixelSource, in_batches
from zoo.files import written_whole
from zoo.progress import Progress

SHARD = 1024  # rows: what a kill can cost
EMBEDDINGS, PREDICTIONS = "embeddings.npy", "predictions.npz"
PARTS = {"embeddings", "classes", "confidence"}  # of every shard; of some, multi attributes too


def extract(
    encoder: Encoder, source: PixelSource, items: int, folder: Path, progress: Progress, title: str
) -> float | None:
    """Write embeddings.npy and predictions.npz for rows 0..items-1; only predictions take memory.

    Shards that an earlier call finished are taken as they are, damaged ones are made again.
    Returns images/s, None when every shard was there already. RunError names the picture whose
    embedding is zero or not finite.
    """
    shards = folder / "shards"
    shards.mkdir(parents=True, exist_ok=True)
    missing = [
        start
        for start in range(0, items, SHARD)
        if not _is_whole(_shard(shards, start), min(SHARD, items - start), progress)
    ]
    started, done = time.perf_counter(), 0
    with progress.stage(title, items) as stage:
        stage.advance(items - sum(min(SHARD, items - s) for s in missing))
        for start in missing:
            rows = np.arange(start, min(start + SHARD, items))
            parts = []
            for features in _encoded(encoder, source, rows):
                parts.append(features)
                stage.advance(len(features))
            _write_shard(_shard(shards, start), Features.join(parts))
            done += len(rows)
    seconds = time.perf_counter() - started
    _assemble(shards, items, folder)
    return done / seconds if done else None


def _encoded(encoder: Encoder, source: PixelSource, rows: np.ndarray) -> Iterator[Features]:
    """The features of those rows, batch after batch."""
    done = 0
    batches = source.batches(in_batches(rows, encoder.batch))
    try:
        for features in encoder.stream(pixels for _, pixels in batches):
            done += len(features)
            yield features
    except EmbeddingError as error:
        raise RunError(f"{source.path(int(rows[done + error.place]))}: {error}") from error


def _is_whole(path: Path, rows: int, progress: Progress) -> bool:
    """Whether a shard of so many rows is there, its checksums right."""
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
    if lengths.keys() >= PARTS and set(lengths.values()) == {rows}:
        return True
    progress.say(f"{path.name} is damaged ({reason}): its pictures are embedded again")
    return False


def _shard(shards: Path, start: int) -> Path:
    return shards / f"{start:09d}.npz"


def _write_shard(path: Path, features: Features) -> None:
    with written_whole(path) as partial, partial.open("wb") as file:
        arrays: dict[str, Any] = {"embeddings": features.embeddings, **features.arrays()}
        np.savez(file, **arrays)


def _assemble(shards: Path, items: int, folder: Path) -> None:
    """Shards -> one memory-mappable matrix and one file of predictions."""
    whole: dict[str, np.ndarray] = {}
    with written_whole(folder / EMBEDDINGS) as partial:
        for start in range(0, items, SHARD):
            with np.load(_shard(shards, start), allow_pickle=False) as shard:
                for name in shard.files:
                    part = shard[name]
                    if name not in whole:
                        whole[name] = _room(partial, name, (items, *part.shape[1:]), part.dtype)
                    whole[name][start : start + len(part)] = part
        whole.pop("embeddings").flush()  # type: ignore[attr-defined]
    with written_whole(folder / PREDICTIONS) as partial, partial.open("wb") as file:
        predictions: dict[str, Any] = whole
        np.savez(file, **predictions)


def _room(path: Path, name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray:
    """An array to fill: the embeddings in the file at `path`, the rest in memory."""
    if name != "embeddings":
        return np.empty(shape, dtype)
    return np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape)
