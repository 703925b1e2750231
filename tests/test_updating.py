"""A zoo that grows and shrinks: only new pictures are embedded, and a kill loses nothing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.conftest import PLUGINS, TINY, draw_shape, write_shapes
from zoo import pipeline, redoing, run_files, updating
from zoo.building import make_zoo, sole_writer
from zoo.catalog import CatalogSettings, load_catalog, read_catalog
from zoo.catalog.change import Change, addition, removal, synchronisation
from zoo.catalog.listing import Finding
from zoo.compare import Zoo, open_zoo
from zoo.errors import CatalogError, RunError, ZooError
from zoo.evaluation.votes import VOTES
from zoo.features.encoder import Encoder
from zoo.files import write_json
from zoo.picture_tables import pictures_in
from zoo.plugins import load_plugins
from zoo.progress import Progress
from zoo.reports import evaluate_report
from zoo.runs import verify
from zoo.search import candidates
from zoo.search.ask import Ask
from zoo.tables import verdicts
from zoo.updating import rows_to_add, update


@pytest.fixture
def place(zoo_folder: Path, tmp_path: Path) -> Path:
    """A zoo of its own for each test."""
    return Path(shutil.copytree(zoo_folder, tmp_path / "zoo"))


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """Three pictures that the zoo does not have, one of which cannot be read."""
    folder = tmp_path / "new"
    folder.mkdir()
    draw_shape("red", "disc", 900).save(folder / "fresh-1.png")
    draw_shape("green", "square", 901).save(folder / "fresh-2.png")
    (folder / "broken.png").write_bytes(b"no picture")
    return folder


def opened(place: Path) -> Zoo:
    zoo = open_zoo(place, [PLUGINS])
    assert zoo.problems == ()
    return zoo


def first(zoo: Zoo, picture: Path) -> str:
    (result,) = zoo.recommend({"q": picture.read_bytes()}, Ask(top=1), ["tiny_a"]).values()
    return str(zoo.catalog.table["item_id"].iat[result.answer.items[0].row])


class Counted:
    """Counts the pictures that are embedded."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pictures = 0
        whole = Encoder.stream

        def stream(encoder: Encoder, batches):  # type: ignore[no-untyped-def]
            for features in whole(encoder, batches):
                self.pictures += len(features)
                yield features

        monkeypatch.setattr(Encoder, "stream", stream)


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
    assert rows["item_id"].tolist() == [f"{new}/fresh-1.png", f"{new}/fresh-2.png", "x"]
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


