"""What every index promises, whoever brings it: a new plugin is tested by being registered."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.search.indexed import PLUGINS, Made, items_of, unit_rows
from zoo.errors import ZooError
from zoo.indexes import GONE, PARTS, TARGET_RECALL, Index
from zoo.plugins import load_plugins
from zoo.search.exact import similarities, top_rows

INDEXES = load_plugins([PLUGINS]).indexes
ROWS = unit_rows(600)
FACTS = {"items", "dimension", "sha256", "recall", "probes", "query_ms", "exact_ms", "build_s"}


@pytest.fixture(scope="module", params=sorted(INDEXES))
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made.of(INDEXES[request.param], tmp_path_factory.mktemp(request.param), ROWS)


def fresh(made: Made, folder: Path) -> Made:
    shutil.copytree(made.folder, folder, dirs_exist_ok=True)
    return Made(made.index, folder, items_of(ROWS, folder), made.facts, made.place)


def nearest(rows: np.ndarray, query: np.ndarray, count: int) -> list[int]:
    return top_rows(similarities(rows, query[None])[0], count).tolist()


def test_it_finds_what_exact_search_finds(made: Made) -> None:
    opened = made.open()
    shares = []
    for query in unit_rows(40, seed=1):
        near = opened.neighbours(query, 10)
        truth = nearest(ROWS, query, 10)
        assert len(near.rows) == 10
        assert near.approximate or near.rows.tolist() == truth
        shares.append(len(set(truth) & set(near.rows.tolist())) / 10)
    assert np.mean(shares) > TARGET_RECALL - 0.05
    assert opened.neighbours(ROWS[7], 1).rows.tolist() == [7]


def test_its_facts_say_what_was_measured(made: Made) -> None:
    assert made.facts.keys() >= FACTS | {"bytes", "asked"}
    assert made.facts["recall"] >= TARGET_RECALL
    assert (made.facts["items"], made.facts["dimension"]) == ROWS.shape
    assert made.facts["asked"] == TARGET_RECALL
    assert made.index.title
    named = made.facts.get("index", "annoy")  # runs of the first versions name none
    assert named == made.index.name


def test_all_are_found_when_all_are_asked_for(made: Made) -> None:
    found = made.open().neighbours(ROWS[0], len(ROWS)).rows
    assert sorted(found.tolist()) == list(range(len(ROWS)))


def test_one_that_filters_finds_the_nearest_of_what_fits(made: Made) -> None:
    opened = made.open()
    if not opened.scans:
        pytest.skip("the recommender filters for it")
    only = {"colour": ["b'lue"], "Type of item": ["skirt"]}
    fits = made.fitting(**{name: value for name, (value,) in only.items()})
    for query in unit_rows(10, seed=2):
        truth = fits[nearest(ROWS[fits], query, 10)]
        exact = opened.neighbours(query, 10, only, exact=True)
        assert (exact.rows.tolist(), exact.approximate) == (truth.tolist(), False)
        near = opened.neighbours(query, 10, only)
        assert set(near.rows.tolist()) <= set(fits.tolist())
        assert len(set(near.rows.tolist()) & set(truth.tolist())) >= 9
    every = opened.neighbours(ROWS[0], 600, only, exact=True)
    assert sorted(every.rows.tolist()) == fits.tolist()
    assert not len(opened.neighbours(ROWS[0], 5, {"colour": []}, exact=True).rows)


def test_one_that_takes_changes_needs_no_building(made: Made, tmp_path: Path) -> None:
    if not made.index.changes:
        pytest.skip("what came is looked at beside it")
    now = fresh(made, tmp_path)
    before = now.open()  # which goes on answering as it did
    origin = np.concatenate([np.arange(50, 600), np.full(30, GONE)])
    rows = np.concatenate([ROWS[50:], unit_rows(30, seed=3)])
    items = items_of(rows, tmp_path, first=50)
    place = now.place.after(origin)
    gone = np.flatnonzero(place.rows == GONE)
    for _ in range(2):  # one that was killed before it was kept is done again
        facts = now.index.change(items, place, gone, tmp_path, now.facts)
    after = Made(now.index, tmp_path, items, facts, place.joined()).open()
    assert after.place.beside.tolist() == []
    for query in [*rows[-5:], *ROWS[:5], *ROWS[60:65]]:
        truth = nearest(rows, query, 5)
        assert len(set(after.neighbours(query, 5).rows.tolist()) & set(truth)) >= 4
        if after.scans:
            assert after.neighbours(query, 5, exact=True).rows.tolist() == truth
            assert before.neighbours(query, 5, exact=True).rows.tolist() == nearest(ROWS, query, 5)


def test_it_opens_again_and_answers_the_same(made: Made) -> None:
    first, second = (made.open().neighbours(ROWS[3], 20) for _ in range(2))
    assert first.rows.tolist() == second.rows.tolist()
    assert first.approximate == second.approximate


def test_one_that_is_gone_names_the_command_that_builds_it(made: Made, tmp_path: Path) -> None:
    parts = list(fresh(made, tmp_path).folder.glob(PARTS))
    for part in parts:
        shutil.rmtree(part) if part.is_dir() else part.unlink()
    if not parts:
        pytest.skip("it has no files of its own")
    with pytest.raises(ZooError, match="missing.*zoo index tiny"):
        Made(made.index, tmp_path, made.items, made.facts, made.place).open()


def test_one_of_another_catalogue_is_refused(made: Made, tmp_path: Path) -> None:
    if not list(made.folder.glob(PARTS)):
        pytest.skip("it has no files of its own")
    Made.of(made.index, tmp_path, ROWS[:400])
    with pytest.raises(ZooError, match="zoo index tiny"):
        Made(made.index, tmp_path, made.items, made.facts, made.place).open()


def test_names_are_those_of_the_registry() -> None:
    assert set(load_plugins().indexes) == {"annoy", "exact", "lance"}
    assert all(isinstance(index, Index) for index in INDEXES.values())
