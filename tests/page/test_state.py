"""What all visitors share is opened before the first of them asks."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from tests.conftest import PLUGINS, TINY
from zoo.building import RUNS, SAMPLE, make_zoo
from zoo.catalog import load_catalog
from zoo.deciding import MATCH
from zoo.errors import ZooError
from zoo.page import launch
from zoo.page.leaderboard.handlers import LeaderboardHandlers
from zoo.page.map.making import Making
from zoo.page.serving.options import ServeOptions
from zoo.page.state import PageState
from zoo.page.told import told
from zoo.page.under_way import progress_html
from zoo.page.use.handlers import UseHandlers
from zoo.plugins import load_plugins
from zoo.progress import Progress, read_progress
from zoo.style import profile_of_items, to_json


def test_warming_up_opens_all_and_says_what_does_not_open(
    zoo_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(zoo_folder, tmp_path / "zoo"))
    index = folder / "tiny_a" / "index.ann"
    index.write_bytes(index.read_bytes()[:-8] + b"12345678")
    state = PageState(folder, [PLUGINS], None)
    state.warm_up()
    said = capsys.readouterr().err
    assert "tiny_a does not open" in said
    assert "left out" not in said
    runs = state.trained().runs
    assert {"recommender", "encoder"} <= vars(runs["tiny_b"]).keys()
    assert "recommender" not in vars(runs["tiny_a"])


def test_what_is_left_out_is_said_where_the_page_was_started(
    zoo_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.py").write_text("1 / 0")
    PageState(zoo_folder, [tmp_path], None).warm_up()
    said = capsys.readouterr().err
    assert "bad.py: ZeroDivisionError: division by zero" in said
    assert "left out: tiny_a: " in said
    assert "has no plugin; install it, or add --plugins DIR" in said


def test_the_leaderboard_is_made_once_for_all_visitors(
    zoo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(zoo_folder, tmp_path / "zoo"))
    state, made = PageState(folder, [PLUGINS], None), []
    monkeypatch.setattr("zoo.page.state.full_report", lambda zoo: made.append(zoo) or {})
    state.report()
    state.report()
    assert len(made) == 1
    (folder / "tiny_a" / "run.json").touch()  # as when a run has been replaced
    state.report()
    assert len(made) == 2


def test_a_step_that_just_began_has_no_pace_yet() -> None:
    began = {"title": "a: training", "done": 0, "total": 9, "unit": "img", "rate": 0.0}
    asked = {"backbones": ["a"], "ready": []}
    shown = progress_html({**began, **asked, "seconds_left": None}, None, "")
    assert ">The columns appear" in shown


def test_of_the_backbones_only_those_that_were_asked_for_are_counted(
    zoo_folder: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(zoo_folder, tmp_path / "zoo"))
    progress = Progress(folder, ["tiny_a", "vgg16"])
    tiny = load_plugins([PLUGINS]).select(["tiny_a"])
    make_zoo(tiny, load_catalog(folder), TINY, folder, progress)  # it is there already
    with progress.stage("vgg16: training", 9):
        assert "1 of 2 backbones ready" in progress_html(read_progress(folder), None, "")


def test_an_update_makes_no_backbones(tmp_path: Path) -> None:
    with Progress(tmp_path).stage("checking pictures", 9):
        shown = progress_html(read_progress(tmp_path), None, "")
    assert "This zoo is being changed" in shown
    assert "columns" not in shown


def test_what_is_told_is_text(tmp_path: Path) -> None:
    @told
    def fails() -> None:
        raise ZooError("no class '<img src=x>'")

    with pytest.raises(gr.Error, match="no class '&lt;img src=x&gt;'"):
        fails()


@pytest.mark.parametrize(
    ("more", "trusted"),
    [
        ({}, True),
        ({"share": True}, False),
        ({"host": "0.0.0.0"}, False),
        ({"proxy": "127.0.0.1"}, False),
        ({"host": "0.0.0.0", "manage": True, "auth": "a:b"}, True),
    ],
)
def test_a_page_for_others_only_shows(tmp_path: Path, more: dict[str, Any], trusted: bool) -> None:
    assert ServeOptions(tmp_path, **more).trusts_visitors() is trusted


def test_maps_are_made_for_who_may_only(tmp_path: Path) -> None:
    making = Making(PageState(tmp_path, [PLUGINS], None, makes_maps=False))
    with pytest.raises(ZooError, match="only shows"):
        making.start(["tiny_a"])
    assert not making.running()


def test_there_may_be_nothing_to_warm_up(tmp_path: Path) -> None:
    PageState(tmp_path, [PLUGINS], None).warm_up()


def test_the_sample_zoo_is_known_by_its_whole_path_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(launch, "sample_command", lambda _: [sys.executable, "-c", ""])
    for folder in (RUNS / SAMPLE, tmp_path / RUNS / SAMPLE):
        job = launch._sample_job(ServeOptions(folder))
        assert job is not None
        job._process.wait(30)
    assert launch._sample_job(ServeOptions(tmp_path / RUNS / "another")) is None


def test_a_visitor_is_not_told_where_the_zoo_lies(zoo_folder: Path, tmp_path: Path) -> None:
    state = PageState(zoo_folder, [PLUGINS], None, cache=tmp_path)
    zoo = state.trained()
    profile = profile_of_items(zoo, [str(zoo.catalog.table["item_id"].iat[0])], "tiny_a")
    old = to_json(replace(profile, backbone="vgg16"))  # of a backbone that is no longer trained
    asked: list[Callable[[], object]] = [
        lambda: LeaderboardHandlers(state).confusions("vgg16", "colour"),
        lambda: LeaderboardHandlers(state).gaps("tiny_a", "vgg16", MATCH),
        lambda: next(UseHandlers(state).look(None, ["x"], "vgg16")),
    ]
    for ask in asked:
        with pytest.raises(gr.Error, match="'vgg16' is not trained here; available: tiny_a"):
            ask()
    note = UseHandlers(state).open_kept("mine", {"mine": old}).note
    assert "'vgg16' is not trained here" in note
    assert str(zoo_folder) not in note
