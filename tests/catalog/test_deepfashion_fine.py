from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalog.deepfashion import coarse, fine
from zoo.catalog.readers import read_listing
from zoo.errors import CatalogError


def test_splits_groups_and_boxes(tmp_path: Path) -> None:
    listing = read_listing(fine(tmp_path))
    assert (listing.reader, listing.key) == ("deepfashion-fine", ("category",))
    assert listing.attributes == ("category", "texture", "sleeve", "neckline")
    rows = listing.rows
    assert rows["item_id"].tolist() == ["img/A/1.jpg", "img/A/2.jpg", "img/B/1.jpg", "img/C/1.jpg"]
    assert rows["split"].tolist() == ["train", "train", "val", "test"]
    assert rows["category"].tolist() == ["Anorak", "Blazer", "Dress", "Jeans"]
    assert rows["category_type"].tolist() == ["upper", "upper", "full", "lower"]
    assert rows["box"].tolist() == [[5, 5, 50, 50], [0, 0, 60, 60], [1, 2, 30, 40], [0, 0, 20, 20]]


def test_a_group_with_always_one_class_is_single(tmp_path: Path) -> None:
    listing = read_listing(fine(tmp_path))
    assert listing.multis == {"texture"}
    assert listing.rows["texture"].tolist() == [["floral"], ["floral", "solid"], ["solid"], []]
    assert listing.rows["sleeve"].tolist() == [
        "long_sleeve", "sleeveless", "sleeveless", "long_sleeve",
    ]  # fmt: skip


def test_beside_the_coarse_lists_it_is_ambiguous(tmp_path: Path) -> None:
    fine(coarse(tmp_path, "Anno_coarse"))
    with pytest.raises(CatalogError, match=r"\(deepfashion, deepfashion-fine\); choose"):
        read_listing(tmp_path)
    assert len(read_listing(tmp_path, "deepfashion-fine").rows) == 4
    (tmp_path / "Anno_fine" / "list_category_cloth.txt").unlink()
    assert read_listing(tmp_path, "deepfashion-fine").rows["category"][0] == "Anorak"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("val_attr.txt", "", r"val_attr\.txt: 0 lines for 1 picture;"),
        ("val_attr.txt", "0 1 0 1 1", "line 1: 5 labels for 6 attributes"),
        ("val_attr.txt", "0 1 0 1 1 3", "line 1: label '3' is not -1, 0 or 1"),
        ("val_cate.txt", "5", "img/B/1.jpg: category '5' is not within 1..4"),
        ("val_bbox.txt", "1 2 3", r"val_bbox\.txt: box '1 2 3' is not four whole numbers"),
        ("list_attr_cloth.txt", "1\nattribute_name attribute_type\nx 7\n", "unknown type '7'"),
    ],
)
def test_broken_lists_are_one_line(tmp_path: Path, name: str, text: str, message: str) -> None:
    root = fine(tmp_path)
    (root / "Anno_fine" / name).write_text(text)
    with pytest.raises(CatalogError, match=message):
        read_listing(root)


def test_a_missing_list_is_one_line(tmp_path: Path) -> None:
    root = fine(tmp_path)
    (root / "Anno_fine" / "test_bbox.txt").unlink()
    assert read_listing(root).rows["box"].isna().tolist() == [False, False, False, True]
    (root / "Anno_fine" / "test_cate.txt").unlink()
    with pytest.raises(CatalogError, match=r"no test_cate\.txt; it should lie in one of Anno_fine"):
        read_listing(root)
