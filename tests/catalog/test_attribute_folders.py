from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from zoo.catalog import read_catalog
from zoo.catalog.listing import Finding
from zoo.catalog.readers import read_listing
from zoo.errors import CatalogError

Tree = Callable[..., Path]


def test_one_known_attribute_per_picture(tree: Tree) -> None:
    root = tree("colour/red/a.jpg", "colour/blue/b.jpg", "fabric/wool/a.jpg", "fabric/silk/c.jpg")
    listing = read_listing(root)
    assert (listing.reader, listing.attributes) == ("attribute-folders", ("colour", "fabric"))
    assert (listing.key, listing.strata) == (("colour",), ("colour", "fabric"))
    rows = listing.rows.fillna("?").set_index("path")
    assert rows["colour"].to_dict() == {
        "colour/blue/b.jpg": "blue",
        "colour/red/a.jpg": "red",
        "fabric/silk/c.jpg": "?",
        "fabric/wool/a.jpg": "?",
    }
    assert rows["fabric"].tolist() == ["?", "?", "silk", "wool"]


def test_every_class_is_in_every_split(tree: Tree) -> None:
    classes = ("colour/red", "colour/blue", "category/coat", "category/dress", "fabric/silk",
               "fabric/wool")  # fmt: skip
    root = tree(*(f"{name}/{number}.png" for name in classes for number in range(20)))
    catalog, findings = read_catalog(root)
    assert (findings, catalog.key) == ([], ("category",))
    for attribute in catalog.attributes:
        for split in ("train", "val", "test"):
            codes = catalog.codes(attribute.name)[catalog.rows(split)]
            assert set(codes) == {-1, 0, 1}


@pytest.mark.parametrize(
    ("paths", "reader"),
    [
        (("coat/a.jpg", "dress/b.jpg"), "image-folder"),
        (("train/coat/a.jpg", "test/coat/b.jpg"), "image-folder"),
        (("colour/red/a.jpg", "fabric/silk/b.jpg"), "attribute-folders"),
        (("colour/train/a.jpg", "fabric/test/b.jpg"), "attribute-folders"),
    ],
)
def test_told_apart_from_image_folders(tree: Tree, paths: tuple[str, ...], reader: str) -> None:
    assert read_listing(tree(*paths)).reader == reader


@pytest.mark.parametrize(
    "paths",
    [
        ("train/coat/a.jpg", "colour/red/b.jpg"),
        ("coat/a.jpg", "dress/b.jpg", "colour/red/c.jpg"),
    ],
)
def test_mixed_trees_list_the_candidates(tree: Tree, paths: tuple[str, ...]) -> None:
    root = tree(*paths)
    with pytest.raises(CatalogError, match=r"\(image-folder, attribute-folders\); choose one"):
        read_listing(root)
    assert read_listing(root, "attribute-folders").reader == "attribute-folders"


def test_strays_are_found(tree: Tree) -> None:
    root = tree("colour/red/a.jpg", "fabric/wool/a.jpg", "stray.jpg", "loose/b.jpg", "colour/c.jpg")
    listing = read_listing(root, "attribute-folders")
    assert listing.rows["path"].tolist() == ["colour/red/a.jpg", "fabric/wool/a.jpg"]
    assert set(listing.findings) == {
        Finding("picture outside a class folder", "stray.jpg"),
        Finding("picture outside a class folder", "colour/c.jpg"),
        Finding("folder without classes", "loose", "its pictures are left out"),
    }


def test_broken_trees_are_one_line(tree: Tree) -> None:
    root = tree("colour/red/a.jpg", "fabric/wool/deep/a.jpg")
    with pytest.raises(CatalogError, match="such as fabric/wool/deep"):
        read_listing(root)
    with pytest.raises(CatalogError, match=r"no folder of an attribute"):
        read_listing(root / "colour" / "red", "attribute-folders")
    with pytest.raises(CatalogError, match="a folder named title cannot be an attribute"):
        read_listing(tree("title/red/a.jpg"), "attribute-folders")
