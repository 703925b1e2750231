"""Every command, and what the page answers with, on a zoo whose runs have LanceDB tables."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import typer.main

from tests.conftest import PLUGINS, draw_shape
from tests.typed import as_json, run
from zoo.cli import app
from zoo.page.compare.handlers import CompareHandlers
from zoo.page.compare.turn import Turn
from zoo.page.leaderboard.handlers import LeaderboardHandlers
from zoo.page.state import PageState
from zoo.run_files import read_facts

ELSEWHERE = {"train", "index", "serve"}  # below, and in tests of the page and of indexes
WITHOUT_A_ZOO = {"plugins", "clean"}


@pytest.fixture(scope="module")
def indexed(zoo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = Path(shutil.copytree(zoo_folder, tmp_path_factory.mktemp("lance") / "zoo"))
    done = run("index", "--index", "lance", "--runs", place, "--plugins", PLUGINS)
    assert done.returncode == 0, done.stderr
    return place


def test_every_command_works_on_it(indexed: Path, tmp_path: Path) -> None:
    place = Path(shutil.copytree(indexed, tmp_path / "zoo"))
    pictures = tmp_path / "new"
    pictures.mkdir()
    draw_shape("red", "disc", 900).save(pictures / "fresh.png")
    at = ("--runs", place, "--plugins", PLUGINS)
    commands: tuple[tuple[object, ...], ...] = (
        ("embed", "tiny_a", "--force"),
        ("map", "tiny_a"),
        ("recommend", pictures / "fresh.png", "--where", "colour=red", "--alpha", "0.5"),
        ("sample", "--sheet", tmp_path / "sheet.png", "--limit", 1),
        ("tag", pictures),
        ("count", pictures, "--attribute", "colour"),
        ("features", pictures, "--out", tmp_path / "features.npz"),
        ("vectors", "--out", tmp_path / "vectors.npz"),
        ("export", "tiny_a", "--to", "safetensors", "--out", tmp_path / "network.safetensors"),
        ("evaluate",),
        ("votes",),
        ("add", pictures),
        ("remove", "fresh"),
        ("sync",),
        ("compact",),
    )
    for command in commands:
        done = run(*command, *at)
        assert done.returncode == 0, (command, done.stderr)
    assert as_json("doctor", *at)["problems"] == []
    every = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    assert every == {str(c[0]) for c in commands} | {"doctor"} | ELSEWHERE | WITHOUT_A_ZOO
    for name in ("tiny_a", "tiny_b"):
        assert read_facts(place / name)["indexed"]["index"] == "lance"
        assert (place / name / "index.lance").is_dir()


def test_a_page_that_only_reads_answers_from_it_and_writes_nothing(
    indexed: Path, tmp_path: Path
) -> None:
    def files() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in indexed.rglob("*")}

    before = files()
    state = PageState(indexed, [PLUGINS], None, read_only=True, cache=tmp_path / "cache")
    item = str(state.trained().catalog.table["item_id"].iat[0])
    names, red = ["tiny_a", "tiny_b"], "colour: red"
    compare = CompareHandlers(state)
    answered = compare.compare(
        Turn(), 0, [], [item], names, 3, 0.5, [red], False, False, 0.0, True
    )  # fmt: skip
    shown = answered[0]
    assert shown.count("data-item=") >= 6
    assert "LanceDB" in LeaderboardHandlers(state).board()[0]
    assert files() == before
