"""Writes the catalogue's pictures and its table of labels."""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PIL import Image

from zoo.catalog.sample.drawing import draw_item
from zoo.catalog.sample.labels import ATTRIBUTES, choose_item
from zoo.files import written_whole
from zoo.pool import cores, process_pool

QUALITY = 90
CHUNK = 16  # pictures handed to a process at a time


def draw_sample(
    folder: Path,
    count: int,
    seed: int = 0,
    size: int = 192,
    step: Callable[[int], None] | None = None,
) -> Path:
    """Draw `count` pictures and their labels into `folder`; `step` is told how many are done.

    Whole pictures of an earlier run are kept. Starts processes, so a script that calls it needs
    the usual `if __name__ == "__main__"`.
    """
    draw = partial(_ensure, folder / "images", seed, size)
    with process_pool(max(1, min(cores(), count // CHUNK))) as pool:
        for done, _ in enumerate(pool.map(draw, range(count), chunksize=CHUNK), start=1):
            if step is not None:
                step(done)
    return _write_labels(folder, count, seed)


def _ensure(images: Path, seed: int, size: int, index: int) -> None:
    """Draw one picture unless it is there, whole and of that size."""
    target = images / f"{choose_item(index, seed).item_id}.jpg"
    if _is_whole(target, size):
        return
    picture, _ = draw_item(index, seed, size)
    with written_whole(target) as file:
        picture.save(file, "JPEG", quality=QUALITY)


def _is_whole(target: Path, size: int) -> bool:
    try:
        with Image.open(target) as picture:
            picture.load()
            return picture.size == (size, size)
    except OSError:
        return False


def _write_labels(folder: Path, count: int, seed: int) -> Path:
    target = folder / "labels.csv"
    with written_whole(target) as whole, whole.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["image", "title", *ATTRIBUTES])
        for index in range(count):
            item = choose_item(index, seed)
            classes = [item.labels[name] or "" for name in ATTRIBUTES]
            table.writerow([f"images/{item.item_id}.jpg", item.title, *classes])
    return target
