"""What `zoo clean` finds in a folder whose faults are known, and the files it writes."""

from __future__ import annotations

import csv
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.catalog.deepfashion import coarse, many_rows
from tests.catalog.test_hf_dataset import part, saved
from tests.conftest import draw_shape, write_shapes
from zoo.catalog import Catalog, CatalogSettings, read_catalog, read_listing
from zoo.catalog.disagreement import Disagreement, disagreements
from zoo.cleaning.clean import CSV, HTML, Embedded, clean
from zoo.cleaning.examine import examine
from zoo.cleaning.outliers import class_closeness, far_out, outliers
from zoo.cleaning.page import CARDS
from zoo.cleaning.summary import clean_text
from zoo.errors import CatalogError
from zoo.progress import Progress

NASTY = '<script src="http://x.test/a.js">&'


def write_faulty(folder: Path) -> Path:
    """Twelve good pictures and one fault of every kind; returns the CSV."""
    (folder / "images").mkdir(parents=True)
    rows = []

    def add(name: str, kind: str, colour: str = "red", split: str = "train") -> Path:
        rows.append([name, kind, colour, split])
        return folder / "images" / name

    for number in range(6):
        for form in ("disc", "square"):
            draw_shape("red", form, number, size=96).save(add(f"{form}-{number}.png", form))
    draw_shape("red", "disc", 0, size=96).save(add("copy.png", "square", split="test"))
    draw_shape("red", "disc", 1, size=96).save(add("near.jpg", "disc", "blue", "val"), quality=95)
    draw_shape("red", "disc", 7, size=96).resize((40, 90)).save(add("tiny.png", "disc"))
    Image.new("RGB", (96, 96), "white").save(add("blank.png", NASTY))
    Image.new("RGB", (96, 96), "black").save(add("blank2.png", NASTY))
    add("torn.png", "disc").write_text("no picture")
    rows.append(["gone.png", "disc", "red", "train"])
    with (folder / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["image", "category", "colour", "split"], *rows])
    return folder / "labels.csv"


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    return write_faulty(tmp_path / "shop")


def found(folder: Path) -> dict[str, list[list[str]]]:
    """The CSV file: kind -> (subject, detail)."""
    with (folder / CSV).open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["kind", "subject", "detail"]
    kinds: dict[str, list[list[str]]] = {}
    for kind, *rest in rows:
        kinds.setdefault(kind, []).append(rest)
    return kinds


def test_every_fault_is_found_and_nothing_is_changed(faulty: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in faulty.parent.rglob("*") if path.is_file()}
    report = clean(read_listing(faulty), None, None, tmp_path / "out", Progress())
    assert (report["listed"], report["usable"]) == (18, 17)
    kinds = found(tmp_path / "out")
    assert kinds["tiny picture"] == [["images/tiny.png", "shorter side 40 px, under 48"]]
    assert [subject for subject, _ in kinds["blank picture"]] == [
        "images/blank.png",
        "images/blank2.png",
    ]
    assert kinds["exact copy of another picture"] == [
        ["images/disc-0.png", "the same file as images/copy.png"]
    ]
    assert kinds["near-duplicate of another picture"] == [
        ["images/near.jpg", "looks like images/disc-1.png"]
    ]
    assert kinds["label differs between near-identical pictures"] == [
        ["images/disc-0.png", "category is disc; images/copy.png has square"],
        ["images/near.jpg", "colour is blue; images/disc-1.png has red"],
    ]
    assert kinds["exact copies in different given splits"][0][0] == "images/disc-0.png"
    assert kinds["near-duplicates in different given splits"] == [
        ["images/near.jpg", "looks like images/disc-1.png in train"]
    ]
    assert len(kinds["unreadable picture"]) == len(kinds["row without picture"]) == 1
    assert {k: len(v) for k, v in kinds.items()} == report["findings"]
    assert before == {p: p.read_bytes() for p in faulty.parent.rglob("*") if p.is_file()}


def test_disagreement_of_the_faulty_folder(faulty: Path, tmp_path: Path) -> None:
    report = clean(read_listing(faulty), None, None, tmp_path / "out", Progress())
    expected = {"pairs": 2, "disagree": 1, "share": 0.5, "ceiling": 0.75, "few": True}
    assert report["disagreement"] == {"category": expected, "colour": expected}


def test_without_labels_nothing_is_said_of_them() -> None:
    report = {
        "catalog": "c", "usable": 1, "listed": 1, "findings": {}, "disagreement": {},
        "html": "a.html", "csv": "a.csv",
    }  # fmt: skip
    assert "labels" not in clean_text(report)


def test_pairs_are_counted_within_groups_over_known_labels() -> None:
    rows = pd.DataFrame(
        {
            "near_group": [1, 1, 1, 1, 2, 2, 3],
            "tone": ["warm", "warm", "cold", None, "cold", "cold", "warm"],
            "form": [None] * 7,
        }
    )
    tone, form = disagreements(rows, ["tone", "form"])
    assert tone == Disagreement("tone", pairs=4, disagree=2)  # 3 of the first group, 1 of the next
    assert (tone.share, tone.ceiling) == (0.5, 0.75)
    assert (form.pairs, form.share, form.ceiling) == (0, None, None)


