"""A page whose zoo is replaced under it: every answer is of one version, and none is lost."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import threading
import time
from pathlib import Path

import pytest

from tests.conftest import PLUGINS
from tests.page.versions import NEXT, PATIENCE, Shelf, until
from zoo.compare import Zoo, open_zoo
from zoo.errors import ReplacedError
from zoo.files import swap_in
from zoo.page.compare.handlers import CompareHandlers
from zoo.page.compare.turn import Turn
from zoo.page.launch import health
from zoo.page.state import PageState
from zoo.page.told import told

ASKED = 60  # answers of a page whose zoo is switched again and again


class Flipping:
    """Switches between two versions again and again."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf, self._ends = shelf, threading.Event()
        self._thread = threading.Thread(target=self._flip)

    def _flip(self) -> None:
        while not self._ends.wait(0.05):
            for version in (self._shelf.second, self._shelf.first):
                self._shelf.switch(version)
                self._ends.wait(0.3)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()


def shown(do: CompareHandlers, picture: str, top: int) -> str:
    """The answer to an upload."""
    names = ["tiny_a", "tiny_b"]
    uploads = [(picture, None)]
    answer = do.compare(Turn(), 0, uploads, [], names, top, 1.0, [], False, False, 0.0, True)
    return str(answer[0])


def test_one_answer_of_the_page_is_of_one_version(shelf: Shelf, tmp_path: Path) -> None:
    state = PageState(shelf.link, [PLUGINS], None, read_only=True, cache=tmp_path / "cache")
    do = CompareHandlers(state)
    picture = str(state.trained().catalog.path(0))
    seen: list[bool] = []
    ends = time.monotonic() + PATIENCE
    with Flipping(shelf):
        while len(seen) < ASKED or len(set(seen)) < 2:
            assert time.monotonic() < ends, f"only one version was answered: {seen}"
            html = shown(do, picture, 5)
            items = re.findall(r'data-item="([^"]+)"', html)
            assert len(items) >= 5
            versions = {item.startswith(NEXT) for item in items}
            assert len(versions) == 1, items
            seen += versions


class Changing(PageState):
    """At the worst moment: whoever asks for the zoo a second time gets another version."""

    def __init__(self, shelf: Shelf, cache: Path) -> None:
        super().__init__(shelf.first, [PLUGINS], None, read_only=True, cache=cache)
        versions = [open_zoo(folder, [PLUGINS]) for folder in (shelf.first, shelf.second)]
        self._versions = itertools.cycle(versions)

    def zoo(self) -> Zoo:
        return next(self._versions)


def test_a_question_is_answered_from_one_version(shelf: Shelf, tmp_path: Path) -> None:
    do = CompareHandlers(Changing(shelf, tmp_path / "cache"))
    catalog = open_zoo(shelf.first, [PLUGINS]).catalog
    asked, picture = str(catalog.table["item_id"].iat[0]), str(catalog.path(0))
    for version in (asked, NEXT + asked):
        html = shown(do, picture, 3)
        items = re.findall(r'data-item="([^"]+)"', html)
        assert items[0] == version  # the copy of what was asked
        assert len({item.startswith(NEXT) for item in items}) == 1


def test_a_page_goes_on_while_its_zoo_is_away_and_with_what_it_has(
    shelf: Shelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Path(shutil.copytree(shelf.first, tmp_path / "place"))
    state = PageState(place, [PLUGINS], None, read_only=True, cache=tmp_path / "cache")
    before = state.trained()
    place.rename(tmp_path / "away")  # between the two moves of a swap
    assert state.trained() is before
    (tmp_path / "away").rename(place)
    assert state.trained() is before
    (place / "catalog.parquet").write_bytes(b"damaged")
    os.utime(place / "catalog.json", (1, 1))
    assert state.trained() is before
    assert "the page goes on with the version before" in capsys.readouterr().err
    assert state.trained() is before
    assert capsys.readouterr().err == ""  # told once
    swap_in(Path(shutil.copytree(shelf.second, tmp_path / "new")), place)
    after = state.trained()
    assert after.catalog.table["item_id"].str.startswith(NEXT).all()
    for run in after.runs.values():  # opened before it was taken up
        assert {"recommender", "encoder"} <= vars(run).keys()


def test_a_probe_has_another_version_opened_and_does_not_wait(shelf: Shelf, tmp_path: Path) -> None:
    state = PageState(shelf.link, [PLUGINS], None, read_only=True, cache=tmp_path / "cache")
    probe = health(state)
    before, after = (open_zoo(f, [PLUGINS]).version for f in (shelf.first, shelf.second))
    assert probe()["version"] == before  # the first one is waited for
    shelf.switch(shelf.second)
    assert probe()["version"] == before
    until(lambda: probe()["version"] == after)  # though no visitor asks


def test_a_question_that_met_a_replaced_run_is_asked_again() -> None:
    met: list[str] = []

    @told
    def asked() -> str:
        met.append("asked")
        if len(met) == 1:
            raise ReplacedError("replaced meanwhile")
        return "answered"

    assert asked() == "answered"
    assert met == ["asked", "asked"]


def test_a_run_that_was_swapped_before_it_was_opened_says_so(shelf: Shelf) -> None:
    run = open_zoo(shelf.first, [PLUGINS]).run("tiny_a")
    swap_in(Path(shutil.copytree(shelf.second, shelf.first.with_name("new"))), shelf.first)
    with pytest.raises(ReplacedError, match="was replaced meanwhile"):
        _ = run.recommender
    shutil.rmtree(shelf.first)
    with pytest.raises(ReplacedError, match="was replaced meanwhile"):
        _ = run.recommender


def test_a_swap_goes_to_where_a_link_leads(shelf: Shelf, tmp_path: Path) -> None:
    swap_in(Path(shutil.copytree(shelf.second, tmp_path / "new")), shelf.link)
    assert shelf.link.is_symlink()
    table = open_zoo(shelf.first, [PLUGINS]).catalog.table
    assert table["item_id"].str.startswith(NEXT).all()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["first", "second", "zoo"]
