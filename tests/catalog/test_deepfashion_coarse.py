from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalog import deepfashion
from tests.catalog.deepfashion import ROWS, coarse, counted, write
from zoo.catalog import CatalogSettings, build_catalog, read_catalog
from zoo.catalog.listing import Finding
from zoo.catalog.readers import read_listing
from zoo.errors import CatalogError

NAMES = [row[0] for row in ROWS]


@pytest.mark.parametrize("anno", ["Anno", "Anno_coarse"])
def test_lists_are_joined(tmp_path: Path, anno: str) -> None:
    listing = read_listing(coarse(tmp_path, anno))
    assert (listing.reader, listing.key) == ("deepfashion", ("category",))
    assert listing.attributes == ("category", "texture", "fabric", "shape", "part", "style")
    assert listing.multis == {"texture", "fabric", "shape", "part", "style"}
    rows = listing.rows.set_index("item_id")
    assert list(rows.index) == NAMES
    assert rows["path"].tolist() == [f"Img/{name}" for name in NAMES]
    assert rows["category"].tolist() == ["Anorak", "Anorak", "Jeans", "Dress"]
    assert rows["category_type"].tolist() == ["upper", "upper", "lower", "full"]
    assert rows["split"].tolist() == ["train", "val", "test", "train"]
    assert rows["box"].tolist() == [[10, 10, 50, 50], [0, 0, 60, 60], [5, 0, 30, 60], [0] * 4]
    assert rows["texture"].tolist() == [["abstract", "abstract print"], [], [], ["abstract print"]]
    assert rows["shape"].tolist() == [[], [], [], ["a-line"]]
    assert rows["part"].tolist() == [[], [], [], ["bow back"]]


def test_zero_is_unknown_unless_beside_a_one(tmp_path: Path) -> None:
    listing = read_listing(coarse(tmp_path))
    # Jeans: boho 0 and nothing else of style; dress: acid wash 0, the only fabric; abstract 0.
    assert listing.rows["style"].tolist() == [[], ["boho"], None, ["boho"]]
    assert listing.rows["fabric"].tolist() == [[], [], ["acid wash"], None]
    detail = "labels of 0 (unknown) beside labels of 1 in 1 picture"
    assert listing.findings == (
        Finding("attribute with labels of 0 taken as absent", "texture", detail),
    )


def test_a_catalogue_of_it(tmp_path: Path) -> None:
    catalog, findings = read_catalog(coarse(tmp_path), CatalogSettings(min_per_class=1))
    assert [a.name for a in catalog.multis] == ["texture", "shape", "part", "style"]
    assert catalog.boxes()[:2] == [(2, 0, 33, 60), None]  # jeans with a margin; dress: bad box
    told = {(f.kind, f.subject) for f in findings}
    assert ("bad box", NAMES[3]) in told
    assert ("class that training never sees", "category=Jeans") in told
    assert ("attribute dropped", "fabric") in told  # acid wash: on the jeans alone
    jeans = catalog.row_of(NAMES[2])
    assert catalog.codes("category")[jeans] == -1


def test_categories_and_their_types(tmp_path: Path) -> None:
    listing = read_listing(coarse(tmp_path))
    with pytest.raises(CatalogError, match="unknown category 'Coat'; available: Anorak, Dress"):
        build_catalog(listing, CatalogSettings(categories=("Coat",)))
    with pytest.raises(CatalogError, match="unknown category_type 'x'; available: full, lower, up"):
        build_catalog(listing, CatalogSettings(category_types=("x",)))


def test_the_name_of_an_only_multi_choice(tmp_path: Path) -> None:
    listing = read_listing(coarse(tmp_path))
    with pytest.raises(CatalogError, match=r"texture may have several .* as well: category"):
        build_catalog(listing, CatalogSettings(attributes=("texture",)))


def test_rows_in_another_order_and_missing_ones(tmp_path: Path) -> None:
    root = coarse(tmp_path)
    boxes = [f"{row[0]} {row[3]}" for row in reversed(ROWS[1:])] + ["img/x.jpg 1 2 3 4"]
    write(root / "Anno" / "list_bbox.txt", counted("image_name x_1 y_1 x_2 y_2", boxes))
    (root / "Eval" / "list_eval_partition.txt").unlink()
    (root / "Img" / NAMES[1]).unlink()
    listing = read_listing(root)
    assert listing.rows["box"].tolist() == [None, [5, 0, 30, 60], [0, 0, 0, 0]]
    assert "split" not in listing.rows
    assert set(listing.findings) >= {
        Finding("picture without labels", f"list_bbox.txt: {NAMES[0]}", "unknown"),
        Finding("labels without a row", "list_bbox.txt: img/x.jpg"),
        Finding("list not there", "list_eval_partition.txt", "splits are dealt"),
        Finding("row without picture", NAMES[1], "no such file"),
    }


