"""Several pages over one zoo that is replaced while visitors ask: nobody is refused or misled."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import PLUGINS, ROOT, draw_shape
from tests.page.conftest import serve, tree
from tests.page.versions import NEXT, PATIENCE, Shelf, until
from zoo.catalog.change import addition
from zoo.compare import open_zoo
from zoo.picture_tables import pictures_in
from zoo.progress import Progress
from zoo.updating import rows_to_add, update

ADDED = "added"  # the item that comes to it
TOGETHER = 4  # visitors


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
