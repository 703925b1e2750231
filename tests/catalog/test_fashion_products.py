from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from zoo.catalog import CatalogSettings, read_catalog
from zoo.catalog.listing import Finding
from zoo.catalog.readers import read_listing
from zoo.errors import CatalogError

Draw = Callable[..., Path]

HEADER = (
    "id,gender,masterCategory,subCategory,articleType,baseColour,season,year,usage,"
    "productDisplayName"
)
REAL = Path(__file__).parents[3] / "shared" / "data" / "fashion-products"


def product(
    item_id: str, title: str = "A Shirt", colour: str = "Blue", usage: str = "Casual"
) -> str:
    return f"{item_id},Men,Apparel,Topwear,Shirts,{colour},Fall,2011,{usage},{title}"


@pytest.fixture
def shop(tmp_path: Path, draw: Draw) -> Callable[..., Path]:
    def make(*lines: str, pictures: tuple[str, ...] = ("1.jpg",), end: str = "\n") -> Path:
        for number, name in enumerate(pictures):
            draw(tmp_path / "images" / name, number)
        text = end.join([HEADER, *lines, ""])
        (tmp_path / "styles.csv").write_bytes(text.encode())
        return tmp_path

    return make


def test_columns_become_attributes_in_order(shop: Callable[..., Path]) -> None:
    folder = shop(product("1"))
    listing = read_listing(folder)
    assert listing.reader == "fashion-products"
    assert listing.name == folder.name
    assert listing.key == ("article_type", "colour")
    assert listing.attributes == (
        "article_type",
        "category",
        "colour",
        "gender",
        "season",
        "usage",
    )
    assert listing.rows.iloc[0].to_dict() == {
        "item_id": "1",
        "path": "images/1.jpg",
        "title": "A Shirt",
        "article_type": "Shirts",
        "category": "Topwear",
        "colour": "Blue",
        "gender": "Men",
        "season": "Fall",
        "usage": "Casual",
    }
    assert listing.findings == ()


def test_the_table_itself_may_be_named(shop: Callable[..., Path]) -> None:
    listing = read_listing(shop(product("1")) / "styles.csv")
    assert (listing.reader, len(listing.rows)) == ("fashion-products", 1)


def test_other_tables_of_the_download_do_not_confuse(shop: Callable[..., Path]) -> None:
    folder = shop(product("1"))
    (folder / "images.csv").write_text("filename,link\n1.jpg,http://localhost/1.jpg\n")
    (folder / "styles").mkdir()
    (folder / "styles" / "1.json").write_text("{}")
    assert read_listing(folder).reader == "fashion-products"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Shirt, blue, long", "Shirt, blue, long"),
        ('"Shirt, blue"', "Shirt, blue"),
        ('"Shirt', "Shirt"),
        ('12" Shirt', '12" Shirt'),
    ],
)
def test_commas_and_quotes_in_titles(shop: Callable[..., Path], title: str, expected: str) -> None:
    folder = shop(product("1", title), product("2"), pictures=("1.jpg", "2.jpg"))
    assert read_listing(folder).rows["title"].tolist() == [expected, "A Shirt"]


def test_na_and_empty_are_unknown(shop: Callable[..., Path]) -> None:
    folder = shop(product("1", colour="NA", usage=""))
    row = read_listing(folder).rows.iloc[0]
    assert row.isna().to_dict() == {name: name in ("colour", "usage") for name in row.index}


def test_windows_line_ends_and_byte_order_mark(shop: Callable[..., Path]) -> None:
    folder = shop(product("1"), end="\r\n")
    table = folder / "styles.csv"
    table.write_bytes(b"\xef\xbb\xbf" + table.read_bytes())
    listing = read_listing(folder)
    assert listing.rows["title"].tolist() == ["A Shirt"]
    assert listing.findings == ()


@pytest.mark.parametrize(
    ("byte", "encoding", "letter"), [(b"\xe9", "cp1252", "é"), (b"\x81", "latin-1", "\x81")]
)
def test_other_code_pages_are_read_and_found(
    shop: Callable[..., Path], byte: bytes, encoding: str, letter: str
) -> None:
    folder = shop(product("1", "Caf?"))
    table = folder / "styles.csv"
    table.write_bytes(table.read_bytes().replace(b"?", byte))
    listing = read_listing(folder)
    assert listing.rows["title"].tolist() == [f"Caf{letter}"]
    assert listing.findings == (Finding("file is not UTF-8", str(table), f"read as {encoding}"),)


def test_what_has_no_counterpart_is_found(shop: Callable[..., Path]) -> None:
    folder = shop(product("1"), product("2"), pictures=("1.jpg", "3.jpg", "5.jpg"))
    (folder / "images" / "5.jpg").rename(folder / "images" / os.fsdecode(b"\xe9.jpg"))
    (folder / "images" / "4.jpg").mkdir()
    (folder / "images" / "notes.txt").write_text("")
    (folder / "images" / ".hidden").write_text("")
    listing = read_listing(folder)
    assert listing.rows["item_id"].tolist() == ["1"]
    assert set(listing.findings) == {
        Finding("row without picture", "2", "no images/2.jpg"),
        Finding("picture without row", "images/3.jpg"),
        Finding("file is not a picture", "images/4.jpg"),
        Finding("file is not a picture", "images/notes.txt"),
        Finding("file name is not UTF-8", r"images/\xe9.jpg", "left out; rename it"),
    }


def test_short_rows_are_padded_and_found(shop: Callable[..., Path]) -> None:
    listing = read_listing(shop("1,Men,Apparel,Topwear,Shirts", "", ""))
    row = listing.rows.iloc[0]
    assert row["article_type"] == "Shirts"
    assert row[["title", "colour", "season", "usage"]].isna().all()
    assert listing.findings == (
        Finding("row with missing columns", "styles.csv line 2", "5 of 10"),
    )


def test_missing_columns_are_named(shop: Callable[..., Path]) -> None:
    folder = shop()
    (folder / "styles.csv").write_text("id,gender,articleType\n")
    with pytest.raises(CatalogError, match=r"no column subCategory, .*found: id, gender, article"):
        read_listing(folder)


def test_endless_field_names_the_line(shop: Callable[..., Path]) -> None:
    with pytest.raises(CatalogError, match=r"styles\.csv: line 3: field larger"):
        read_listing(shop(product("1"), product("2", "x" * 200_000)))


def test_missing_picture_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "styles.csv").write_text(HEADER + "\n" + product("1") + "\n")
    with pytest.raises(CatalogError, match="images: no such folder"):
        read_listing(tmp_path)


@pytest.mark.skipif(not REAL.is_dir(), reason=f"no product pictures at {REAL}")
def test_real_products() -> None:
    listing = read_listing(REAL)
    assert len(listing.rows) == 8010
    assert [f.subject for f in listing.findings if f.kind == "row without picture"] == [
        "39386",
        "59263",
        "53759",
        "1855",
    ]
    assert listing.rows["colour"].isna().sum() == 2
    assert listing.rows["usage"].isna().sum() == 5


@pytest.mark.skipif(not REAL.is_dir(), reason=f"no product pictures at {REAL}")
def test_catalogue_of_some_real_products() -> None:
    catalog, findings = read_catalog(REAL, CatalogSettings(limit=600))
    assert len(catalog) == 600
    assert not [f for f in findings if f.kind == "unreadable picture"]
    assert [a.name for a in catalog.attributes][:3] == ["article_type", "category", "colour"]
    assert {"Tshirts", "Shirts", "Casual Shoes"} <= set(catalog.attribute("article_type").classes)
