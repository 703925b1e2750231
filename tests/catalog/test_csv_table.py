from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from zoo.catalog.listing import Finding, Listing
from zoo.catalog.readers import read_listing
from zoo.errors import CatalogError

Table = Callable[..., Path]

UNUSED = "column not used as an attribute"


@pytest.fixture
def table(tmp_path: Path, draw: Callable[..., Path]) -> Table:
    """A CSV file from its lines, beside the pictures a.png to d.png."""

    def make(*lines: str, name: str = "shop.csv", encoding: str = "utf-8") -> Path:
        for number, letter in enumerate("abcd"):
            draw(tmp_path / f"{letter}.png", number)
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding=encoding, newline="")
        return path

    return make


def of_kind(listing: Listing, kind: str) -> dict[str, str]:
    return {f.subject: f.detail for f in listing.findings if f.kind == kind}


def test_columns_of_repeating_texts_are_attributes(table: Table) -> None:
    path = table(
        "image,title,colour,pattern,fabric",
        "a.png,One,red,plain,wool",
        "b.png,Two,red,,wool",
        "c.png,Three,blue,plain,silk",
        "d.png,,blue,dots,silk",
    )
    listing = read_listing(path)
    assert (listing.reader, listing.name, listing.root) == ("csv", "shop", path.parent)
    assert listing.attributes == ("colour", "fabric")
    assert listing.key == ()
    assert listing.rows["item_id"].tolist() == ["a.png", "b.png", "c.png", "d.png"]
    assert listing.rows["title"].isna().tolist() == [False, False, False, True]
    assert listing.rows["pattern"].isna().tolist() == [False, True, False, False]
    assert of_kind(listing, UNUSED) == {"pattern": "values hardly repeat"}


def test_unfit_columns_are_found_with_the_reason(table: Table) -> None:
    path = table(
        "image,tone,price,note,same,thumbnail,",
        "a.png,warm,10,first,x,p,1",
        "b.png,warm,20,second,x,p,2",
        "c.png,cold,10,third,x,q,3",
        "d.png,cold,20,fourth,x,q,4",
    )
    listing = read_listing(path)
    assert (listing.attributes, listing.key) == (("tone",), ())
    assert of_kind(listing, UNUSED) == {
        "price": "numbers; name it with --attributes to use it",
        "note": "values hardly repeat",
        "same": "fewer than two values",
        "thumbnail": "the name is reserved",
        "column 7": "it has no name",
    }
    assert "price" in listing.rows
    assert "thumbnail" not in listing.rows


@pytest.mark.parametrize(
    "column",
    ["image", "path", "image_path", "Image_Name", "file", "filename", "FILE_NAME"],
)
def test_accepted_path_columns(table: Table, column: str) -> None:
    listing = read_listing(table(f"tone,{column}", "warm,a.png", "cold,b.png"))
    assert listing.rows["path"].tolist() == ["a.png", "b.png"]


def test_missing_path_column_lists_both(table: Table) -> None:
    path = table("picture,tone", "a.png,warm")
    with pytest.raises(CatalogError, match=r"found: picture, tone; .* one of: image, path, "):
        read_listing(path)


def test_pictures_in_an_images_folder_beside(
    table: Table, tmp_path: Path, draw: Callable[..., Path]
) -> None:
    draw(tmp_path / "images" / "sub" / "e.png")
    listing = read_listing(table("image,tone", "sub\\e.png,warm", "a.png,cold"))
    assert listing.rows["path"].tolist() == ["images/sub/e.png", "a.png"]


def test_rows_without_a_usable_path_are_left_out(table: Table, tmp_path: Path) -> None:
    inside = tmp_path / "d.png"
    path = table(
        "image,tone",
        "../secret.png,warm",
        "/etc/hostname,warm",
        "x/../a.png,warm",
        f"{inside},cold",
        "nothing.png,cold",
        ",cold",
        f"{'x' * 5000},cold",
        ".,cold",
    )
    listing = read_listing(path)
    assert listing.rows["path"].tolist() == ["a.png", "d.png"]
    assert set(of_kind(listing, "path outside the catalogue")) == {
        "../secret.png",
        "/etc/hostname",
    }
    assert set(of_kind(listing, "row without picture")) == {
        "nothing.png",
        "row 6",
        "x" * 5000,
        ".",
    }


def test_a_linked_picture_folder_is_inside(tmp_path: Path, draw: Callable[..., Path]) -> None:
    draw(tmp_path / "disk" / "a.png")
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "images").symlink_to(tmp_path / "disk")
    (shop / "shop.csv").write_text("image,tone\nimages/a.png,warm\n")
    assert read_listing(shop).rows["path"].tolist() == ["images/a.png"]


def test_ids_and_splits(table: Table) -> None:
    path = table(
        "ID,Split,image,tone",
        "1,Train,a.png,warm",
        "2,validation,b.png,cold",
        ",TEST,c.png,cold",
        "4,,d.png,cold",
    )
    rows = read_listing(path).rows
    assert rows["item_id"].tolist() == ["1", "2", "c.png", "4"]
    assert rows["split"].fillna("?").tolist() == ["train", "val", "test", "?"]


