"""Catalogues with pictures added or brought up to date: what their tables hold afterwards."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.catalog.deepfashion import LABELS, Row, coarse, many_rows
from tests.conftest import write_shapes
from zoo.catalog import Catalog, CatalogSettings, load_catalog, read_catalog, read_listing
from zoo.catalog import change as changing
from zoo.catalog.change import addition, synchronisation
from zoo.catalog.listing import Finding
from zoo.pictures import MAX_BYTES

ABSTRACT, PRINT = (LABELS.index(label) for label in ("abstract 1", "abstract print 1"))


@pytest.fixture
def rows() -> list[Row]:
    """Pictures of which none is an abstract print."""
    return [
        (name, category, [*labels[:PRINT], -1, *labels[PRINT + 1 :]], box, split)
        for name, category, labels, box, split in many_rows(10)
    ]


@pytest.fixture
def several(tmp_path: Path, rows: list[Row]) -> Catalog:
    """A catalogue with attributes of several classes; texture has the one class abstract."""
    settings = CatalogSettings(min_per_class=2)
    catalog = read_catalog(coarse(tmp_path / "shop", rows=rows), settings)[0]
    assert catalog.multi("texture").classes == ("abstract",)
    return catalog


def kept(catalog: Catalog, folder: Path) -> Catalog:
    """The catalogue as the next command opens it."""
    catalog.save(folder)
    return load_catalog(folder)


def test_unknown_classes_of_a_list_are_left_out(
    several: Catalog, rows: list[Row], tmp_path: Path
) -> None:
    labels = [1 if place in (ABSTRACT, PRINT) else -1 for place in range(len(LABELS))]
    late = "img/Category_1/late.jpg"
    coarse(tmp_path / "shop", rows=[*rows, (late, 1, labels, "10 10 50 50", "train")])
    change = synchronisation(several)
    assert change.added == 1
    detail = "texture=abstract print is left out"
    assert change.findings == (Finding("unknown class", late, detail),)
    after = kept(change.catalog, tmp_path / "zoo")
    assert after.table["texture"].iat[-1] == ["abstract"]
    assert after.multi_labels("texture")[-1].tolist() == [1]


def test_a_text_in_place_of_a_list_is_unknown(
    several: Catalog, draw: Callable[..., Path], tmp_path: Path
) -> None:
    paths = [str(draw(tmp_path / f"{number}.png", number)) for number in (300, 301)]
    ids, textures = ["one", "two"], ["abstract", None]
    change = addition(several, pd.DataFrame({"item_id": ids, "path": paths, "texture": textures}))
    (found,) = change.findings
    assert (found.kind, found.subject) == ("unknown class", "one")
    assert found.detail.startswith("texture=abstract counts as unknown")
    after = kept(change.catalog, tmp_path / "zoo")
    assert after.multi_labels("texture")[-2:].tolist() == [[-1], [-1]]


def test_lists_of_labels_and_boxes_are_brought_up_to_date(
    several: Catalog, rows: list[Row], tmp_path: Path
) -> None:
    assert not synchronisation(several).is_one
    (first, category, labels, _, split), second, third, *others = rows
    labels = [
        -labels[place] if place == ABSTRACT else labels[place] for place in range(len(labels))
    ]
    boxed = (*third[:3], "20 20 40 40", third[4])
    listed = [(first, category, labels, "10 10 50 50", split), second, boxed, *others]
    coarse(tmp_path / "shop", rows=listed)
    change = synchronisation(several)
    assert (change.added, change.changed, change.removed, change.relabelled) == (0, 1, 0, 1)
    said = "abstract" if labels[ABSTRACT] == 1 else "none"
    assert Finding("label changed", first, f"texture is {said}") in change.findings
    after = kept(change.catalog, tmp_path / "zoo")
    (anew,) = (change.origin < 0).nonzero()[0]
    assert after.table["item_id"][anew] == third[0]
    assert after.boxes()[anew] == (18, 18, 42, 42)
    assert after.table["split"][anew] == third[4]
    assert after.labels_of(after.row_of(first))["texture"] == [said] * (said != "none")
    assert not synchronisation(after).is_one


def test_labels_that_are_withdrawn_or_of_no_known_class_become_unknown(tmp_path: Path) -> None:
    labels = write_shapes(tmp_path / "shop", each=5)
    catalog = kept(read_catalog(labels, CatalogSettings(min_per_class=2))[0], tmp_path / "zoo")
    lines = labels.read_text().splitlines()
    other, withdrawn = (lines[number].split(",") for number in (1, 2))
    lines[1] = ",".join([*other[:2], "hexagon", other[3]])
    lines[2] = ",".join([*withdrawn[:3], ""])
    labels.write_text("\n".join(lines) + "\n")
    change = synchronisation(catalog)
    assert change.findings == (
        Finding("label changed", other[0], "category is unknown: hexagon is no class of the zoo"),
        Finding("label changed", withdrawn[0], "colour is unknown"),
    )
    after = kept(change.catalog, tmp_path / "zoo")
    assert "category" not in after.labels_of(after.row_of(other[0]))
    assert after.labels_of(after.row_of(withdrawn[0])) == {"category": [withdrawn[2]]}
    assert not synchronisation(after).is_one


def test_lists_that_are_withdrawn_become_unknown_and_unknown_classes_are_told(
    several: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = read_listing(tmp_path / "shop")
    given = listing.rows.set_index("item_id")["texture"].to_dict()
    has = {item: labels for item, labels in given.items() if labels}
    withdrawn, renamed = sorted(has)[:2]
    given |= {withdrawn: None, renamed: ["abstract print"]}
    textures = pd.Series([given[item] for item in listing.rows["item_id"]], dtype=object)
    rows = listing.rows.assign(texture=textures)
    monkeypatch.setattr(changing, "read_listing", lambda *_: replace(listing, rows=rows))
    change = synchronisation(several)
    detail = "texture is none: abstract print is no class of the zoo"
    assert change.findings == (
        Finding("label changed", withdrawn, "texture is unknown"),
        Finding("label changed", renamed, detail),
    )
    after = kept(change.catalog, tmp_path / "zoo")
    for catalog in (change.catalog, after):
        places = [catalog.row_of(item) for item in (withdrawn, renamed)]
        assert catalog.multi_labels("texture")[places].tolist() == [[-1], [0]]
    assert not synchronisation(after).is_one


def test_listed_pictures_that_cannot_be_used_now_stay(tmp_path: Path) -> None:
    labels = write_shapes(tmp_path / "shop", each=5)
    catalog = read_catalog(labels, CatalogSettings(min_per_class=2))[0]
    large, broken = catalog.rows("test")[:2]
    os.truncate(catalog.path(large), MAX_BYTES + 1)
    whole = catalog.path(broken).read_bytes()
    catalog.path(broken).write_bytes(whole[:40])
    change = synchronisation(catalog)
    assert not change.is_one
    ids = catalog.table["item_id"]
    assert [(f.kind, f.subject) for f in change.findings] == [
        ("unreadable picture", ids[large]),
        ("unreadable picture", ids[broken]),
    ]
    catalog.path(broken).write_bytes(catalog.path(0).read_bytes())
    mended = synchronisation(catalog)
    assert (mended.changed, mended.removed) == (1, 0)
    assert mended.catalog.table["split"][mended.catalog.row_of(str(ids[broken]))] == "test"


def turn(picture: Path) -> None:
    """Put another picture in its place."""
    with Image.open(picture) as image:
        turned = image.rotate(90)
    turned.save(picture)


def test_a_changed_picture_is_trained_on_only_when_it_was_before(tmp_path: Path) -> None:
    labels = write_shapes(tmp_path / "shop", each=5)
    settings = CatalogSettings(min_per_class=2, cap_per_class=3)
    catalog = kept(read_catalog(labels, settings)[0], tmp_path / "zoo")
    train = catalog.rows("train")
    over, used = np.setdiff1d(train, catalog.training_rows())[0], catalog.training_rows()[0]
    before = catalog.table["item_id"]
    for row in (over, used):
        turn(catalog.path(row))
    change = synchronisation(catalog)
    assert change.changed == 2
    uses = change.catalog.table.set_index("item_id")["use"]
    assert uses[[before[over], before[used]]].tolist() == [False, True]


def test_an_added_picture_that_changes_is_not_trained_on(
    draw: Callable[..., Path], tmp_path: Path
) -> None:
    labels = write_shapes(tmp_path / "shop", each=5)
    catalog = read_catalog(labels, CatalogSettings(min_per_class=2))[0]
    late = draw(tmp_path / "shop" / "images" / "late.png", 300)
    labels.write_text(labels.read_text() + f"images/{late.name},Late,disc,red\n")
    catalog = kept(synchronisation(catalog).catalog, tmp_path / "zoo")
    draw(late, 301)
    change = synchronisation(catalog)
    assert (change.added, change.changed) == (0, 1)
    row = change.catalog.row_of("images/late.png")
    assert row in change.catalog.rows("train")
    assert row not in change.catalog.training_rows()


def test_pictures_in_a_folder_that_cannot_be_entered_stay(tmp_path: Path) -> None:
    labels = write_shapes(tmp_path / "shop", each=5)
    catalog = read_catalog(labels, CatalogSettings(min_per_class=2))[0]
    pictures = labels.parent / "images"
    pictures.rename(tmp_path / "elsewhere")
    pictures.symlink_to(pictures)  # to itself: what is in it cannot even be looked at
    change = synchronisation(catalog)
    assert not change.is_one
    assert [f.kind for f in change.findings] == ["unreadable picture"] * 30


def test_what_the_data_lists_and_lacks_is_told(tmp_path: Path) -> None:
    labels = write_shapes(tmp_path / "shop", each=5)
    catalog = read_catalog(labels, CatalogSettings(min_per_class=2))[0]
    gone = str(catalog.table["path"][3])
    catalog.path(3).unlink()
    change = synchronisation(catalog)
    assert change.removed == 1
    assert change.findings == (Finding("row without picture", gone, "no such file"),)


def numbered(labels: Path) -> None:
    """Give each line of a CSV an id that is not its path."""
    header, *lines = labels.read_text().splitlines()
    ids = [f"item-{number:02},{line}" for number, line in enumerate(lines)]
    labels.write_text("\n".join([f"item_id,{header}", *ids]) + "\n")


def test_pictures_that_were_moved_and_titles_are_brought_up_to_date(
    draw: Callable[..., Path], tmp_path: Path
) -> None:
    labels = write_shapes(tmp_path / "shop", each=5)
    numbered(labels)
    catalog = read_catalog(labels, CatalogSettings(min_per_class=2))[0]
    mine = draw(tmp_path / "mine.png", 300)
    fresh = pd.DataFrame({"item_id": ["mine"], "path": [str(mine)], "colour": ["red"]})
    catalog = kept(addition(catalog, fresh).catalog, tmp_path / "zoo")
    assert not synchronisation(catalog).is_one

    (tmp_path / "shop" / "images").rename(tmp_path / "shop" / "photos")
    moved = labels.read_text().replace("images/", "photos/").replace("red disc 1", "Scarlet")
    labels.write_text(moved + f"mine,photos/{mine.name},Mine,disc,blue\n")
    draw(tmp_path / "shop" / "photos" / mine.name, 301)
    change = synchronisation(catalog)
    assert change.is_one
    assert (change.added, change.changed, change.removed, change.relabelled) == (0, 0, 0, 0)
    assert Finding("title changed", "item-01", "title is Scarlet") in change.findings
    kinds = [finding.kind for finding in change.findings]
    assert (kinds.count("picture moved"), kinds.count("title changed")) == (30, 1)
    assert change.findings[0] == Finding(
        "id taken", "mine", "it came by zoo add and stays; what the data lists under it is left out"
    )
    after = kept(change.catalog, tmp_path / "zoo")
    assert all(path.is_file() for path in after.paths())
    assert after.path(after.row_of("mine")) == mine  # it came by another way
    assert after.labels_of(after.row_of("mine")) == {"colour": ["red"]}
    assert after.table["title"][after.row_of("item-01")] == "Scarlet"
    assert not synchronisation(after).is_one