class Resources(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.sources += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_page_is_one_file_escaped_and_for_phones(faulty: Path, tmp_path: Path) -> None:
    clean(read_listing(faulty), None, None, tmp_path / "out", Progress())
    text = (tmp_path / "out" / HTML).read_text()
    page = Resources()
    page.feed(text)
    assert page.sources
    assert all(source.startswith("data:image/jpeg;base64,") for source in page.sources)
    assert not page.tags & {"script", "link", "iframe"}
    assert "width=device-width" in text
    assert not re.search(r"url\(|@import", text)


def test_pictures_in_the_page_are_bounded_and_counts_are_full(tmp_path: Path) -> None:
    (tmp_path / "shop" / "a").mkdir(parents=True)
    (tmp_path / "shop" / "b").mkdir()
    for number in range(CARDS + 5):
        Image.new("RGB", (96, 96), (number, 0, 0)).save(tmp_path / f"shop/a/{number}.png")
    draw_shape("red", "disc", 0, size=40).save(tmp_path / "shop/b/shape.png")
    report = clean(read_listing(tmp_path / "shop"), None, None, tmp_path / "out", Progress())
    assert report["findings"] == {"blank picture": CARDS + 5, "tiny picture": 1}
    text = (tmp_path / "out" / HTML).read_text()
    assert f"Blank pictures: {CARDS + 5}" in text
    assert text.count("<img") == CARDS + 1
    assert "and 5 more in the CSV file" in text


def test_closeness_is_the_mean_cosine_to_ten_of_the_class() -> None:
    along, across = [1.0, 0.0], [0.0, 1.0]
    embeddings = np.array([along] * 11 + [across] + [across] * 3, dtype=np.float32)
    codes = np.array([0] * 12 + [1] * 3)
    closeness = class_closeness(embeddings, codes, Progress())
    assert closeness[:11].tolist() == [1.0] * 11
    assert closeness[11] == 0.0
    assert np.isnan(closeness[12:]).all()  # too few to say
    assert far_out(closeness, codes) == {11}


def test_outliers_of_a_zoo_are_told_farthest_first(catalog: Catalog) -> None:
    embeddings = np.zeros((len(catalog), 3), dtype=np.float32)
    embeddings[np.arange(len(catalog)), catalog.codes("category")] = 1
    strange, odd = catalog.rows("test")[:2]
    embeddings[strange] = [0, 0, 1]
    other = 1 - catalog.codes("category")[odd]
    embeddings[odd] = 0.8 * np.eye(3)[1 - other] + 0.6 * np.eye(3)[2]
    section = outliers(catalog, embeddings, np.arange(len(catalog)), Progress())
    ids = catalog.table["item_id"]
    assert [f.subject for f in section.findings] == [ids[strange], ids[odd]]
    assert section.findings[1].detail.endswith("mean cosine 0.800")
    assert section.cards[0].pictures == (catalog.path(int(strange)),)
    without = np.setdiff1d(np.arange(len(catalog)), [strange])
    section = outliers(catalog, embeddings, without, Progress())
    assert [f.subject for f in section.findings] == [ids[odd]]


def test_a_zoo_of_other_pictures_is_refused(faulty: Path, catalog: Catalog, tmp_path: Path) -> None:
    embedded = Embedded("tiny_a", catalog, np.zeros((len(catalog), 3), dtype=np.float32))
    with pytest.raises(CatalogError, match="holds no picture of"):
        clean(read_listing(faulty), None, embedded, tmp_path / "out", Progress())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("split", [True, False])
def test_a_limit_takes_the_pictures_that_training_takes(tmp_path: Path, split: bool) -> None:
    labels = write_shapes(tmp_path / "shop", each=12)
    if split:
        rows = pd.read_csv(labels)
        rows["split"] = ["train"] * 40 + ["val"] * 12 + ["test"] * 20
        rows.to_csv(labels, index=False)
    trained = read_catalog(labels, CatalogSettings(limit=30, min_per_class=2))[0]
    examined = examine(read_listing(labels), 30, Progress())
    assert examined.rows["item_id"].tolist() == trained.table["item_id"].tolist()


def test_lists_of_labels_are_left_out_of_the_disagreement(tmp_path: Path) -> None:
    listing = read_listing(coarse(tmp_path / "fashion", rows=many_rows(3)))
    report = clean(listing, None, None, tmp_path / "out", Progress())
    assert list(report["disagreement"]) == ["category"]


def test_pictures_that_come_as_bytes_are_looked_at(tmp_path: Path) -> None:
    listing = read_listing(saved(tmp_path / "shop", train=part(8), test=part(4, 8)))
    report = clean(listing, None, None, tmp_path / "out", Progress())
    assert report["usable"] == 12
    assert (tmp_path / "out" / "cleaning.html").is_file()
