"""Catalogues with pictures added or brought up to date: what their tables hold afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.catalog.deepfashion import LABELS, Row, coarse, many_rows
from tests.conftest import write_shapes
from zoo.catalog import Catalog, CatalogSettings, load_catalog, read_catalog
from zoo.catalog.change import addition, synchronisation
from zoo.catalog.listing import Finding

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
    fresh = pd.DataFrame({"item_id": ["mine"], "path": [str(mine)]})
    catalog = kept(addition(catalog, fresh).catalog, tmp_path / "zoo")
    assert not synchronisation(catalog).is_one

    (tmp_path / "shop" / "images").rename(tmp_path / "shop" / "photos")
    moved = labels.read_text().replace("images/", "photos/").replace("red disc 1", "Scarlet")
    labels.write_text(moved + f"mine,photos/{mine.name},Mine,,\n")
    draw(tmp_path / "shop" / "photos" / mine.name, 301)
    change = synchronisation(catalog)
    assert change.is_one
    assert (change.added, change.changed, change.removed, change.relabelled) == (0, 0, 0, 0)
    assert Finding("title changed", "item-01", "title is Scarlet") in change.findings
    kinds = [finding.kind for finding in change.findings]
    assert (kinds.count("picture moved"), kinds.count("title changed")) == (30, 1)
    after = kept(change.catalog, tmp_path / "zoo")
    assert all(path.is_file() for path in after.paths())
    assert after.path(after.row_of("mine")) == mine  # it came by another way
    assert after.table["title"][after.row_of("item-01")] == "Scarlet"
    assert not synchronisation(after).is_one
