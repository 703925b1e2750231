"""Several pages over one zoo that is replaced while visitors ask: nobody is refused or misled."""

from __future__ import annotations

import itertools
import json
import os
import random
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from tests.conftest import PLUGINS, ROOT, draw_shape
from tests.page.conftest import serve, tree
from zoo import pipeline, run_files
from zoo.catalog.change import addition
from zoo.compare import Zoo, open_zoo
from zoo.errors import ReplacedError
from zoo.features.extract import EMBEDDINGS, PREDICTIONS
from zoo.files import swap_in, write_json
from zoo.page.compare.handlers import CompareHandlers
from zoo.page.compare.turn import Turn
from zoo.page.launch import health
from zoo.page.state import PageState
from zoo.page.told import told
from zoo.picture_tables import pictures_in
from zoo.progress import Progress
from zoo.training.settings import Settings
from zoo.updating import rows_to_add, update

NEXT = "next-"  # before the ids of the second version
ADDED = "added"  # the item that comes to it
TOGETHER = 4  # visitors
ASKED = 60  # answers of a page whose zoo is switched again and again
PATIENCE = 60.0  # seconds


def next_version(zoo: Zoo, folder: Path) -> Path:
    """The same items by other ids and in the opposite order: no row means what it did."""
    table = zoo.catalog.table.iloc[::-1].reset_index(drop=True)
    catalog = replace(zoo.catalog, table=table.assign(item_id=NEXT + table["item_id"]))
    catalog.save(folder)
    for run in zoo.runs.values():
        partial = Path(shutil.copytree(run.folder, run_files.partial_folder(folder, run.name)))
        np.save(partial / EMBEDDINGS, run.embeddings[::-1])
        np.savez(
            partial / PREDICTIONS,
            **{name: array[::-1] for name, array in run.predictions.arrays().items()},  # type: ignore[arg-type]
        )
        facts = {k: v for k, v in run.facts.items() if k not in ("indexed", "evaluated", "files")}
        write_json(partial / run_files.RUN, {**facts, "catalog": catalog.fingerprint()})
        settings = Settings.from_dict(facts["settings"])
        pipeline.make_run(run.backbone, catalog, settings, folder, Progress())
    return folder


@dataclass
class Shelf:
    """A zoo by a link that leads to its present version, beside the next one."""

    link: Path
    first: Path
    second: Path

    def switch(self, version: Path) -> None:
        """Lead to another version: a new link takes the place of the old one, in one step."""
        link = self.link.with_name(".switched")
        link.symlink_to(version)
        os.replace(link, self.link)