def test_unknown_splits_are_listed(table: Table) -> None:
    path = table("image,split,tone", "a.png,dev,x", "b.png,train,x", "c.png,query,y")
    with pytest.raises(CatalogError, match="unknown split 'dev', 'query'; known: train, val"):
        read_listing(path)


@pytest.mark.parametrize("mark", ["", "NA", "nan", "N/A", "null"])
def test_marks_of_missing_values(table: Table, mark: str) -> None:
    rows = read_listing(table("image,tone", "a.png,warm", f"b.png,{mark}")).rows
    assert rows["tone"].isna().tolist() == [False, True]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_quotes_and_line_ends(table: Table, delimiter: str) -> None:
    lines = ["image,title,tone", 'a.png,"Shirt, ""long"";\nwide",warm', "b.png,Tie,cold"]
    quoted = lines[1].split(",", 1)[0] + delimiter + '"Shirt, ""long"";\nwide"' + delimiter
    text = [lines[0].replace(",", delimiter), quoted + "warm", lines[2].replace(",", delimiter)]
    path = table(*text)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    rows = read_listing(path).rows
    assert rows["title"].tolist() == ['Shirt, "long";\r\nwide', "Tie"]
    assert rows["tone"].tolist() == ["warm", "cold"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings(table: Table, encoding: str) -> None:
    listing = read_listing(table("image,title,tone", "a.png,Café,warm", encoding=encoding))
    assert listing.rows["title"].tolist() == ["Café"]
    assert bool(of_kind(listing, "file is not UTF-8")) == (encoding != "utf-8-sig")


def test_lines_of_another_length_are_left_out(table: Table) -> None:
    listing = read_listing(table("image,tone", "a.png,warm", "b.png", "", "c.png,cold,x"))
    assert listing.rows["path"].tolist() == ["a.png"]
    assert of_kind(listing, "row with a wrong number of columns") == {
        "shop.csv line 3": "1 of 2",
        "shop.csv line 5": "3 of 2",
    }


def test_broken_tables(table: Table) -> None:
    with pytest.raises(CatalogError, match="the file is empty"):
        read_listing(table())
    with pytest.raises(CatalogError, match="column tone is there more than once"):
        read_listing(table("image,tone,tone", "a.png,warm,cold"))
    with pytest.raises(CatalogError, match="line 2: field larger than field limit"):
        read_listing(table("image,tone", "a.png," + "x" * 200_000))


def test_a_folder_with_one_table(table: Table, tmp_path: Path) -> None:
    table("image,tone", "a.png,warm", name="labels.csv")
    assert read_listing(tmp_path).name == tmp_path.name
    (tmp_path / "other.csv").write_text("image,tone\nb.png,cold\n")
    assert read_listing(tmp_path).rows["path"].tolist() == ["b.png"]  # labels.csv: a label map
    (tmp_path / "third.csv").write_text("")
    with pytest.raises(CatalogError, match="not recognised"):
        read_listing(tmp_path)
    with pytest.raises(CatalogError, match=r"found: other\.csv, third\.csv; name the file"):
        read_listing(tmp_path, "csv")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("labels.json", '{"0": "Blazer", "1": "Coat"}'),
        ("label_map.json", '{"Blazer": 0, "Coat": 1}'),
        ("labels.csv", "label,name\n0,Blazer\n1,Coat\n"),
        ("label_map.csv", "Blazer,0\nCoat,1\n"),
    ],
)
def test_integer_labels_with_a_map(table: Table, tmp_path: Path, name: str, text: str) -> None:
    table("image_name,category_label", "a.png,0", "b.png,1.0", "c.png,7", "d.png,")
    (tmp_path / name).write_text(text)
    listing = read_listing(tmp_path)
    assert (listing.attributes, listing.key) == (("category",), ())
    assert listing.rows["category"].fillna("?").tolist() == ["Blazer", "Coat", "?", "?"]
    assert of_kind(listing, "label without a name") == {"7": "category unknown in 1 row"}


def test_integer_labels_without_a_map(table: Table) -> None:
    listing = read_listing(table("image_name,category_label", "a.png,0", "b.png,11"))
    assert listing.rows["category"].tolist() == ["0", "11"]
    assert listing.findings == ()


def test_integers_of_another_name_are_numbers(table: Table) -> None:
    listing = read_listing(table("image,price", "a.png,10", "b.png,20"))
    assert listing.attributes == ()
    assert Finding(UNUSED, "price", "numbers; name it with --attributes to use it") in (
        listing.findings
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [("{", "not a JSON document"), ("[1]", "expected labels with names"), ("{}", "no line has")],
)
def test_broken_label_map(table: Table, tmp_path: Path, text: str, reason: str) -> None:
    path = table("image_name,category_label", "a.png,0", "b.png,1")
    (tmp_path / "labels.json").write_text(text)
    with pytest.raises(CatalogError, match=reason):
        read_listing(path)
