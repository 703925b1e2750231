from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.conftest import PRODUCTS
from zoo.catalog import build_catalog
from zoo.catalog.hashing import is_blank, perceptual_hash
from zoo.catalog.listing import Listing
from zoo.catalog.near_duplicates import (
    TILE,
    extended_groups,
    groups_of,
    near_groups,
    near_pairs,
)
from zoo.catalog.pictures_check import check_pictures


def noise(number: int, size: int = 96) -> Image.Image:
    """A picture of soft random blots; each number is another."""
    cells = np.random.default_rng(number).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return Image.fromarray(cells).resize((size, size), Image.Resampling.BICUBIC)


def listing_of(folder: Path) -> Listing:
    names = sorted(path.name for path in folder.iterdir())
    return Listing(
        "d", "csv", folder, folder, (), (), pd.DataFrame({"item_id": names, "path": names})
    )


def patterns(count: int) -> np.ndarray:
    """Thumbnails of black and white halves, all alike, never blank."""
    one = np.zeros(432, dtype=np.uint8)
    one[216:] = 255
    return np.tile(one, (count, 1))


def test_the_hash_has_64_bits_and_survives_another_encoding(tmp_path: Path) -> None:
    image = noise(1)
    whole = perceptual_hash(image)
    assert 0 < whole < 1 << 64
    assert whole.bit_count() == 32  # bits above the median
    image.resize((70, 70)).save(tmp_path / "small.jpg", quality=60)
    with Image.open(tmp_path / "small.jpg") as small:
        assert (whole ^ perceptual_hash(small)).bit_count() <= 4
    assert (whole ^ perceptual_hash(noise(2))).bit_count() > 4


def test_blank_is_nearly_one_colour_in_every_channel() -> None:
    plain = np.tile(np.array([200, 10, 90], dtype=np.uint8), 144)
    grain, dot = plain.copy(), plain.copy()
    grain[:3] += 8
    dot[1] += 9
    assert is_blank(np.stack([plain, grain, dot])).tolist() == [True, True, False]


def test_pairs_need_hash_cosine_and_cells_to_agree() -> None:
    thumbnails = patterns(6)
    thumbnails[2] = 255 - thumbnails[2]  # the same hash, other colours
    thumbnails[3, 0] = 21  # the same shape, one cell too far
    thumbnails[4] = 90  # blank
    hashes = np.array([0, 0b1111, 0, 0, 0, 0b11111], dtype=np.uint64)
    assert near_pairs(hashes, thumbnails).tolist() == [[0, 1], [1, 5]]
    assert near_pairs(hashes[4:5], thumbnails[4:5]).shape == (0, 2)


def test_pairs_are_found_across_tiles_and_progress_reaches_the_total() -> None:
    count = 2 * TILE + 10
    hashes = np.random.default_rng(0).integers(0, 1 << 63, count, dtype=np.uint64)
    hashes[-1] = hashes[5] ^ np.uint64(0b11)
    seen: list[int] = []
    assert near_pairs(hashes, patterns(count), seen.append).tolist() == [[5, count - 1]]
    assert seen == [TILE, TILE, 10]


def test_groups_join_through_others() -> None:
    groups = groups_of(np.array([[0, 3], [3, 4]]), 6)
    assert groups[0] == groups[3] == groups[4]
    assert len(set(groups.tolist())) == 4
    assert len(set(groups_of(np.empty((0, 2), dtype=np.int64), 3).tolist())) == 3


def test_near_duplicates_on_disk_share_a_group_and_a_split(tmp_path: Path) -> None:
    for number in range(40):
        noise(number).save(tmp_path / f"{number:02}-a.png")
        if number < 20:
            noise(number).resize((72, 72)).save(tmp_path / f"{number:02}-b.jpg", quality=90)
    rows, _ = check_pictures(listing_of(tmp_path))
    groups = near_groups(rows)
    assert len(set(groups)) == 40
    names = rows["item_id"].str[:2]
    assert pd.Series(groups).groupby(names.to_numpy()).nunique().eq(1).all()
    labels = rows[["item_id", "path"]].assign(tone=["warm", "cold"] * 30)
    source = Listing("d", "csv", tmp_path, tmp_path, ("tone",), ("tone",), labels)
    catalog, _ = build_catalog(source)
    assert catalog.table.groupby(names.to_numpy())["split"].nunique().eq(1).all()
    assert [len(catalog.rows(s)) for s in ("train", "val", "test")] == [42, 10, 8]  # in twos


def test_new_pictures_join_the_groups_of_those_they_show_across_tiles() -> None:
    known = TILE + 200
    thumbnails = np.random.default_rng(0).integers(0, 256, (known + TILE + 5, 432), dtype=np.uint8)
    thumbnails[known] = thumbnails[3]
    thumbnails[-1] = thumbnails[known + 1]
    thumbnails[-3:-1] = 90  # blank
    before = np.arange(known) // 2  # in twos
    groups = extended_groups(before, thumbnails)
    assert pd.Series(groups[:known]).groupby(before).nunique().eq(1).all()
    assert groups[known] == groups[2] == groups[3]
    assert groups[-1] == groups[known + 1]
    assert len(set(groups)) == known // 2 + TILE + 5 - 2


def test_new_pictures_are_compared_tile_by_tile_in_bounded_memory() -> None:
    count = 12 * TILE
    thumbnails = np.random.default_rng(0).integers(0, 256, (count, 432), dtype=np.uint8)
    tracemalloc.start()
    try:
        extended_groups(np.arange(count - TILE), thumbnails)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 32 << 20  # the cosines of one tile to all are 48 MiB


def test_exact_copies_of_a_blank_picture_share_a_group_and_look_alikes_do_not(
    tmp_path: Path, draw: Callable[..., Path]
) -> None:
    for name, number in (("a.png", 1), ("b.png", 2), ("c.png", 1)):
        draw(tmp_path / name, number)
    groups = near_groups(check_pictures(listing_of(tmp_path))[0])
    assert groups[0] == groups[2] != groups[1]


@pytest.mark.skipif(not PRODUCTS.is_dir(), reason=f"the product pictures are not at {PRODUCTS}")
def test_different_products_on_white_are_not_merged() -> None:
    """Two black shoes of two makers with one hash; a belt photographed once, tinted twice."""
    from zoo.catalog import read_listing

    listing = read_listing(PRODUCTS)
    titles = [
        "Franco Leone Men Formal Black Formal Shoes",
        "Lee Cooper Men Formal Black Shoes",
        "Peter England Men Formal Tan Belt",
        "Peter England Men Formal Brown Belt",
    ]
    rows = listing.rows[listing.rows["title"].isin(titles)].reset_index(drop=True)
    checked, _ = check_pictures(Listing("p", "x", PRODUCTS, listing.root, (), (), rows))
    groups = pd.Series(near_groups(checked))
    mixed = groups.groupby(groups).apply(lambda g: sorted(set(checked["title"][g.index])))
    assert all(len(found) == 1 or set(found) == set(titles[2:]) for found in mixed)
    assert sorted(titles[2:]) in mixed.tolist()
