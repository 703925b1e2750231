"""Which of several answers a visitor is left with, whichever comes last."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
import pytest

from tests.conftest import PLUGINS, draw_shape
from tests.page.test_browser import click_quickly, columns
from zoo.page.app import build
from zoo.page.compare.handlers import CompareHandlers
from zoo.page.compare.turn import Turn
from zoo.page.slider import Slider
from zoo.page.state import PageState

if TYPE_CHECKING:
    from playwright.sync_api import Page

CONTROLS = (["tiny_a"], 3, 1.0, [], False, False, 0.0, True)
PATIENCE = 30


@pytest.fixture
def state(zoo_folder: Path) -> PageState:
    return PageState(zoo_folder, [PLUGINS], None)


def test_a_slow_answer_does_not_take_the_place_of_a_later_one(
    state: PageState, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, goes_on = threading.Event(), threading.Event()
    embed = state.remembered

    def slow(*asked: Any, **more: Any) -> Any:
        begun.set()
        assert goes_on.wait(PATIENCE)
        return embed(*asked, **more)

    monkeypatch.setattr(state, "remembered", slow)
    draw_shape("red", "disc", 5).save(tmp_path / "mine.png")
    do, turn, answers = CompareHandlers(state), Turn(), []
    upload = (turn, 1.0, [(str(tmp_path / "mine.png"), None)], [], *CONTROLS)
    first = threading.Thread(target=lambda: answers.append(do.compare(*upload)))
    first.start()
    assert begun.wait(PATIENCE)
    item = str(state.trained().catalog.table["item_id"].iat[0])
    _, asked, link = do.compare(turn, 2.0, None, [item], *CONTROLS)
    goes_on.set()
    first.join(PATIENCE)
    assert asked.items == (item,)
    assert "data-query" in link
    assert answers == [[gr.skip()] * 3]
    assert do.compare(turn, 1.5, None, [item], *CONTROLS) == [gr.skip()] * 3  # it came late


def test_what_fails_in_one_tab_leaves_the_others_filled(state: PageState) -> None:
    dependencies = build(state).config["dependencies"]
    after = {d["id"]: d["trigger_after"] for d in dependencies}
    named = {d["id"]: d["api_name"] for d in dependencies}
    others = [number for number, name in named.items() if name in {"board", "opening", "fill"}]
    assert len(others) == 3
    for number in others:
        chain, before = [], number
        while before is not None:
            chain.append(named[before])
            before = after[before]
        assert len(chain) > 2
        assert not any(name.startswith("compare") for name in chain)


def test_uploads_that_stay_are_not_sent_to_and_fro(state: PageState) -> None:
    do = CompareHandlers(state)
    assert do.cleared(["an item"]) is None
    assert do.cleared([]) == gr.skip()


def test_an_empty_or_too_large_number_is_one_of_the_slider() -> None:
    with gr.Blocks():
        made = Slider(1, 24, 5, step=1)
    assert [made.preprocess(n) for n in (None, 100, 0, 7)] == [5, 24, 1, 7]


def tiles(page: Page, count: int) -> None:
    page.wait_for_function(
        "n => document.querySelector('.backbone').querySelectorAll('.tile').length === n",
        arg=count,
    )


def test_a_slider_is_set_back_and_typed_into(page: Page) -> None:
    page.get_by_text("Filters and ranking").click()
    number = page.locator("#top input[type=number]")
    number.fill("3")
    tiles(page, 3)
    page.locator("#top [data-testid=reset-button]").click()
    tiles(page, 5)
    number.fill("")
    number.press_sequentially("2")
    tiles(page, 2)
    assert page.locator(".toast-body").count() == 0


def test_one_backbone_is_quickly_taken_for_another(page: Page) -> None:
    page.get_by_role("checkbox", name="Tiny B").uncheck()
    page.wait_for_function("() => document.querySelectorAll('.backbone').length === 1")
    click_quickly(page, "#backbones input", 2)
    page.wait_for_function("() => document.querySelector('.backbone h3')?.textContent === 'Tiny B'")
    assert columns(page) == ["Tiny B"]
