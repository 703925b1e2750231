"""Recognition, and what holds for every reader."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from zoo.catalog.listing import Finding
from zoo.catalog.readers import READERS, read_listing
from zoo.errors import CatalogError

Draw = Callable[..., Path]


def test_every_reader_has_its_name_and_layout() -> None:
    assert {name: reader.name for name, reader in READERS.items()} == {n: n for n in READERS}
    assert all(reader.layout for reader in READERS.values())


def test_missing_path(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"nowhere: no such file or folder$"):
        read_listing(tmp_path / "nowhere")


def test_path_through_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    with pytest.raises(CatalogError, match="no such file or folder"):
        read_listing(tmp_path / "a.txt" / "b")


def test_empty_folder_but_for_hidden_files(tmp_path: Path) -> None:
    (tmp_path / ".DS_Store").write_bytes(b"")
    with pytest.raises(CatalogError, match="the folder is empty"):
        read_listing(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser reads every folder")
def test_unreadable_folder(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o000)
    with pytest.raises(CatalogError, match="closed: cannot be read: Permission denied"):
        read_listing(closed)


def test_not_recognised_names_the_layouts(tmp_path: Path, draw: Draw) -> None:
    (tmp_path / "notes.txt").write_bytes(b"")
    for path in (tmp_path, draw(tmp_path / "one" / "photo.jpg")):
        with pytest.raises(CatalogError, match="not recognised as a catalogue") as caught:
            read_listing(path)
        assert all(reader in str(caught.value) for reader in READERS)


def test_pictures_without_folders_of_classes_are_told_with_the_remedy(
    tmp_path: Path, draw: Draw
) -> None:
    draw(tmp_path / "odd" / "photo.png")
    with pytest.raises(CatalogError) as caught:
        read_listing(tmp_path / "odd")
    assert str(caught.value) == (
        f"pictures lie directly in {tmp_path}/odd: put each class into a folder of its own, "
        "or give a CSV"
    )


@pytest.mark.parametrize("suffix", [".xlsx", ".tsv", ".jsonl"])
def test_a_table_of_another_kind_is_told_with_the_remedy(tmp_path: Path, suffix: str) -> None:
    table = tmp_path / f"shop{suffix}"
    table.write_bytes(b"")
    with pytest.raises(CatalogError, match=rf"shop{suffix}: {suffix} is not read; save it as CSV$"):
        read_listing(table)


def test_ambiguous_lists_the_candidates(tmp_path: Path, draw: Draw) -> None:
    for path in ("red/a.png", "blue/b.png"):
        draw(tmp_path / path)
    (tmp_path / "labels.csv").write_text("image,tone\nred/a.png,warm\nblue/b.png,cold\n")
    with pytest.raises(CatalogError, match=r"\(image-folder, csv\); choose .* --reader NAME"):
        read_listing(tmp_path)
    assert read_listing(tmp_path, "image-folder").attributes == ("category",)
    assert read_listing(tmp_path, "csv").reader == "csv"


def test_unknown_reader(tmp_path: Path) -> None:
    with pytest.raises(
        CatalogError,
        match="unknown reader 'cvs'; available: attribute-folders, csv, datasets, deepfashion, ",
    ):
        read_listing(tmp_path, "cvs")


def test_later_rows_of_an_item_id_are_left_out(tmp_path: Path, draw: Draw) -> None:
    for name in ("a.png", "b.png", "c.png"):
        draw(tmp_path / name)
    table = tmp_path / "shop.csv"
    table.write_text("id,image,tone\n7,a.png,warm\n8,b.png,cold\n7,c.png,cold\n")
    listing = read_listing(table)
    assert listing.rows["path"].tolist() == ["a.png", "b.png"]
    assert Finding("duplicate item id", "7", "left out: c.png; the first one is kept") in (
        listing.findings
    )


def test_no_row_with_a_picture_shows_the_first_finding(tmp_path: Path) -> None:
    table = tmp_path / "shop.csv"
    table.write_text("image,tone\na.png,warm\nb.png,cold\n")
    with pytest.raises(
        CatalogError, match=r"no picture; the first: row without picture: a.png: no"
    ):
        read_listing(table)


def test_no_row_with_a_picture_shows_what_cost_most_rows(tmp_path: Path) -> None:
    table = tmp_path / "shop.csv"
    table.write_text("image,naïve\n/x/a.png,1\n,1\nb.png,1\n", encoding="cp1252")
    with pytest.raises(CatalogError, match="the first: row without picture: row 2: the path is"):
        read_listing(table)
    table.write_text("image,tone\n,warm\nred\nblue\n", encoding="utf-16")
    with pytest.raises(CatalogError, match=r"the first: row with a wrong number .*: 1 of 2$"):
        read_listing(table)


def test_paths_outside_the_folder_of_the_table_are_told_with_the_remedy(tmp_path: Path) -> None:
    table = tmp_path / "tables" / "shop.csv"
    table.parent.mkdir()
    table.write_text(f"image,tone\n{tmp_path}/shop/a.png,warm\n{tmp_path}/shop/b.png,cold\n")
    with pytest.raises(CatalogError) as caught:
        read_listing(table)
    assert str(caught.value).endswith(
        f"the first: path outside the catalogue: {tmp_path}/shop/a.png; paths are relative to the "
        f"table's folder {table.parent}; write them so, or put the table above the pictures"
    )


def test_a_table_without_rows_says_so(tmp_path: Path) -> None:
    table = tmp_path / "shop.csv"
    table.write_text("image,tone,price\n", encoding="utf-16")
    with pytest.raises(CatalogError, match=r"found no picture; the table has no rows$"):
        read_listing(table)


@pytest.mark.parametrize(("path", "name"), [(".", "shop"), ("../shop/", "shop"), ("t.csv", "t")])
def test_catalogue_is_named_by_its_folder_or_file(
    tmp_path: Path, draw: Draw, monkeypatch: pytest.MonkeyPatch, path: str, name: str
) -> None:
    draw(tmp_path / "shop" / "a.png")
    (tmp_path / "shop" / "t.csv").write_text("image,tone\na.png,warm\n")
    monkeypatch.chdir(tmp_path / "shop")
    assert read_listing(Path(path)).name == name
