from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from zoo.catalog import write_report
from zoo.catalog.listing import Finding
from zoo.catalog.readers import read_listing
from zoo.errors import CatalogError

Tree = Callable[..., Path]


def test_class_folders(tree: Tree) -> None:
    listing = read_listing(tree("dress/a.jpg", "coat/a.png", "coat/b.WEBP"))
    assert listing.reader == "image-folder"
    assert (listing.attributes, listing.key) == (("category",), ("category",))
    assert listing.rows.to_dict("list") == {
        "item_id": ["coat/a.png", "coat/b.WEBP", "dress/a.jpg"],
        "path": ["coat/a.png", "coat/b.WEBP", "dress/a.jpg"],
        "category": ["coat", "coat", "dress"],
    }


def test_avif_is_a_picture_and_a_format_that_is_not_read_is_told(tree: Tree) -> None:
    root = tree("dress/a.jpg", "coat/a.jpg")
    for name in ("dress/b.avif", "coat/phone.HEIC"):
        (root / name).touch()
    listing = read_listing(root)
    assert listing.rows["path"].tolist() == ["coat/a.jpg", "dress/a.jpg", "dress/b.avif"]
    (found,) = listing.findings
    assert (found.kind, found.subject) == ("format is not read", "coat/phone.HEIC")


@pytest.mark.parametrize("val", ["val", "valid", "Validation"])
def test_split_folders(tree: Tree, val: str) -> None:
    listing = read_listing(tree("Train/coat/a.jpg", f"{val}/coat/b.jpg", "test/dress/c.jpg"))
    splits = dict(zip(listing.rows["path"], listing.rows["split"], strict=True))
    assert splits == {
        "Train/coat/a.jpg": "train",
        f"{val}/coat/b.jpg": "val",
        "test/dress/c.jpg": "test",
    }
    assert set(listing.rows["category"]) == {"coat", "dress"}


def test_a_class_may_be_called_test(tree: Tree) -> None:
    listing = read_listing(tree("test/a.jpg", "coat/b.jpg"))
    assert set(listing.rows["category"]) == {"test", "coat"}
    assert "split" not in listing.rows


def test_strays_are_found_and_hidden_files_ignored(tree: Tree) -> None:
    root = tree("coat/a.jpg", "dress/b.jpg", "stray.jpg", "coat/.thumb.jpg", ".cache/x.jpg")
    (root / "coat" / "notes.txt").write_text("")
    (root / "coat" / "x.jpg").mkdir()
    (root / "README").write_text("")
    (root / "skirt").mkdir()
    (root / "__MACOSX" / "coat").mkdir(parents=True)
    listing = read_listing(root)
    assert listing.rows["path"].tolist() == ["coat/a.jpg", "dress/b.jpg"]
    assert set(listing.findings) == {
        Finding("picture outside a class folder", "stray.jpg"),
        Finding("file is not a picture", "README"),
        Finding("file is not a picture", "coat/notes.txt"),
        Finding("file is not a picture", "coat/x.jpg"),
        Finding("class without pictures", "skirt"),
    }


def test_names_that_are_not_utf8_are_left_out(tree: Tree) -> None:
    root = tree("coat/a.jpg", "dress/b.jpg", "coat/old.jpg", "stray.jpg", "wool/c.jpg")
    (root / "coat" / "old.jpg").rename(root / "coat" / os.fsdecode(b"caf\xe9.jpg"))
    (root / "stray.jpg").rename(root / os.fsdecode(b"\xe9.jpg"))
    (root / "wool").rename(root / os.fsdecode(b"w\xf6l"))
    listing = read_listing(root)
    assert listing.rows["path"].tolist() == ["coat/a.jpg", "dress/b.jpg"]
    assert {(f.kind, f.subject) for f in listing.findings} == {
        ("file name is not UTF-8", r"coat/caf\xe9.jpg"),
        ("file name is not UTF-8", r"\xe9.jpg"),
        ("file name is not UTF-8", r"w\xf6l"),
    }
    write_report(listing.findings, root)


def test_folders_of_attributes_are_not_taken_for_classes(tree: Tree) -> None:
    root = tree("colour/red/a.jpg", "colour/blue/b.jpg", "fabric/wool/a.jpg")
    with pytest.raises(CatalogError, match=r"such as colour/blue; .* one of them: colour, fabric"):
        read_listing(root, "image-folder")
    assert set(read_listing(root / "colour").rows["category"]) == {"red", "blue"}


def test_folders_below_classes_of_a_split(tree: Tree) -> None:
    root = tree("train/colour/red/a.jpg", "test/colour/red/b.jpg")
    with pytest.raises(CatalogError, match="such as test/colour/red"):
        read_listing(root)


def test_splits_beside_other_folders(tree: Tree) -> None:
    root = tree("train/coat/a.jpg", "extra/coat/b.jpg")
    with pytest.raises(CatalogError, match=r"the splits train beside other folders \(extra\)"):
        read_listing(root, "image-folder")


def test_a_file_is_no_image_folder(tree: Tree) -> None:
    with pytest.raises(CatalogError, match=r"a\.jpg: not a folder"):
        read_listing(tree("coat/a.jpg") / "coat" / "a.jpg", "image-folder")
