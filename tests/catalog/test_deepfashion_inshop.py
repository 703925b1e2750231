from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalog.deepfashion import INSHOP, counted, inshop, write
from zoo.catalog import CatalogSettings, read_catalog
from zoo.catalog.listing import Finding
from zoo.catalog.readers import read_listing
from zoo.errors import CatalogError


def test_products_folders_and_roles(tmp_path: Path) -> None:
    listing = read_listing(inshop(tmp_path))
    assert (listing.reader, listing.findings) == ("deepfashion-inshop", ())
    assert listing.attributes == ("category", "gender")
    rows = listing.rows
    assert rows["category"].tolist() == ["Dresses", "Dresses", "Denim", "Denim"]
    assert rows["gender"].tolist() == ["women", "women", "men", "men"]
    assert rows["identity"].tolist() == ["id_00000002"] * 2 + ["id_00000005"] * 2
    assert rows["split"].tolist() == ["train", "train", "test", "test"]
    assert rows["role"].fillna("").tolist() == ["", "", "query", "gallery"]
    assert rows["category_type"].tolist() == ["full", "full", "lower", "lower"]
    assert rows["box"].tolist() == [[6, 8, 54, 56]] * 4


def many() -> list[tuple[str, str, str, int]]:
    """Twenty products of two pictures for training; ten more, query and gallery."""
    rows = []
    for product in range(30):
        item = f"id_{product:08d}"
        folder = "WOMEN/Dresses" if product % 2 else "MEN/Denim"
        for view, status in enumerate(("query", "gallery") if product < 10 else ("train",) * 2):
            rows.append((f"img/{folder}/{item}/{view}.jpg", item, status, 3))
    return rows


def test_a_catalogue_of_it(tmp_path: Path) -> None:
    catalog, findings = read_catalog(inshop(tmp_path, many()), CatalogSettings(min_per_class=1))
    table = catalog.table
    assert catalog.key == ("category", "gender")
    assert [len(catalog.query_rows()), len(catalog.database_rows())] == [10, 10]
    assert set(table["role"][catalog.rows("test")]) == {"query", "gallery"}
    # Validation is taken from train, all pictures of a product together.
    assert len(catalog.rows("val")) > 0
    assert table.groupby("identity")["split"].nunique().max() == 1
    assert [f.kind for f in findings if f.subject == "val"] == ["split made"]


def test_a_limit_takes_products_whole(tmp_path: Path) -> None:
    catalog, _ = read_catalog(inshop(tmp_path, many()), CatalogSettings(min_per_class=1, limit=30))
    assert len(catalog) == 30
    assert (catalog.table.groupby("identity").size() == 2).all()
    asked, found = (catalog.table["identity"].iloc[rows] for rows in (
        catalog.query_rows(), catalog.database_rows()
    ))  # fmt: skip
    assert sorted(asked) == sorted(found)


def test_given_roles_are_not_dealt_anew(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="queries and gallery; leave --split out"):
        read_catalog(inshop(tmp_path), CatalogSettings(split="80:20"))


def test_no_boxes_and_other_folders(tmp_path: Path) -> None:
    rows = [*INSHOP, ("img/loose.jpg", "id_9", "train", 1)]
    root = inshop(tmp_path, rows)
    (root / "Anno" / "list_bbox_inshop.txt").unlink()
    listing = read_listing(root)
    assert "box" not in listing.rows
    assert listing.rows["category"].isna().tolist() == [False] * 4 + [True]
    assert set(listing.findings) == {
        Finding("list not there", "list_bbox_inshop.txt", "whole pictures are used"),
        Finding(
            "path without category", "img/loose.jpg", "expected img/GENDER/CATEGORY/id_.../picture"
        ),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (counted("image_name evaluation_status", ["a train"]), "line 2: no column item_id"),
        (counted("image_name item_id evaluation_status", ["a b val"]), "unknown status 'val'"),
        ("2\nimage_name item_id evaluation_status\na b train\n", "promises 2 rows, found 1"),
    ],
)
def test_broken_partitions_are_one_line(tmp_path: Path, text: str, message: str) -> None:
    root = inshop(tmp_path)
    write(root / "Eval" / "list_eval_partition.txt", text)
    with pytest.raises(CatalogError, match=message):
        read_listing(root)


def test_unknown_clothes_type(tmp_path: Path) -> None:
    root = inshop(tmp_path, [(*INSHOP[0][:3], 4)])
    with pytest.raises(CatalogError, match="unknown clothes_type '4'; known: 1 upper"):
        read_listing(root)
