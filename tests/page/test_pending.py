"""What is chosen or clicked while the answer to what was before is on its way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import PLUGINS, draw_shape
from tests.page.conftest import open_tab
from zoo.page.app import build
from zoo.page.state import PageState

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHOICES = {
    "judge-pool", "confused-backbone", "confused-attribute", "gap-first", "gap-second",
    "gap-metric", "map-left", "map-right", "map-by", "api-endpoint", "api-language",
}  # fmt: skip
# A network that brings the next requests so many milliseconds late, one after the other.
SLOW = """late => {
  const asked = window.fetch;
  window.fetch = async (...what) => {
    if (String(what[0]).includes('/queue/join'))
      await new Promise((go) => setTimeout(go, late.shift() ?? 0));
    return asked(...what);
  };
}"""
OF_AN_UPLOAD = "document.querySelector('#judge .blind .asked img')?.src.startsWith('data:')"
PLOT = "document.querySelector('#map-board .maps').parentElement.plots[0]"


def test_no_choice_is_passed_over_while_another_is_answered(zoo_folder: Path) -> None:
    page = build(PageState(zoo_folder, [PLUGINS], None)).config
    named = {part["id"]: part["props"].get("elem_id") for part in page["components"]}
    modes = {
        (named[part], each["trigger_mode"])
        for each in page["dependencies"]
        for part, event in each["targets"]
        if event == "input" and named[part] in CHOICES
    }
    assert modes == {(name, "always_last") for name in CHOICES}


def test_the_button_for_an_own_picture_is_there_when_it_is_asked_for(page: Page) -> None:
    open_tab(page, "Judge")
    page.get_by_role("button", name="Start").wait_for()
    page.evaluate(SLOW, [300] * 4)
    page.evaluate(
        """async () => {
          for (const value of ['all', 'upload']) {
            document.querySelector(`#judge-pool input[value=${value}]`).click();
            await new Promise((go) => setTimeout(go, 100));
          }
        }"""
    )
    page.get_by_text("Choose a picture above").wait_for()
    page.get_by_role("button", name="Choose a picture").wait_for()


def test_the_last_pool_is_drawn_from_though_the_one_before_takes_long(
    page: Page, tmp_path: Path
) -> None:
    draw_shape("red", "disc", 4712).save(tmp_path / "mine.png")
    open_tab(page, "Judge")
    page.get_by_text("My picture").click()
    page.get_by_text("Choose a picture above").wait_for()
    page.evaluate(SLOW, [2000])
    page.locator("#judge-query input[type=file]").set_input_files(str(tmp_path / "mine.png"))
    page.wait_for_timeout(500)
    page.get_by_text("Test pictures").click()
    page.wait_for_selector("#judge .blind")
    page.wait_for_timeout(3000)
    assert page.evaluate(f"() => {OF_AN_UPLOAD}") is False


@pytest.mark.parametrize("late", [[300, 300], [900, 0]])
def test_the_last_cell_that_is_clicked_is_shown(page: Page, late: list[int]) -> None:
    open_tab(page, "Leaderboard")
    page.get_by_text("Where does it go wrong?").click()
    right = page.locator("table.heat td.right button")
    right.first.wait_for()
    page.evaluate(SLOW, late)
    right.first.click()
    right.last.click()
    page.locator("#cell").get_by_text("square, and said to be").wait_for()
    page.wait_for_timeout(1000)
    assert "square, and said to be" in page.locator("#cell").inner_text()


@pytest.mark.parametrize("late", [[300, 300], [900, 0]])
def test_the_card_is_of_the_point_that_has_the_ring(page: Page, late: list[int]) -> None:
    open_tab(page, "Map")
    page.wait_for_selector("#map-board .map-legend button")
    page.locator(".map-make:visible, .map-frame[data-points]:visible").first.wait_for()
    page.evaluate(f"() => {PLOT}.tell.pick(7)")
    card = page.locator(".map-card h3")
    card.wait_for()
    last = card.inner_text()
    page.evaluate(f"() => {PLOT}.tell.pick(5)")
    page.wait_for_function(f"() => document.querySelector('.map-card h3').innerText !== '{last}'")
    page.evaluate(SLOW, late)
    page.evaluate(f"() => {PLOT}.tell.pick(6)")
    page.wait_for_timeout(100)
    page.evaluate(f"() => {PLOT}.tell.pick(7)")
    page.locator(".map-card").get_by_text(last, exact=True).wait_for()
    page.wait_for_timeout(1000)
    assert card.inner_text() == last


def test_the_last_selection_is_listed(page: Page) -> None:
    open_tab(page, "Map")
    page.wait_for_selector("#map-board .map-legend button")
    page.locator(".map-make:visible, .map-frame[data-points]:visible").first.wait_for()
    page.evaluate(SLOW, [300, 300])
    page.evaluate(f"() => {PLOT}.tell.take([1, 2, 3])")
    page.wait_for_timeout(100)
    page.evaluate(f"() => {PLOT}.tell.take([4])")
    page.wait_for_function("() => document.querySelectorAll('#map-picks [data-item]').length === 1")
