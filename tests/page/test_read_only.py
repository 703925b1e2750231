"""A page that only reads: nothing is written into the zoo, and what it draws is kept elsewhere."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.conftest import PLUGINS
from tests.page.conftest import tree
from zoo import pipeline
from zoo.compare import Zoo
from zoo.errors import ZooError
from zoo.evaluation.per_query import FOLDER
from zoo.page.compare.handlers import CompareHandlers
from zoo.page.compare.turn import Turn
from zoo.page.judge.handlers import JudgeHandlers
from zoo.page.leaderboard.handlers import LeaderboardHandlers
from zoo.page.map.making import Making
from zoo.page.serving.options import ServeOptions
from zoo.page.state import PageState
from zoo.page.thumbnails import Thumbnails


def test_a_page_that_only_reads_writes_nothing(zoo_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(zoo_folder, tmp_path / "zoo"))
    shutil.rmtree(folder / FOLDER)  # what a page of its own zoo would measure and keep
    (folder / pipeline.BASELINES).unlink()
    before = tree(folder)
    state = PageState(folder, [PLUGINS], None, read_only=True, cache=tmp_path / "cache")
    item = str(state.trained().catalog.table["item_id"].iat[0])
    names = ["tiny_a", "tiny_b"]
    answered = CompareHandlers(state).compare(
        Turn(), 0, [], [item], names, 3, 1.0, [], False, False, 0.0, True
    )
    shown = answered[0]
    assert str(tmp_path / "cache" / "thumbnails") in shown
    assert list((tmp_path / "cache" / "thumbnails").glob("*.webp"))
    board = LeaderboardHandlers(state)
    board.board()
    assert "tiny" in board.verdict()[0].lower()
    board.gaps("tiny_a", "tiny_b", "map@10")
    judge = JudgeHandlers(state)
    assert "Voting is off" in judge.opening(None)
    assert "this page only reads the zoo" in judge.draw("any", None, None)[0]
    with pytest.raises(ZooError, match="maps are kept in it"):
        Making(state).start(["tiny_a"])
    assert tree(folder) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_leave_to_write_is_only_read(zoo_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(zoo_folder, tmp_path / "zoo"))
    folder.chmod(0o555)
    assert ServeOptions(folder).only_reads()
    folder.chmod(0o755)
    assert not ServeOptions(folder).only_reads()
    assert ServeOptions(folder, read_only=True).only_reads()


def test_a_page_that_trains_does_not_only_read(tmp_path: Path) -> None:
    with pytest.raises(ZooError, match="--manage trains into the zoo"):
        ServeOptions(tmp_path, manage=True, read_only=True)


def test_a_cache_that_cannot_be_is_told(zoo_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ZooError, match="name a folder for them with --cache"):
        PageState(zoo_folder, [PLUGINS], None, read_only=True, cache=tmp_path / "file")


def test_a_thumbnail_that_cannot_be_kept_is_within_the_page(zoo: Zoo, tmp_path: Path) -> None:
    made = Thumbnails(tmp_path / "zoo" / "thumbnails")
    shutil.rmtree(tmp_path / "zoo")  # as between the two moves of a swap
    assert made.urls(zoo.catalog, [0])[0].startswith("data:image/webp;base64,")
    assert not (tmp_path / "zoo").exists()  # else the second move would find its place taken
    (tmp_path / "zoo").mkdir()
    assert Path(made.urls(zoo.catalog, [0])[0].removeprefix("/gradio_api/file=")).is_file()