def test_removed_items_are_gone(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted, zoo = Counted(monkeypatch), opened(place)
    row = int(zoo.catalog.rows("train")[0])
    item, picture = str(zoo.catalog.table["item_id"].iat[row]), zoo.catalog.path(row)
    assert first(zoo, picture) == item
    update(zoo, removal(zoo.catalog, [item]), Progress())
    after = opened(place)
    assert (len(after.catalog), counted.pictures) == (len(zoo.catalog) - 1, 0)
    assert first(after, picture) != item
    assert picture.is_file()
    with pytest.raises(CatalogError, match="no item 'nothing' in catalogue"):
        removal(after.catalog, ["nothing"])


def test_what_is_left_must_still_be_a_zoo(place: Path) -> None:
    zoo = opened(place)
    ids = zoo.catalog.table["item_id"].astype(str)
    with pytest.raises(CatalogError, match="would remove all 240 items"):
        removal(zoo.catalog, ids.tolist())
    change = removal(zoo.catalog, ids[zoo.catalog.rows("test")].tolist())
    with pytest.raises(CatalogError, match=r"leaves nothing in a split \(.*test 0\)"):
        update(zoo, change, Progress())
    assert len(opened(place).catalog) == 240


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
    assert [(f.kind, f.subject) for f in change.findings] == [("label changed", relabelled[0])]
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


def test_a_selection_of_the_data_cannot_be_synchronised(shapes: Path) -> None:
    with pytest.raises(CatalogError, match="was made with --limit: .* use zoo add"):
        synchronisation(read_catalog(shapes, CatalogSettings(limit=100))[0])


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


def test_a_killed_update_loses_nothing_and_goes_on(
    place: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zoo = opened(place)
    change = addition(zoo.catalog, rows_to_add(pictures_in(new), new))
    whole = run_files.publish

    def killed(folder: Path, name: str) -> Path:
        if name == "tiny_b":
            raise Killed
        return whole(folder, name)

    monkeypatch.setattr(run_files, "publish", killed)
    with pytest.raises(Killed):
        update(zoo, change, Progress())
    monkeypatch.setattr(run_files, "publish", whole)
    assert len(opened(place).catalog) == 240
    counted = Counted(monkeypatch)
    update(opened(place), change, Progress())
    assert counted.pictures == 0  # both backbones had embedded what is new
    assert len(opened(place).catalog) == 242
    assert sorted(p.name for p in place.parent.glob(".*")) == []


def test_a_small_change_leaves_index_and_scores_and_says_so(place: Path, new: Path) -> None:
    zoo = opened(place)
    before = zoo.run("tiny_a").facts
    update(zoo, addition(zoo.catalog, rows_to_add(pictures_in(new), new)), Progress())
    zoo = opened(place)
    update(zoo, removal(zoo.catalog, [str(zoo.catalog.table["item_id"].iat[0])]), Progress())
    zoo = opened(place)
    after = zoo.run("tiny_a")
    assert after.facts["files"]["index.ann"] == before["files"]["index.ann"]
    assert len(after.index_place.beside) == 2
    report = evaluate_report(zoo)
    assert report["backbones"]["tiny_a"]["retrieval"]["queries"] > 0
    said = [note for note in verdicts(report) if "zoo compact" in note]
    assert said == [
        "measured before the catalogue changed (2 added, 1 removed); zoo compact measures anew"
    ]
    assert verify(after) == []
    (place / "tiny_a" / run_files.INDEX_ROWS).write_bytes(b"")
    (problem,) = open_zoo(place, [PLUGINS]).problems
    assert "index_rows.npy is truncated" in problem.error


def test_compacting_finds_the_same_and_measures_anew(
    place: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "EXACT_LIMIT", 0)
    monkeypatch.setattr(candidates.Finder, "_approximates", lambda self: True)
    zoo = opened(place)
    update(zoo, addition(zoo.catalog, rows_to_add(pictures_in(new), new)), Progress())
    zoo = opened(place)
    backbones = [run.backbone for run in zoo.runs.values()]
    with pytest.raises(ZooError, match="since tiny_a, tiny_b were measured.*zoo compact"):
        redoing.refuse_behind(place, backbones)

    def answers(zoo: Zoo) -> list[list[int]]:
        given = []
        for query in (*zoo.catalog.rows("test")[:5], len(zoo.catalog) - 1):
            (result,) = zoo.recommend_items([int(query)], Ask(top=10), ["tiny_a"]).values()
            assert result.answer.approximate
            given.append([item.row for item in result.answer.items])
        return given

    before = answers(zoo)
    redoing.compact(backbones, zoo.catalog, place, Progress())
    zoo = opened(place)
    assert answers(zoo) == before
    assert len(zoo.run("tiny_a").index_place.beside) == 0
    assert not (place / "tiny_a" / run_files.INDEX_ROWS).exists()
    assert evaluate_report(zoo)["catalog"]["since_measured"] == {}
    redoing.refuse_behind(place, backbones)


def test_votes_that_came_meanwhile_are_kept(
    place: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = addition(opened(place).catalog, rows_to_add(pictures_in(new), new))
    kill_an_update(place, change, monkeypatch)
    (place / VOTES).write_text("a vote\n")  # the first, after the work was begun
    (place / ".progress.json.77.partial").touch()  # of another process, and soon gone
    update(opened(place), change, Progress())
    assert (place / VOTES).read_text() == "a vote\n"


def test_a_large_change_is_compacted_at_once(
    place: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updating, "SMALL", 0.005)
    zoo = opened(place)
    update(zoo, addition(zoo.catalog, rows_to_add(pictures_in(new), new)), Progress())
    after = opened(place)
    assert after.run("tiny_b").facts["indexed"]["items"] == 242
    assert evaluate_report(after)["catalog"]["since_measured"] == {}


def kill_an_update(place: Path, change: Change, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the work of an update that was killed at its second backbone."""
    whole = run_files.publish

    def killed(folder: Path, name: str) -> Path:
        if name == "tiny_b":
            raise Killed
        return whole(folder, name)

    zoo = opened(place)
    with monkeypatch.context() as patch:
        patch.setattr(run_files, "publish", killed)
        with pytest.raises(Killed):
            update(zoo, change, Progress())


def test_work_begun_from_other_runs_is_thrown_away(
    place: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zoo = opened(place)
    update(zoo, removal(zoo.catalog, zoo.catalog.table["item_id"].iloc[:3].tolist()), Progress())
    zoo = opened(place)
    change = addition(zoo.catalog, rows_to_add(pictures_in(new), new))
    kill_an_update(place, change, monkeypatch)
    redoing.compact([run.backbone for run in zoo.runs.values()], zoo.catalog, place, Progress())
    update(opened(place), change, Progress())
    zoo = opened(place)
    monkeypatch.setattr(candidates.Finder, "_approximates", lambda self: True)
    for row in (0, 100, 200):
        assert first(zoo, zoo.catalog.path(row)) == zoo.catalog.table["item_id"].iat[row]


def test_work_that_is_gone_on_with_knows_where_the_pictures_are_now(
    place: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = opened(place).catalog
    kill_an_update(place, addition(catalog, rows_to_add(pictures_in(new), new)), monkeypatch)
    new = new.rename(new.with_name("newer"))
    counted = Counted(monkeypatch)
    update(opened(place), addition(catalog, rows_to_add(pictures_in(new), new)), Progress())
    assert counted.pictures == 0
    assert opened(place).catalog.paths()[-2:] == [new / "fresh-1.png", new / "fresh-2.png"]


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


def test_every_command_mends_a_kill_between_the_moves(place: Path) -> None:
    for act in (load_catalog, open_zoo):
        os.replace(place, place.with_name(".zoo.old"))
        act(place)
        assert (place / "tiny_b").is_dir()
    os.replace(place, place.with_name(".zoo.old"))
    with sole_writer(place):
        assert (place / "tiny_b").is_dir()


def test_a_killed_compaction_is_made_again(
    place: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zoo = opened(place)
    update(zoo, addition(zoo.catalog, rows_to_add(pictures_in(new), new)), Progress())
    zoo = opened(place)
    backbones = [run.backbone for run in zoo.runs.values()]

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "score_backbone", killed)
        with pytest.raises(Killed):
            redoing.compact(backbones, zoo.catalog, place, Progress())
    redoing.refuse_unfinished(place, backbones)
    redoing.compact(redoing.behind(backbones, place), zoo.catalog, place, Progress())
    assert evaluate_report(opened(place))["catalog"]["since_measured"] == {}
    assert list(place.glob(".*.partial")) == []
    assert run_files.REDO not in run_files.read_facts(place / "tiny_a")


def test_a_zoo_that_was_opened_before_a_change_says_so(place: Path, new: Path) -> None:
    before, zoo = opened(place), opened(place)
    change = addition(zoo.catalog, rows_to_add(pictures_in(new), new))
    update(zoo, change, Progress())
    assert len(before.run("tiny_a").index_place.rows) == 240  # not those of the new zoo
    with pytest.raises(RunError, match="was replaced meanwhile; ask again"):
        _ = before.run("tiny_a").predictions


def test_damage_is_not_taken_over(place: Path, new: Path) -> None:
    model = place / "tiny_a" / "model.safetensors"
    bits = bytearray(model.read_bytes())
    bits[-1] ^= 1
    model.write_bytes(bits)
    zoo = opened(place)
    with pytest.raises(RunError, match=r"model\.safetensors is damaged"):
        update(zoo, addition(zoo.catalog, rows_to_add(pictures_in(new), new)), Progress())
    with pytest.raises(RunError, match=r"model\.safetensors is damaged"):
        redoing.index(zoo.run("tiny_a").backbone, zoo.catalog, place, Progress())


def test_many_new_labels_are_no_small_change(place: Path) -> None:
    run = opened(place).run("tiny_a")
    labels = tuple(Finding("label changed", str(n)) for n in range(13))
    same = np.arange(240)
    assert not updating._small(run, Change(run.catalog, same, findings=labels))
    assert updating._small(run, Change(run.catalog, same, findings=labels[:12]))


def test_an_update_leaves_no_run_behind(place: Path, new: Path) -> None:
    (place / "tiny_b" / "scores.json").unlink()
    zoo = open_zoo(place, [PLUGINS])
    with pytest.raises(RunError, match="would leave that run behind"):
        update(zoo, addition(zoo.catalog, rows_to_add(pictures_in(new), new)), Progress())


def test_an_unfinished_training_is_not_thrown_away(place: Path) -> None:
    zoo = opened(place)
    begun = run_files.partial_folder(place, "tiny_b")
    begun.mkdir()
    write_json(begun / "run.json", {"format": 2})
    (begun / "checkpoint.safetensors").touch()
    with pytest.raises(ZooError, match="unfinished training in .*: tiny_b"):
        update(zoo, removal(zoo.catalog, [str(zoo.catalog.table["item_id"].iat[0])]), Progress())
    assert begun.is_dir()


def test_a_kill_between_the_moves_is_mended(place: Path) -> None:
    os.replace(place, place.with_name(".zoo.old"))
    assert len(opened(place).catalog) == 240


def test_another_update_throws_the_work_of_a_killed_one_away(place: Path, new: Path) -> None:
    stale = place.with_name(f".{place.name}.0123456789ab.updating")
    (stale / "x").mkdir(parents=True)
    zoo = opened(place)
    update(zoo, removal(zoo.catalog, [str(zoo.catalog.table["item_id"].iat[0])]), Progress())
    assert not stale.exists()
    assert updating.NEW not in {p.name for p in place.rglob("*")}
