"""A zoo brought up to date with the data it was made of."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import PLUGINS, TINY, draw_shape, write_shapes
from tests.updating.changed import Counted, first, opened
from zoo.building import make_zoo
from zoo.catalog import CatalogSettings, read_catalog
from zoo.catalog.change import addition, synchronisation
from zoo.errors import CatalogError
from zoo.outputs.documents import evaluate_report
from zoo.picture_tables import pictures_in
from zoo.plugins import load_plugins
from zoo.progress import Progress
from zoo.updating import rows_to_add, update


def test_sync_takes_over_what_changed(
    tmp_path: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = write_shapes(tmp_path / "shop", each=8)
    catalog = read_catalog(labels)[0]
    place = tmp_path / "zoo"
    catalog.save(place)
    tiny = load_plugins([PLUGINS]).select(["tiny_a"])
    make_zoo(tiny, catalog, TINY, place, Progress())
    zoo = opened(place)
    assert not synchronisation(catalog).is_one
    update(zoo, addition(catalog, rows_to_add(pictures_in(new / "fresh-1.png"), new)), Progress())

    lines = labels.read_text().splitlines()
    gone, other, relabelled = (lines[n].split(",") for n in (1, 2, 3))
    (labels.parent / gone[0]).unlink()
    with Image.open(labels.parent / other[0]) as picture:
        turned = picture.rotate(90)
    turned.save(labels.parent / other[0])
    draw_shape("blue", "square", 950).save(labels.parent / "images" / "late.png")
    colour = "green" if relabelled[3] != "green" else "red"
    lines[3] = ",".join([*relabelled[:3], colour])
    labels.write_text("\n".join([*lines, "images/late.png,Late,square,blue"]) + "\n")

    counted, zoo = Counted(monkeypatch), opened(place)
    change = synchronisation(zoo.catalog)
    assert (change.added, change.changed, change.removed) == (1, 1, 1)
    assert [(f.kind, f.subject) for f in change.findings] == [
        ("label changed", relabelled[0]),
        ("row without picture", gone[0]),
    ]
    splits = zoo.catalog.table.set_index("item_id")["split"]
    update(zoo, change, Progress())
    assert counted.pictures == 2
    table = opened(place).catalog.table.set_index("item_id")
    assert gone[0] not in table.index
    assert "fresh-1" in table.index  # it came by another way
    assert table.loc[other[0], "split"] == splits[other[0]]
    assert table.loc[relabelled[0], "colour"] == colour
    assert table.loc["images/late.png", "colour"] == "blue"
    assert not synchronisation(opened(place).catalog).is_one


def test_sync_follows_moved_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = write_shapes(tmp_path / "shop", each=8)
    header, *lines = labels.read_text().splitlines()
    named = [f"{number},{line}" for number, line in enumerate(lines)]
    labels.write_text("\n".join([f"id,{header}", *named]))
    catalog, place = read_catalog(labels)[0], tmp_path / "zoo"
    catalog.save(place)
    make_zoo(load_plugins([PLUGINS]).select(["tiny_a"]), catalog, TINY, place, Progress())
    (tmp_path / "shop" / "images").rename(tmp_path / "shop" / "photos")
    labels.write_text(labels.read_text().replace("images/", "photos/"))
    zoo, counted = opened(place), Counted(monkeypatch)
    update(zoo, synchronisation(zoo.catalog), Progress())
    after = opened(place)
    assert all(path.is_file() for path in after.catalog.paths())
    assert first(after, after.catalog.path(7)) == after.catalog.table["item_id"][7]
    assert evaluate_report(after)["catalog"]["since_measured"] == {}
    assert counted.pictures == 0


def test_a_selection_of_the_data_cannot_be_synchronised(shapes: Path) -> None:
    with pytest.raises(CatalogError, match="was made with --limit: .* use zoo add"):
        synchronisation(read_catalog(shapes, CatalogSettings(limit=100))[0])


def test_a_limit_that_left_nothing_out_does_not_hinder(shapes: Path) -> None:
    catalog = read_catalog(shapes, CatalogSettings(limit=240))[0]
    assert not synchronisation(catalog).is_one
