"""Updates that were killed: nothing is lost, and what was done is gone on with."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.updating.changed import Counted, first, kill_an_update, opened
from zoo import redoing, updating
from zoo.building import sole_writer
from zoo.catalog import load_catalog
from zoo.catalog.change import addition, removal
from zoo.compare import open_zoo
from zoo.evaluation.votes import VOTES
from zoo.picture_tables import pictures_in
from zoo.progress import Progress
from zoo.search import candidates
from zoo.updating import rows_to_add, update


def test_a_killed_update_loses_nothing_and_goes_on(
    place: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = addition(opened(place).catalog, rows_to_add(pictures_in(new), new))
    kill_an_update(place, change, monkeypatch)
    assert len(opened(place).catalog) == 240
    counted = Counted(monkeypatch)
    update(opened(place), change, Progress())
    assert counted.pictures == 0  # both backbones had embedded what is new
    assert len(opened(place).catalog) == 242
    assert sorted(p.name for p in place.parent.glob(".*")) == []


def test_votes_that_came_meanwhile_are_kept(
    place: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = addition(opened(place).catalog, rows_to_add(pictures_in(new), new))
    kill_an_update(place, change, monkeypatch)
    (place / VOTES).write_text("a vote\n")  # the first, after the work was begun
    (place / ".progress.json.77.partial").touch()  # of another process, and soon gone
    update(opened(place), change, Progress())
    assert (place / VOTES).read_text() == "a vote\n"


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


def test_another_update_throws_the_work_of_a_killed_one_away(place: Path, new: Path) -> None:
    stale = place.with_name(f".{place.name}.0123456789ab.updating")
    (stale / "x").mkdir(parents=True)
    zoo = opened(place)
    update(zoo, removal(zoo.catalog, [str(zoo.catalog.table["item_id"].iat[0])]), Progress())
    assert not stale.exists()
    assert updating.NEW not in {p.name for p in place.rglob("*")}


def test_a_kill_between_the_moves_is_mended(place: Path) -> None:
    os.replace(place, place.with_name(".zoo.old"))
    assert len(opened(place).catalog) == 240


def test_every_command_mends_a_kill_between_the_moves(place: Path) -> None:
    for act in (load_catalog, open_zoo):
        os.replace(place, place.with_name(".zoo.old"))
        act(place)
        assert (place / "tiny_b").is_dir()
    os.replace(place, place.with_name(".zoo.old"))
    with sole_writer(place):
        assert (place / "tiny_b").is_dir()
