"""Answers rank by rank, how alike they are, and what is behind one item."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conftest import PLUGINS, draw_shape
from tests.page.conftest import opened
from tests.page.test_browser import upload
from zoo.page.compare.handlers import CompareHandlers
from zoo.page.compare.turn import Turn
from zoo.page.state import PageState

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

TOPS = """() => [...document.querySelectorAll('.backbone')].map(column =>
  [...column.querySelectorAll('.tile')].map(t => Math.round(t.getBoundingClientRect().top)))"""
PANEL = "#details:popover-open"


def test_a_rank_is_a_row_on_a_desktop(one_page: Page) -> None:
    one, other = one_page.evaluate(TOPS)
    assert one == other
    assert one == sorted(set(one))


def test_a_rank_is_a_strip_on_a_phone(one_phone: Page) -> None:
    one, other = one_phone.evaluate(TOPS)
    assert len(set(one)) == len(set(other)) == 1
    assert one[0] < other[0]


def test_many_columns_scroll_within_the_answer(page: Page) -> None:
    page.evaluate(
        """() => { const all = document.querySelector('.columns');
        for (let i = 0; i < 4; i++) all.append(all.children[0].cloneNode(true));
        all.style.setProperty('--count', 6); }"""
    )
    width, inner = page.evaluate(
        "(all => [all.clientWidth, all.scrollWidth])(document.querySelector('.columns'))"
    )
    assert inner > width
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440


def test_a_tile_says_what_matches_and_what_differs(one_page: Page) -> None:
    for tile in one_page.locator(".tile").all():
        text = tile.inner_text()
        found = re.search(r"match (\d) of 2", text)
        assert found
        assert len(re.findall(r"✗ (category|colour): \S+ → \S+", text)) == 2 - int(found[1])


def test_what_matches_in_nothing_has_no_tick(zoo_folder: Path) -> None:
    state = PageState(zoo_folder, [PLUGINS], None)
    table = state.trained().catalog.table
    red_disc = str(
        table["item_id"][(table["colour"] == "red") & (table["category"] == "disc")].iat[0]
    )
    only = ["category: square", "colour: green"]
    html = CompareHandlers(state).compare(
        Turn(), 0, [], [red_disc], ["tiny_a"], 3, 1.0, only, False, False, 0.0, True
    )[0]
    assert html.count('<span class="label differs">✗ match 0 of 2') == 3
    assert "✓ match" not in html


def test_the_query_stands_before_the_item_in_any_script(zoo_folder: Path, page: Page) -> None:
    state = PageState(zoo_folder, [PLUGINS], None)
    table = state.trained().catalog.table
    red = str(table["item_id"][table["colour"] == "red"].iat[0])
    html = CompareHandlers(state).compare(
        Turn(), 0, [], [red], ["tiny_a"], 3, 1.0, ["colour: green"], False, False, 0.0, True
    )[0]
    page.set_content(html.replace("red", "أحمر").replace("green", "أخضر"))
    line = page.locator(".differs", has_text="colour").first
    wanted = line.locator("i").bounding_box()
    found = line.get_by_text("أخضر").bounding_box()
    assert wanted
    assert found
    assert wanted["x"] + wanted["width"] < found["x"]


def test_long_names_stay_within_their_tile(one_phone: Page) -> None:
    one_phone.evaluate(
        """() => document.querySelectorAll('.facts bdi, .facts b, .query .badge')
        .forEach(one => { one.textContent = 'length_of_the_sleeve_from_the_shoulder_seam'; })"""
    )
    wide = "all => all.filter(one => one.scrollWidth > one.clientWidth).length"
    assert one_phone.locator(".facts, .query").evaluate_all(wide) == 0
    picture, text = (
        one_phone.locator(f".query {part}").bounding_box() for part in ("img", ".strip ~ div")
    )
    assert picture
    assert text
    assert picture["x"] + picture["width"] <= text["x"]


def test_overlap_of_the_answers(one_page: Page) -> None:
    one_page.get_by_text("How alike are the answers?").click()
    table = one_page.locator(".overlap table")
    assert table.locator("tbody tr").count() == 2
    shown = [
        {t.get_attribute("data-item") for t in column.locator(".more").all()}
        for column in one_page.locator(".backbone").all()
    ]
    share = len(shown[0] & shown[1]) / len(shown[0] | shown[1])
    assert f"{share:.0%} shared" in table.inner_text()


def test_details_by_keyboard(one_page: Page) -> None:
    button = one_page.locator(".tile button.details").nth(1)
    name = one_page.locator(".tile b").nth(1).inner_text()
    button.focus()
    one_page.keyboard.press("Enter")
    panel = one_page.locator(PANEL)
    panel.wait_for()
    assert name in panel.locator("h2").inner_text()
    assert one_page.evaluate("document.activeElement.className") == "close"
    header = panel.locator(".about thead th").all_inner_texts()
    assert header == ["Catalogue", "Tiny A", "Tiny B"]
    assert "rank 2" in panel.locator(".why").first.inner_text()
    panel.locator(".heat").nth(1).wait_for()
    assert panel.locator(".heat img").count() == 2
    before = panel.locator(".heat img").first.get_attribute("src")
    panel.get_by_role("radio", name="colour").check()
    one_page.wait_for_function(
        "before => { const i = document.querySelector('.heat img');"
        " return i && i.src !== before && /red|green|blue/.test(i.alt); }",
        arg=before,
    )
    for attribute in ("category", "colour"):  # the last one is drawn
        panel.get_by_role("radio", name=attribute).check()
    one_page.wait_for_function(
        "() => /red|green|blue/.test(document.querySelector('#details-heat img')?.alt)"
    )
    one_page.keyboard.press("Escape")
    panel.wait_for(state="hidden")
    assert one_page.evaluate("document.activeElement.className").startswith("details")
    button.click()  # the same again
    panel.wait_for()
    one_page.keyboard.press("Escape")
    for name in ("Tiny A", "Tiny B"):
        one_page.get_by_role("checkbox", name=name).uncheck()
    one_page.get_by_text("No backbone is chosen").first.wait_for()
    one_page.get_by_role("checkbox", name="Tiny A").check()
    button.wait_for()
    button.evaluate("button => { button.dataset.details = 'item:nothing of this name' }")
    button.click()
    one_page.wait_for_selector(".details.asked")
    one_page.wait_for_function("() => !document.querySelector('.details.asked')")


def test_the_reasons_add_up_on_the_page(browser: Browser, address: str) -> None:
    page = opened(browser, f"{address}?alpha=0.4", 1440, 1000)
    # Where looks and labels agree wholly, the score is the similarity and is not said again.
    tile = page.locator(".tile", has_text="score").first
    tile.wait_for()
    shown = re.search(r"score ([\d.]+)", tile.inner_text())
    tile.locator("button.details").click()
    text = page.locator(f"{PANEL} .why").first.inner_text()
    said = re.search(r"score ([\d.]+) = 0.40 × similarity ([\d.]+) \+ 0.60 × match ([\d.]+)", text)
    assert said, text
    assert shown
    score, similarity, match = map(float, said.groups())
    assert abs(score - float(shown[1])) < 0.006
    assert abs(score - 0.4 * similarity - 0.6 * match) < 0.002
    adds = re.findall(r"^(?:category|colour)\b.*\t([\d.]+)$", text, re.MULTILINE)
    assert abs(sum(map(float, adds)) - match) < 0.002
    page.close()


def test_details_of_an_upload(page: Page, tmp_path: Path) -> None:
    draw_shape("red", "disc", 556).save(tmp_path / "mine.png")
    upload(page, tmp_path / "mine.png")
    page.locator(".query button.details").click()
    panel = page.locator(PANEL)
    panel.wait_for()
    assert "mine.png" in panel.locator("h2").inner_text()
    assert "nobody knows which of them is right" in panel.inner_text()
    assert panel.locator(".right, .wrong").count() == 0
    panel.locator(".heat img").nth(1).wait_for()


def test_details_fit_a_phone(one_phone: Page) -> None:
    one_phone.locator(".tile button.details").first.click()
    one_phone.locator(f"{PANEL} .heat").first.wait_for()
    width, inner = one_phone.evaluate(
        "(p => [p.clientWidth, p.scrollWidth])(document.getElementById('details'))"
    )
    assert inner <= width <= 390
    one_phone.get_by_role("button", name="Close the details").click()
    one_phone.locator(PANEL).wait_for(state="hidden")
