"""Folders, files and CSVs of pictures from outside the catalogue, and CSVs with tags added."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import draw_shape
from zoo.compare import Tags
from zoo.errors import ZooError
from zoo.outputs.tags import tagged_csv
from zoo.picture_tables import pictures_in

TAGS = {"colour": ("red", 0.98765), "form": ("disc", 0.5)}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    (tmp_path / "more").mkdir()
    for name in ("images/b.png", "more/a.png"):
        draw_shape("red", "disc", 1).save(tmp_path / name)
    return tmp_path


def test_a_folder_and_a_file(shop: Path) -> None:
    folder = pictures_in(shop)
    assert folder.paths == (shop / "images/b.png", shop / "more/a.png")
    assert (folder.columns, folder.from_csv) == (("path",), False)
    assert pictures_in(shop / "more/a.png").paths == (shop / "more/a.png",)


def test_what_systems_leave_beside_pictures_is_not_looked_at(shop: Path) -> None:
    for name in (".trash/a.png", "__MACOSX/a.png", "more/._a.png", "more/.phone.heic"):
        (shop / name).parent.mkdir(exist_ok=True)
        (shop / name).touch()
    folder = pictures_in(shop)
    assert folder.paths == (shop / "images/b.png", shop / "more/a.png")
    assert folder.findings == ()


def test_formats_that_are_not_read_are_told(shop: Path) -> None:
    (shop / "more/phone.HEIC").touch()
    (shop / "more/notes.txt").touch()
    (found,) = pictures_in(shop).findings
    assert (found.kind, found.subject) == ("format is not read", str(shop / "more/phone.HEIC"))
    assert "convert it to JPEG" in found.detail


def test_a_row_without_a_picture_is_told_by_its_number(shop: Path) -> None:
    (shop / "t.csv").write_text("sku,path\n7,more/a.png\n8,\n9, \n")
    table = pictures_in(shop / "t.csv")
    assert (table.paths, len(table.cells)) == ((shop / "more/a.png",), 1)
    assert [f.detail for f in table.findings] == ["row 2: path is empty", "row 3: path is empty"]


def test_names_that_are_not_utf8_are_left_out(shop: Path) -> None:
    old = (shop / "more/a.png").rename(shop / "more" / os.fsdecode(b"caf\xe9.png"))
    table = pictures_in(shop)
    assert table.paths == (shop / "images/b.png",)
    (found,) = table.findings
    assert (found.kind, found.subject) == ("file name is not UTF-8", rf"{shop}/more/caf\xe9.png")
    for source in (old, shop / "more"):
        with pytest.raises(ZooError, match=r"caf\\xe9\.png: file name is not UTF-8; rename it"):
            pictures_in(source)


def test_a_csv_keeps_order_and_finds_pictures_beside_it_and_in_images(shop: Path) -> None:
    (shop / "t.csv").write_text("sku;File\n7;more\\a.png\n8;b.png\n9;gone.png\n1;2;3\n")
    table = pictures_in(shop / "t.csv")
    assert table.paths == (shop / "more/a.png", shop / "images/b.png", shop / "gone.png")
    assert table.columns == ("sku", "File")
    assert table.cells[1] == ("8", "b.png")
    assert [f.kind for f in table.findings] == ["row with a wrong number of columns"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("none.csv", None, "none.csv: no such folder or file"),
        ("a.csv", "sku,price\n1,2\n", "no column of picture paths"),
        ("b.csv", "path\n", "no row in it"),
        ("c.csv", "path,sku\n,1\n", "no row with a picture, the column path is empty"),
        ("empty", None, "no picture in it"),
    ],
)
def test_bad_sources_are_one_line(
    tmp_path: Path, name: str, text: str | None, message: str
) -> None:
    (tmp_path / "empty").mkdir()
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(ZooError, match=message):
        pictures_in(tmp_path / name)


def test_tags_are_added_beside_the_columns_of_a_csv(shop: Path) -> None:
    (shop / "t.csv").write_text("path,colour\nmore/a.png,\ngone.png,blue\nmore/a.png,x\n")
    table = pictures_in(shop / "t.csv")
    assert tagged_csv(table, [Tags(str(shop / "more/a.png"), TAGS)], list(TAGS)).splitlines() == [
        "path,colour,predicted_colour,predicted_colour_confidence,form,form_confidence",
        "more/a.png,,red,0.9877,disc,0.5",
        "gone.png,blue,,,,",
        "more/a.png,x,red,0.9877,disc,0.5",
    ]


def test_of_a_folder_only_usable_pictures_are_listed(shop: Path) -> None:
    lines = tagged_csv(pictures_in(shop), [Tags(str(shop / "more/a.png"), TAGS)], list(TAGS))
    assert lines.splitlines() == [
        "path,colour,colour_confidence,form,form_confidence",
        f"{shop}/more/a.png,red,0.9877,disc,0.5",
    ]


def test_a_path_that_no_disk_can_have_is_a_picture_that_is_not_there(shop: Path) -> None:
    (shop / "table.csv").write_text(f"image\nimages/b.png\n{'long' * 100}.jpg\n")
    there, missing = pictures_in(shop / "table.csv").paths
    assert there == shop / "images/b.png"
    assert missing == shop / f"{'long' * 100}.jpg"