def test_pictures_still_packed(tmp_path: Path) -> None:
    deepfashion.coarse_lists(tmp_path / "Anno", tmp_path / "Eval")
    with pytest.raises(CatalogError, match=r"no folder Img/img .*; unpack img\.zip in Img$"):
        read_listing(tmp_path)


def test_paths_never_lead_outside(tmp_path: Path) -> None:
    root = coarse(tmp_path / "data")
    write(tmp_path / "secret.jpg", "x")
    path = root / "Anno" / "list_category_img.txt"
    path.write_text(path.read_text().replace(NAMES[0], "../../secret.jpg"))
    listing = read_listing(root)
    assert listing.rows["item_id"].tolist() == NAMES[1:]
    assert Finding("path outside the catalogue", "../../secret.jpg") in listing.findings


@pytest.mark.parametrize("encoding", ["utf-8-sig", "latin-1", "utf-16"])
def test_line_ends_and_encodings(tmp_path: Path, encoding: str) -> None:
    root = coarse(tmp_path)
    paths = (*root.glob("Anno/*.txt"), root / "Eval" / "list_eval_partition.txt")
    for path in paths:
        text = path.read_text().replace("\n", "\r\n").replace("boho", "bohème")
        path.write_bytes(text.encode(encoding))
    listing = read_listing(root)
    assert listing.rows["style"].tolist() == [[], ["bohème"], None, ["bohème"]]
    assert listing.rows["split"].tolist() == ["train", "val", "test", "train"]
    told = [f.subject for f in listing.findings if f.kind == "file is not UTF-8"]
    expected = {
        "utf-8-sig": [],
        "latin-1": [str(root / "Anno" / "list_attr_cloth.txt")],
        "utf-16": sorted(map(str, paths)),
    }
    assert sorted(told) == expected[encoding]


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("list_category_img.txt", "4\n", "5\n", "line 1 promises 5 rows, found 4; the file is cut"),
        ("list_attr_img.txt", "4\n", "3\n", "line 1 promises 3 rows, found 4"),
        ("list_bbox.txt", "4\n", "four\n", "line 1: expected the number of rows, found 'four'"),
        ("list_bbox.txt", "x_2", "w", "line 2: no column x_2; found: image_name, x_1, y_1, w, y_2"),
        ("list_attr_img.txt", "attribute_labels", "", "line 2: no column attribute_labels"),
        ("list_category_img.txt", "category_label", "x", "line 2: no column category_label"),
        ("list_category_cloth.txt", "Dress", "", "line 6: 1 of 2 columns"),
        ("list_category_cloth.txt", "   2", "   7", "unknown type '7' of 'Jeans'; known: 1 upper"),
        ("list_attr_cloth.txt", "   5", "   9", "unknown type '9' of 'boho'; known: 1 texture, 2"),
        ("list_attr_img.txt", " 0", " 2", "line 5: label '2' is not -1, 0 or 1"),
        ("list_attr_img.txt", " 0", " yes", "line 5: label 'yes' is not -1, 0 or 1"),
        ("list_attr_img.txt", " 0", " 0 1", "line 5: 7 labels for 6 attributes"),
        ("list_bbox.txt", "5 0 30 60", "5 0 30 ?", "box '5 0 30 [?]' is not four whole numbers"),
        ("list_category_img.txt", "   3", "   9", "category '9' is not within 1..4"),
        ("list_category_img.txt", "   3", "   0", "category '0' is not within 1..4"),
        ("../Eval/list_eval_partition.txt", "  val", "  dev", "unknown split 'dev'; known: train"),
    ],
)
def test_broken_lists_are_one_line(
    tmp_path: Path, name: str, old: str, new: str, message: str
) -> None:
    root = coarse(tmp_path)
    path = root / "Anno" / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(CatalogError, match=f"{path.name}: .*{message}") as caught:
        read_listing(root)
    assert "\n" not in str(caught.value)


def test_labels_without_names(tmp_path: Path) -> None:
    root = coarse(tmp_path)
    (root / "Anno" / "list_attr_cloth.txt").unlink()
    with pytest.raises(CatalogError, match=r"list_attr_img\.txt: there is no list_attr_cloth\.txt"):
        read_listing(root)
    (root / "Anno" / "list_attr_img.txt").unlink()
    assert read_listing(root).attributes == ("category",)
