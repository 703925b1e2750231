"""The sample catalogue: same picture for the same arguments, true labels, resumable."""

from __future__ import annotations

import csv
import multiprocessing
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from zoo.catalog.sample import ATTRIBUTES, draw_item, draw_sample
from zoo.catalog.sample.labels import choose_item
from zoo.errors import ZooError

SIZE = 64
BOTTOMS = ("skirt", "trousers", "shorts")


def test_a_picture_depends_on_its_arguments_alone() -> None:
    first, item = draw_item(5, seed=3, size=SIZE)
    draw_item(6, seed=3, size=SIZE)
    again, same = draw_item(5, seed=3, size=SIZE)
    other, _ = draw_item(5, seed=4, size=SIZE)
    assert first.tobytes() == again.tobytes()
    assert item == same
    assert first.tobytes() != other.tobytes()


def test_a_picture_is_the_same_in_another_process() -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        there, item = pool.submit(draw_item, 7, 0, SIZE).result()
    here, same = draw_item(7, 0, SIZE)
    assert there.tobytes() == here.tobytes()
    assert item == same


@pytest.mark.parametrize("size", [33, 96, 192])
def test_any_size(size: int) -> None:
    picture, _ = draw_item(0, size=size)
    assert picture.size == (size, size)
    assert picture.mode == "RGB"


def test_every_class_is_frequent_and_no_other_occurs() -> None:
    items = [choose_item(index, 0) for index in range(1500)]
    for name, classes in ATTRIBUTES.items():
        counts = Counter(item.labels[name] for item in items)
        without = counts.pop(None, 0)
        assert set(counts) == set(classes)
        assert min(counts.values()) >= 0.04 * (len(items) - without), name
    for item in items:
        bare = item.labels["category"] in BOTTOMS
        assert (item.labels["shape"] is None) == bare
    assert len({item.item_id for item in items}) == len(items)


@pytest.mark.parametrize(("colour", "channel"), [("red", 0), ("green", 1), ("blue", 2)])
def test_colour_is_that_of_the_garment(colour: str, channel: int) -> None:
    wanted = (
        index
        for index in range(3000)
        if (labels := choose_item(index, 0).labels)["colour"] == colour
        and labels["pattern"] == "solid"
        and labels["fabric"] == "cotton"
        and labels["category"] in ("tee", "shirt", "coat", "jumper")
    )
    middles = []
    for index in islice(wanted, 6):
        pixels = np.asarray(draw_item(index, size=SIZE)[0], dtype=float)
        middles.append(np.median(pixels[24:40, 26:38].reshape(-1, 3), axis=0))
    assert int(np.argmax(np.mean(middles, axis=0))) == channel


def test_sample_folder(tmp_path: Path) -> None:
    seen: list[int] = []
    table = draw_sample(tmp_path, 3, size=SIZE, step=seen.append)
    assert table == tmp_path / "labels.csv"
    assert seen == [1, 2, 3]
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["image", "title", *ATTRIBUTES]
    for index, row in enumerate(rows):
        labels = choose_item(index, 0).labels
        assert {name: row[name] or None for name in ATTRIBUTES} == labels
        assert (tmp_path / row["image"]).is_file()
    assert len(list(tmp_path.rglob("*.*"))) == 4


def test_whole_pictures_are_kept_and_others_redrawn(tmp_path: Path) -> None:
    draw_sample(tmp_path, 3, size=SIZE)
    kept, cut, lost = sorted((tmp_path / "images").iterdir())
    bytes_before = cut.read_bytes()
    cut.write_bytes(bytes_before[: len(bytes_before) // 2])
    lost.unlink()
    stamp = kept.stat().st_mtime_ns
    draw_sample(tmp_path, 3, size=SIZE)
    assert kept.stat().st_mtime_ns == stamp
    assert cut.read_bytes() == bytes_before
    assert lost.is_file()


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "images").touch()
    with pytest.raises(ZooError, match=r"cannot write .*\.jpg: File exists"):
        draw_sample(tmp_path, 1, size=SIZE)
