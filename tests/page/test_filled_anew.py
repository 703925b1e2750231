"""What a visitor chose stays when the zoo is another, and what is open is shown of the new one."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from tests.conftest import PLUGINS
from zoo.errors import ZooError
from zoo.page.app import build
from zoo.page.compare.asked import Asked
from zoo.page.compare.handlers import CompareHandlers, empty_html
from zoo.page.compare.turn import Turn
from zoo.page.models.training import kept
from zoo.page.state import PageState
from zoo.page.uploads import contents

BOTH = ["tiny_a", "tiny_b"]


@pytest.fixture
def state(zoo_folder: Path) -> PageState:
    return PageState(zoo_folder, [PLUGINS], None)


def test_ticked_backbones_stay_and_new_ones_are_ticked(zoo_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(zoo_folder, tmp_path / "zoo"))
    (folder / "tiny_b").rename(tmp_path / "later")
    do = CompareHandlers(PageState(folder, [PLUGINS], None))
    backbones, _, known = do.choices([], [])
    assert (backbones.value, known) == (["tiny_a"], ["tiny_a"])
    (tmp_path / "later").rename(folder / "tiny_b")
    backbones, _, known = do.choices([], known)  # it was unticked
    assert (backbones.value, known) == (["tiny_b"], BOTH)
    assert do.choices(["tiny_a"], known)[0].value == ["tiny_a"]
    assert do.choices(["vgg16"], ["tiny_a", "vgg16"])[0].value == ["tiny_b"]


def test_of_the_training_form_only_what_nobody_changed_begins_anew() -> None:
    assert kept([], [1, "random"], [8, "pretrained"]) == [8, "pretrained"]
    assert kept([8, "pretrained"], [8, "random"], [9, "pretrained"]) == [9, "random"]


def test_without_any_query_it_is_said_how_to_ask(state: PageState) -> None:
    do = CompareHandlers(state)
    controls = (BOTH, 3, 1.0, [], False, False, 0.0, True)
    assert do.compare(Turn(), 0, None, [], *controls) == [empty_html(), None, ""]
    assert do.emptied(Turn(), 0, None, [], *controls) == [empty_html(), None, ""]
    assert do.emptied(Turn(), 0, None, ["an item"], *controls) == [gr.skip()] * 3


def test_backbones_that_have_gone_are_not_taken_for_all(state: PageState) -> None:
    zoo = state.trained()
    asked = Asked(items=(str(zoo.catalog.table["item_id"].iat[0]),), backbones=("vgg16",))
    with pytest.raises(ZooError, match="none of the chosen backbones is there any more"):
        asked.answers(zoo, {}, state.remembered)


def test_an_upload_that_has_gone_is_told_without_folders(tmp_path: Path) -> None:
    with pytest.raises(ZooError, match=r"has expired; choose it again: mine\.png") as told:
        contents([str(tmp_path / "mine.png")])
    assert str(tmp_path) not in str(told.value)


def functions(state: PageState, name: str) -> list[Any]:
    """What the page calls on events, by its name."""
    return [fn for fn in build(state).fns.values() if fn.name == name]


def test_unfolded_tables_are_of_the_new_zoo(state: PageState) -> None:
    (again,) = functions(state, "again")
    chosen = ("tiny_a", "colour", *BOTH, "colour")
    table, cell, gaps = again.fn(True, False, *chosen)
    assert "Most frequent confusions" in table
    assert (cell, gaps) == ("", gr.skip())  # the others are made when they are unfolded
    assert "Mean difference" in again.fn(False, True, *chosen)[2]


def test_a_large_set_takes_no_place_of_those_who_search(state: PageState) -> None:
    for fn in functions(state, "look"):
        if fn.inputs:  # the pictures of a set
            assert fn.concurrency_id == "use-look"
            assert fn.concurrency_limit == 1
