from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from zoo.backbones import Transform
from zoo.catalog import CatalogSettings, build_catalog
from zoo.catalog.boxes import widened
from zoo.catalog.listing import Listing
from zoo.catalog.pictures_check import check_pictures
from zoo.errors import CatalogError
from zoo.features.decoding import PictureReader
from zoo.features.pixels import PixelSource
from zoo.pictures import Box

Make = Callable[..., Listing]


@pytest.mark.parametrize(
    ("box", "margin", "expected"),
    [
        ((10, 20, 30, 60), 0.0, (10, 20, 30, 60)),
        ((10, 20, 30, 60), 0.1, (8, 16, 32, 64)),
        ((1, 2, 30, 60), 0.1, (0, 0, 33, 66)),
        ((90, 40, 99, 80), 0.5, (85, 20, 100, 100)),
        ((-5, -5, 20, 120), 0.0, (0, 0, 20, 100)),
    ],
)
def test_widened_by_a_share_and_clipped(box: Box, margin: float, expected: Box) -> None:
    assert widened(box, (100, 100), margin) == expected


@pytest.mark.parametrize(
    ("box", "reason"),
    [
        ((10, 10, 10, 40), "box 10 10 10 40 is empty"),
        ((40, 10, 10, 40), "is empty"),
        ((100, 10, 140, 40), "is outside the picture of 100 x 100 pixels"),
        ((-40, 10, 0, 40), "is outside"),
        ((96, 0, 140, 40), "leaves under 8 pixels a side"),
    ],
)
def test_bad_boxes(box: Box, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        widened(box, (100, 100), 0.0)


def halves(listing: Make) -> Listing:
    """Two pictures, black on the left and white on the right, boxed on the right; one bad box."""
    source = listing({"tone": ["warm", "cold", "warm"]})
    image = Image.new("RGB", (40, 40))
    image.paste("white", (20, 0, 40, 40))
    for path in source.rows["path"][:2]:
        image.save(source.root / path, "PNG")
    boxes = pd.Series([[20, 0, 40, 40], None, [9, 9, 9, 9]], dtype=object)
    return replace(source, rows=source.rows.assign(box=boxes))


def test_pictures_are_checked_within_their_boxes(listing: Make) -> None:
    rows, findings = check_pictures(halves(listing), box_margin=0.0)
    assert rows["box"].tolist() == [[20, 0, 40, 40], None, None]
    assert set(rows["thumbnail"][0]) == {255}
    assert set(rows["thumbnail"][1]) == {0, 255}
    assert [(f.kind, f.subject, f.detail) for f in findings] == [
        ("bad box", "item002", "box 9 9 9 9 is empty; the whole picture is used"),
        ("exact copy of another picture", "item001", "the same file as item000"),
    ]
    assert check_pictures(halves(listing))[0]["box"][0] == [18, 0, 40, 40]


def test_the_network_sees_the_box(listing: Make) -> None:
    rows, _ = check_pictures(halves(listing), box_margin=0.0)
    paths = [halves(listing).root / path for path in rows["path"]]
    transform = Transform(16, 1.0, "bilinear", (0.0,) * 3, (1.0,) * 3)
    source = PixelSource(PictureReader(paths, transform, [(20, 0, 40, 40), None, None]))
    ((_, pixels),) = source.batches([np.arange(2)])
    assert pixels[0].min() == 255
    assert pixels[1].min() == 0


@pytest.mark.parametrize("margin", [-0.1, 11.0, float("nan")])
def test_a_margin_that_is_none(listing: Make, margin: float) -> None:
    with pytest.raises(CatalogError, match="is not within 0..10"):
        build_catalog(halves(listing), CatalogSettings(box_margin=margin))


def test_of_a_boxed_picture_only_what_is_used_has_to_be_large(listing: Make) -> None:
    source = listing({"tone": ["warm"] * 3})
    for path, size in zip(source.rows["path"], ((400, 300), (400, 300), (300, 40)), strict=True):
        Image.new("RGB", size, "white").save(source.root / path, "PNG")
    boxes = pd.Series([[100, 100, 140, 200], None, None], dtype=object)
    rows, _ = check_pictures(replace(source, rows=source.rows.assign(box=boxes)), None, 0.1)
    assert rows["shorter_side"].tolist() == [48, 300, 40]
