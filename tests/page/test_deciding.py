"""The tab where a person decides, in headless Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.page.conftest import open_tab
from tests.page.test_browser import wait_for_query

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


def open_leaderboard(page: Page) -> None:
    open_tab(page, "Leaderboard")
    page.wait_for_selector("#leaderboard table.board")
    page.wait_for_selector(".verdict")


def first_pick(page: Page, inside: str) -> Locator:
    page.wait_for_selector(f"{inside} .captioned")
    return page.locator(f"{inside} .captioned button").first


def test_the_verdict_and_its_plots(one_page: Page) -> None:
    open_leaderboard(one_page)
    verdict = one_page.locator(".verdict").inner_text()
    assert "Tiny A" in verdict
    assert "thumbnails alone" in verdict
    one_page.get_by_text("Every two backbones").click()
    assert "the pixels baseline" in one_page.locator(".verdict table").inner_text()
    for plot in ("speed", "retrieval", "accuracy", "learning"):
        one_page.wait_for_selector(f"#{plot}-plot .js-plotly-plot")
    assert "★" in one_page.locator("#learning-plot").inner_text()


def test_a_header_sorts_by_mouse_and_by_keyboard(one_page: Page) -> None:
    open_leaderboard(one_page)
    table = one_page.locator("#leaderboard table.board").first
    header = table.locator("th[scope=col]").nth(1)

    def numbers() -> list[float]:
        cells = table.locator("tbody td:nth-of-type(1)").all_inner_texts()
        return [float(cell.split()[0]) for cell in cells]

    header.locator("button").click()
    assert header.get_attribute("aria-sort") == "descending"
    assert numbers() == sorted(numbers(), reverse=True)
    header.locator("button").press("Enter")
    assert header.get_attribute("aria-sort") == "ascending"
    assert numbers() == sorted(numbers())
    table.locator("th[scope=col] button").first.click()
    assert header.get_attribute("aria-sort") is None
    names = table.locator("tbody th").all_inner_texts()
    assert names == sorted(names, key=str.lower)


def test_a_cell_of_the_confusions_shows_its_pictures(one_page: Page) -> None:
    open_leaderboard(one_page)
    one_page.get_by_text("Where does it go wrong?").click()
    one_page.wait_for_selector("table.heat")
    heads = one_page.locator("table.heat thead th").all()
    assert [head.get_attribute("title") for head in heads] == ["disc", "square"]
    one_page.locator("table.heat td.right button").first.click()
    pick = first_pick(one_page, "#cell")
    assert "and said to be" in one_page.locator("#cell").inner_text()
    title = str(pick.get_attribute("title"))
    pick.click()
    wait_for_query(one_page, title)


def test_two_backbones_where_they_differ(one_page: Page) -> None:
    open_leaderboard(one_page)
    one_page.get_by_text("Where do two backbones differ most?").click()
    pick = first_pick(one_page, "#gaps")
    assert "does better" in one_page.locator("#gaps").inner_text()
    title = str(pick.get_attribute("title"))
    pick.click()
    wait_for_query(one_page, title)


def test_the_phone_shows_all_of_it(phone: Page) -> None:
    open_leaderboard(phone)
    phone.get_by_text("Where does it go wrong?").click()
    phone.wait_for_selector("table.heat")
    phone.get_by_text("Where do two backbones differ most?").click()
    first_pick(phone, "#gaps")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