@pytest.fixture(scope="module")
def next_folder(zoo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return next_version(open_zoo(zoo_folder, [PLUGINS]), tmp_path_factory.mktemp("next") / "zoo")


@pytest.fixture
def shelf(zoo_folder: Path, next_folder: Path, tmp_path: Path) -> Shelf:
    first = Path(shutil.copytree(zoo_folder, tmp_path / "first"))
    second = Path(shutil.copytree(next_folder, tmp_path / "second"))
    (tmp_path / "zoo").symlink_to(first)
    return Shelf(tmp_path / "zoo", first, second)


@dataclass
class Answers:
    """What visitors were told: the version of each answer in its order, and what went wrong."""

    versions: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    pages: set[str] = field(default_factory=set)


def version_of(asked: str, report: dict[str, Any]) -> str:
    """ "first" or "second", by ids and titles; AssertionError for what belongs to neither."""
    versions = set()
    for result in report["results"].values():
        assert result["items"], "no items"
        found = result["items"][0]["item_id"]
        assert found.removeprefix(NEXT) == asked, f"{found} for a copy of {asked}"
        for item in result["items"]:
            name = item["item_id"]
            versions.add("second" if name.startswith((NEXT, ADDED)) else "first")
            path = f"{ADDED}.png" if name == ADDED else name.removeprefix(NEXT)
            assert item["path"] == path, item
    assert len(versions) == 1, f"a mixture: {report}"
    return versions.pop()


def recommended(visitor: httpx.Client, picture: Path) -> dict[str, Any]:
    """Upload and ask, as a program does."""
    files = {"files": (picture.name, picture.read_bytes(), "image/png")}
    (path,) = visitor.post("/gradio_api/upload", files=files).raise_for_status().json()
    data = [[{"path": path, "meta": {"_type": "gradio.FileData"}}], [], 3, 1, {}, False, False]
    asked = visitor.post("/gradio_api/call/recommend", json={"data": [*data, 0, True]})
    event = asked.raise_for_status().json()["event_id"]
    said = visitor.get(f"/gradio_api/call/recommend/{event}").raise_for_status().text
    assert "event: complete" in said, said
    report: dict[str, Any] = json.loads(said.partition("data: ")[2])[0]
    return report


def ask_on(address: str, pictures: list[Path], ends: threading.Event, told: Answers) -> None:
    """One visitor, who asks without a pause until it ends."""
    chance = random.Random(threading.get_ident())
    with httpx.Client(base_url=address, timeout=PATIENCE) as visitor:
        while not ends.is_set():
            picture = chance.choice(pictures)
            try:
                asked = f"images/{picture.name}"
                told.versions.append(version_of(asked, recommended(visitor, picture)))
            except (AssertionError, httpx.HTTPError, ValueError) as error:
                told.wrong.append(f"{type(error).__name__}: {error}")
        told.pages.add(visitor.cookies["page"])


def until(what: Callable[[], bool]) -> None:
    """Wait for it; AssertionError when it does not come."""
    ends = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < ends, "it did not come"
        time.sleep(0.1)


@pytest.fixture
def pages(shelf: Shelf, tmp_path: Path) -> Iterator[list[str]]:
    """Two processes over the one zoo, neither of which writes into it."""

    def begun(name: str) -> Any:
        folder = tmp_path / name
        folder.mkdir()
        own = ["--cache", str(tmp_path / "cache")] if name == "a" else []
        return serve(
            folder, "--runs", str(shelf.link), "--plugins", str(PLUGINS), "--read-only", *own
        )

    with ThreadPoolExecutor(2) as pool:
        started = list(pool.map(begun, "ab"))
    yield [address for _, address in started]
    for process, _ in started:
        process.terminate()
    for process, _ in started:
        process.wait(timeout=20)


def healthy(address: str) -> dict[str, Any]:
    said: dict[str, Any] = httpx.get(f"{address}/healthz", timeout=PATIENCE).json()
    return said


def test_a_zoo_is_replaced_twice_while_visitors_ask(
    shelf: Shelf, pages: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    before = tree(shelf.first)
    zoo = open_zoo(shelf.first, [PLUGINS])
    pictures = [zoo.catalog.path(row) for row in range(0, len(zoo.catalog), 7)]
    table = zoo.catalog.table
    assert table["item_id"].equals(table["path"])  # what `version_of` rests on
    proxy = import_module("sticky_proxy").StickyProxy([int(p.rsplit(":", 1)[1]) for p in pages])
    ends, told = threading.Event(), Answers()

    def more() -> None:
        """Let every visitor be answered a few times."""
        so_far = len(told.versions) + len(told.wrong)
        until(lambda: len(told.versions) + len(told.wrong) >= so_far + 4 * TOGETHER)

    def taken_up(version: str) -> None:
        until(lambda: {healthy(page)["version"] for page in pages} == {version})

    try:
        with ThreadPoolExecutor(TOGETHER) as pool:
            asking = [
                pool.submit(ask_on, proxy.address, pictures, ends, told) for _ in range(TOGETHER)
            ]
            try:
                more()
                assert set(told.versions) == {"first"}
                # Another folder by the same name.
                shelf.switch(shelf.second)
                taken_up(open_zoo(shelf.second, [PLUGINS]).version)
                more()  # answers that were begun before
                switched = len(told.versions)
                more()
                # The folder itself replaced, as `zoo add` does it.
                fresh = tmp_path / "fresh"
                fresh.mkdir()
                draw_shape("red", "disc", 901).save(fresh / f"{ADDED}.png")
                now = open_zoo(shelf.link, [PLUGINS])
                update(
                    now, addition(now.catalog, rows_to_add(pictures_in(fresh), fresh)), Progress()
                )
                taken_up(open_zoo(shelf.link, [PLUGINS]).version)
                more()
            finally:
                ends.set()
            for visitor in asking:
                visitor.result(timeout=PATIENCE)
        assert told.wrong == []
        assert set(told.versions[switched:]) == {"second"}
        assert told.pages == {"0", "1"}  # both pages were asked
        for page in pages:
            with httpx.Client(base_url=page, timeout=PATIENCE) as visitor:
                answers = recommended(visitor, fresh / f"{ADDED}.png")["results"]
            assert {a["items"][0]["item_id"] for a in answers.values()} == {ADDED}
        assert len(open_zoo(shelf.second, [PLUGINS]).catalog) == len(zoo.catalog) + 1
        assert tree(shelf.first) == before
    finally:
        proxy.stop()


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
