"""Pictures added to a zoo: what they are called, and that only they are embedded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.conftest import draw_shape
from tests.updating.changed import Counted, first, opened
from zoo import updating
from zoo.catalog.change import addition, removal
from zoo.picture_tables import pictures_in
from zoo.progress import Progress
from zoo.updating import rows_to_add, update


def test_added_pictures_are_found_and_only_they_are_embedded(
    place: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, zoo = Counted(monkeypatch), opened(place)
    before = zoo.run("tiny_a").embeddings.copy()
    change = addition(zoo.catalog, rows_to_add(pictures_in(new), new))
    assert (change.added, change.removed, change.is_one) == (2, 0, True)
    assert [f.kind for f in change.findings] == ["unreadable picture"]
    update(zoo, change, Progress())
    assert counted.pictures == 2 * 2  # by either backbone
    after = opened(place)
    np.testing.assert_array_equal(after.run("tiny_a").embeddings[: len(before)], before)
    assert len(after.catalog) == len(before) + 2
    assert first(after, new / "fresh-2.png") == "fresh-2"
    added = after.catalog.table.iloc[-2:]
    assert added["split"].tolist() == ["train"] * 2
    assert added["colour"].isna().all()
    assert set(after.catalog.training_rows()) == set(zoo.catalog.training_rows())
    assert sorted(p.name for p in place.parent.glob(".*")) == []
    # The same once more is no change at all.
    again = addition(after.catalog, rows_to_add(pictures_in(new), new))
    assert not again.is_one
    assert {f.kind for f in again.findings} == {"unreadable picture", "already in the catalogue"}


def test_a_few_pictures_leave_the_speed_of_the_catalogue_as_it_was(
    place: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updating, "BLOCK", 100)
    zoo = opened(place)
    before = zoo.run("tiny_a")
    update(zoo, addition(zoo.catalog, rows_to_add(pictures_in(new), new)), Progress())
    grown = opened(place)
    after = grown.run("tiny_a")
    embedded = dict(after.facts["embedded"])
    assert embedded.pop("since")["runtime"] == "torch"
    assert embedded == before.facts["embedded"]
    update(grown, removal(grown.catalog, ["fresh-1"]), Progress())
    less = opened(place).run("tiny_a")
    assert less.facts["embedded"] == after.facts["embedded"]
    kept = np.delete(np.arange(len(after.embeddings)), -2)
    np.testing.assert_array_equal(less.embeddings, after.embeddings[kept])
    np.testing.assert_array_equal(less.predictions.classes, after.predictions.classes[kept])


def test_pictures_of_one_name_are_told_apart_by_their_folders(place: Path, new: Path) -> None:
    for number, name in enumerate(("tops/0.png", "skirts/0.png", "skirts/one.png")):
        (new / name).parent.mkdir(exist_ok=True)
        draw_shape("blue", "disc", 910 + number).save(new / name)
    (new / "fresh-1.jpg").write_bytes((new / "fresh-1.png").read_bytes())
    zoo = opened(place)
    change = addition(zoo.catalog, rows_to_add(pictures_in(new), new))
    ids = change.catalog.table["item_id"].iloc[240:].tolist()
    assert ids == [
        "fresh-1.jpg",
        "fresh-1.png",
        "fresh-2",
        "skirts/0.png",
        "skirts/one.png",
        "tops/0.png",
    ]
    rows = rows_to_add(pictures_in(new / "fresh-1.png"), new / "fresh-1.png")
    taken = addition(zoo.catalog, rows.assign(item_id=zoo.catalog.table["item_id"].iat[0]))
    (found,) = taken.findings
    assert found.kind == "id taken"
    assert str(new / "fresh-1.png") in found.detail


def test_labels_of_a_csv_are_taken_and_strange_ones_told(place: Path, new: Path) -> None:
    (new / "labels.csv").write_text(
        "image,item_id,colour,category\nfresh-1.png,one,red,disc\nfresh-2.png,two,mauve,\n"
    )
    zoo = opened(place)
    rows = rows_to_add(pictures_in(new / "labels.csv"), new / "labels.csv")
    change = addition(zoo.catalog, rows)
    assert [(f.kind, f.subject) for f in change.findings] == [("unknown class", "two")]
    update(zoo, change, Progress())
    table = opened(place).catalog.table.set_index("item_id")
    assert table.loc["one", "colour"] == "red"
    assert pd.isna(table.loc["two", "colour"])
    assert pd.isna(table.loc["two", "category"])


def test_rows_without_an_id_are_named_by_their_paths(place: Path, new: Path) -> None:
    table = new / "labels.csv"
    table.write_text(
        "image,item_id,title\nfresh-1.png,,\nfresh-2.png,NA,A square\nbroken.png,x,X\n"
    )
    rows = rows_to_add(pictures_in(table), table)
    assert rows["item_id"].tolist() == ["fresh-1.png", "fresh-2.png", "x"]
    assert rows["title"].isna().tolist() == [True, False, False]
    change = addition(opened(place).catalog, rows)
    assert change.added == 2
    assert [f.kind for f in change.findings] == ["unreadable picture"]


def test_columns_of_a_csv_with_reserved_names_are_no_labels(place: Path, new: Path) -> None:
    table = new / "labels.csv"
    table.write_text(
        "image,path,box,use,colour\nfresh-1.png,a,1 2 3 4,yes,red\nfresh-2.png,b,1234,no,green\n"
    )
    rows = rows_to_add(pictures_in(table), table)
    assert rows.columns.tolist() == ["item_id", "path", "colour"]
    change = addition(opened(place).catalog, rows)
    assert (change.added, change.findings) == (2, ())
    added = change.catalog.table.iloc[-2:]
    assert added["path"].tolist() == [f"{new}/fresh-1.png", f"{new}/fresh-2.png"]
    assert added["colour"].tolist() == ["red", "green"]


def test_each_picture_that_cannot_be_used_is_told_by_itself(place: Path, new: Path) -> None:
    (new / "worse.png").write_bytes(b"none either")
    bad = [new / "broken.png", new / "worse.png"]
    rows = pd.concat([rows_to_add(pictures_in(path), path) for path in bad], ignore_index=True)
    change = addition(opened(place).catalog, rows)
    assert not change.is_one
    said = [(f.kind, f.subject, f.detail) for f in change.findings]
    reason = "not a picture in a known format"
    assert said == [("unreadable picture", p.stem, f"{p}: {reason}") for p in bad]


def test_an_id_of_another_picture_is_left_out(place: Path, new: Path) -> None:
    zoo = opened(place)
    taken = str(zoo.catalog.table["item_id"].iat[0])
    rows = rows_to_add(pictures_in(new / "fresh-1.png"), new).assign(item_id=taken)
    change = addition(zoo.catalog, rows)
    assert (change.added, change.is_one) == (0, False)
    assert [f.kind for f in change.findings] == ["id taken"]


def test_an_id_that_stands_twice_in_a_table_is_told_so(place: Path, new: Path) -> None:
    table = new / "labels.csv"
    table.write_text("image,item_id\nfresh-1.png,n2\nfresh-2.png,n2\n")
    change = addition(opened(place).catalog, rows_to_add(pictures_in(table), table))
    assert change.added == 1
    (found,) = change.findings
    assert str(found) == (
        f"id taken: n2: of another picture than {new}/fresh-2.png; it stands twice in what is "
        "added: give it another id, in a CSV with a column item_id"
    )
