"""The page as a person uses it, in headless Chromium."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import draw_shape
from tests.page.conftest import open_tab

if TYPE_CHECKING:
    from playwright.sync_api import Page


def upload(page: Page, *paths: Path) -> None:
    page.locator("#uploads input[type=file]").first.set_input_files([str(p) for p in paths])
    page.get_by_text("each backbone says below").wait_for()


def query(page: Page) -> str:
    """The title of the picture that was asked for."""
    return str(page.locator(".query img").first.get_attribute("title"))


def wait_for_query(page: Page, title: str) -> None:
    page.wait_for_function(
        "title => document.querySelector('.query img').title === title", arg=title
    )


def columns(page: Page) -> list[str]:
    return page.locator(".backbone h3").all_text_contents()


def click_quickly(page: Page, buttons: str, count: int, sooner: int = 0) -> None:
    """Click the first ones one after the other, sooner than a slow network has an answer.

    It brings each request so many milliseconds sooner than the one before, after a second at most.
    """
    page.evaluate(
        """async ([buttons, count, sooner]) => {
          const asked = window.fetch, wait = (ms) => new Promise((go) => setTimeout(go, ms));
          let late = sooner ? 1000 : 200;
          window.fetch = async (...what) => {
            const own = late;
            late = Math.max(0, late - sooner);
            await wait(own);
            return asked(...what);
          };
          for (const button of [...document.querySelectorAll(buttons)].slice(0, count)) {
            button.click();
            await wait(100);
          }
        }""",
        [buttons, count, sooner],
    )


@pytest.mark.parametrize("sooner", [0, 110, 300])  # 110: the last one first, but nearly at once
def test_the_last_of_quick_clicks_is_answered(page: Page, sooner: int) -> None:
    pick = page.locator("#picks button").nth(3)
    click_quickly(page, "#picks button", 4, sooner)
    wait_for_query(page, str(pick.get_attribute("title")))
    item = str(pick.get_attribute("data-item"))
    page.wait_for_function(
        "item => new URLSearchParams(location.search).get('items') === item", arg=item
    )


def test_panels_stand_out_from_the_ground(one_page: Page) -> None:
    ground, panel = (
        one_page.locator(place).first.evaluate("it => getComputedStyle(it).backgroundColor")
        for place in ("body", "#backbones")
    )
    assert panel == "rgb(255, 255, 255)"
    assert ground != panel


def test_upload_and_compare(one_page: Page, tmp_path: Path) -> None:
    draw_shape("red", "disc", 555).save(tmp_path / "mine.png")
    upload(one_page, tmp_path / "mine.png")
    assert columns(one_page) == ["Tiny A", "Tiny B"]
    assert one_page.locator(".backbone").first.locator(".tile").count() == 5
    assert "each backbone says below" in one_page.locator(".query").inner_text()
    assert "random weights at the start" in one_page.locator(".backbone").first.inner_text()
    assert re.search(r"match \d of 2", one_page.locator(".tile").first.inner_text())
    assert "found by every backbone" in one_page.locator(".agreement").inner_text()
    sources = one_page.locator(".tile img").evaluate_all(
        "all => all.map(i => { i.loading = 'eager'; return i.src })"
    )
    assert len(sources) == 10
    one_page.wait_for_function(
        "() => [...document.querySelectorAll('.tile img')].every(i => i.naturalWidth > 0)"
    )


def test_random_query_filter_and_choice_of_backbones(one_page: Page) -> None:
    before = query(one_page)
    one_page.click("#random")
    one_page.wait_for_function(
        "title => document.querySelector('.query img').title !== title", arg=before
    )
    assert "The catalogue says" in one_page.locator(".query").inner_text()
    one_page.get_by_role("checkbox", name="Tiny B").uncheck()
    one_page.wait_for_function("() => document.querySelectorAll('.backbone').length === 1")
    assert columns(one_page) == ["Tiny A"]
    one_page.get_by_text("Filters and ranking").click()
    one_page.locator("#filters input").click()
    one_page.get_by_role("option", name="colour: green").click()
    one_page.wait_for_function(
        "() => { const t = [...document.querySelectorAll('.tile')];"
        " return t.length && t.every(e => e.innerText.includes('green')); }"
    )


def test_a_click_on_a_tile_asks_for_more_like_it(one_page: Page) -> None:
    pick = one_page.locator("#picks button").first
    pick.click()
    wait_for_query(one_page, str(pick.get_attribute("title")))
    tile = one_page.locator(".tile button").first
    name = tile.get_attribute("title")
    assert name is not None
    tile.click()
    wait_for_query(one_page, name.removeprefix("More like this: "))


def test_leaderboard_and_models(one_page: Page) -> None:
    open_tab(one_page, "Leaderboard")
    one_page.wait_for_selector("#leaderboard table.board")
    text = one_page.locator("#leaderboard").inner_text()
    assert "True labels only" in text
    for row in ("Tiny A", "Pixels, 12 x 12 thumbnail (baseline)", "Random order (baseline)"):
        assert row in text
    one_page.wait_for_selector(".js-plotly-plot")
    open_tab(one_page, "Models")
    models = one_page.locator("#models")
    models.get_by_text("Plugin kept apart: more/broken.py").wait_for()
    assert "nothing_of_this_name" in models.inner_text()
    assert "not trained yet" in models.inner_text()


def test_a_bad_upload_is_told(one_page: Page, tmp_path: Path) -> None:
    (tmp_path / "page.png").write_text("<html></html>")
    one_page.locator("#uploads input[type=file]").first.set_input_files(str(tmp_path / "page.png"))
    one_page.get_by_text("not a picture in a known format").wait_for()


def test_phone_width_has_no_sideways_scrolling(phone: Page) -> None:
    for tab in ("Leaderboard", "Models", "Use", "API", "Compare"):
        open_tab(phone, tab)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, tab
