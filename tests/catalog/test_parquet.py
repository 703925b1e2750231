from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from zoo.catalog.listing import Finding
from zoo.catalog.readers import read_listing
from zoo.errors import CatalogError


@pytest.fixture
def table(tmp_path: Path, draw: Callable[..., Path]) -> Callable[..., Path]:
    def make(**columns: list[object]) -> Path:
        for number, letter in enumerate("abcdef"):
            draw(tmp_path / "images" / f"{letter}.png", number)
        path = tmp_path / "shop.parquet"
        pd.DataFrame(columns).to_parquet(path)
        return path

    return make


def test_the_rules_for_csv_hold(table: Callable[..., Path]) -> None:
    path = table(
        image=["a.png", "b.png", "../c.png", "d.png", "e.png", "f.png"],
        id=[7, 8, 9, 10, 11, 12],
        tone=["warm", "cold", "warm", None, "warm", "cold"],
        sale=[True, False, True, False, True, False],
        price=[1.5, 2.0, None, 1.5, 2.0, 1.5],
        tags=[["x"], [], ["y"], None, [], []],
    )
    listing = read_listing(path)
    assert (listing.reader, listing.name) == ("parquet", "shop")
    assert listing.rows["path"].tolist() == [f"images/{letter}.png" for letter in "abdef"]
    assert listing.rows["item_id"].tolist() == ["7", "8", "10", "11", "12"]
    assert listing.rows["sale"].tolist() == ["True", "False", "False", "True", "False"]
    assert listing.rows["tone"].isna().tolist() == [False, False, True, False, False]
    assert listing.attributes == ("tone", "sale")
    reasons = {f.subject: f.detail for f in listing.findings if "attribute" in f.kind}
    assert reasons["tags"].startswith("its type is list")
    assert reasons["price"] == "numbers; name it with --attributes to use it"
    assert Finding("path outside the catalogue", "../c.png") in listing.findings
    assert read_listing(path.parent).reader == "parquet"


def test_integer_labels_with_a_map(table: Callable[..., Path]) -> None:
    path = table(image_name=["a.png", "b.png"], category_label=[0, 1])
    (path.parent / "labels.json").write_text('{"0": "Blazer", "1": "Coat"}')
    assert read_listing(path).rows["category"].tolist() == ["Blazer", "Coat"]


def test_a_csv_file_beside_it_is_ambiguous(table: Callable[..., Path]) -> None:
    path = table(image=["a.png"], tone=["warm"])
    (path.parent / "shop.csv").write_text("image,tone\na.png,warm\n")
    with pytest.raises(CatalogError, match=r"\(csv, parquet\); choose"):
        read_listing(path.parent)


def test_broken_files_are_one_line(table: Callable[..., Path]) -> None:
    path = table(image=[], tone=[])
    with pytest.raises(CatalogError, match=r"shop\.parquet: the file is empty"):
        read_listing(path)
    path.write_bytes(b"PAR1 no PAR1")
    with pytest.raises(CatalogError, match="not a Parquet file that can be read") as caught:
        read_listing(path)
    assert "\n" not in str(caught.value)
