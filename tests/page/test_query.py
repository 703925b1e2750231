"""How a query is found, kept and taken away, as a person does it."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image

from tests.conftest import PLUGINS, draw_shape
from tests.page.conftest import CHROMIUM, QUIET, open_tab
from tests.page.test_browser import columns, query, upload, wait_for_query
from tests.test_remembered import counted
from zoo.page.compare.handlers import CompareHandlers
from zoo.page.compare.turn import Turn
from zoo.page.state import PageState

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BOTH = ["tiny_a", "tiny_b"]


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def wait_for_address(page: Page, part: str) -> None:
    page.wait_for_function("part => decodeURIComponent(location.search).includes(part)", arg=part)


def save_as(page: Page, name: str) -> None:
    page.locator("#save-name textarea, #save-name input").fill(name)
    page.click("#save")


def test_no_network_runs_when_only_a_setting_changes(zoo_folder: Path, tmp_path: Path) -> None:
    state = PageState(zoo_folder, [PLUGINS], None)
    forwards = [counted(state.trained().run(name)) for name in BOTH]
    draw_shape("red", "disc", 921).save(tmp_path / "mine.png")
    uploads = [(str(tmp_path / "mine.png"), None)]
    handlers = CompareHandlers(state)
    for alpha, top in ((1.0, 5), (0.5, 5), (0.5, 8)):
        answer = handlers.compare(
            Turn(), 0, uploads, [], BOTH, top, alpha, [], False, False, 0.0, False
        )[0]  # fmt: skip
        assert answer.count('class="tile"') == 2 * top
    assert forwards == [[1], [1]]


def test_words_filter_the_pictures(page: Page) -> None:
    page.locator("#find textarea, #find input").fill("DISC green")
    page.get_by_text("40 of 240 items found; 20 are shown").wait_for()
    titles = page.locator("#picks button").evaluate_all("all => all.map(b => b.title)")
    assert len(titles) == 20
    assert all(title.startswith("green disc") for title in titles)
    page.click("#shuffle")  # others, still of those that were found
    page.wait_for_function(
        "old => [...document.querySelectorAll('#picks button')].some(b => !old.includes(b.title))",
        arg=titles,
    )
    page.locator("#find textarea, #find input").fill("green disc 17")
    page.get_by_text("1 of 240 items found").wait_for()
    page.locator("#picks button").click()
    wait_for_query(page, "green disc 17")
    page.locator("#find textarea, #find input").fill("purple <b>")
    page.get_by_text("No item with “purple <b>”").wait_for()
    assert page.locator("#picks button").count() == 0
    page.locator("#find textarea, #find input").fill("")
    page.wait_for_selector("#picks button")


def test_a_link_brings_the_comparison_back(page: Page, browser: Browser) -> None:
    page.locator("#picks button").first.click()
    wait_for_query(page, str(page.locator("#picks button").first.get_attribute("title")))
    page.get_by_role("checkbox", name="Tiny A").uncheck()
    page.get_by_text("Filters and ranking").click()
    page.get_by_label("number input for Results per backbone").fill("7")
    page.get_by_label("Near-duplicates one by one").check()
    wait_for_address(page, "near_duplicates=1")
    address, title = page.url, query(page)
    assert asked(page)["backbones"] == ["tiny_b"]
    tiles = page.locator(".tile .more").evaluate_all("all => all.map(b => b.dataset.item)")

    other = browser.new_page(viewport={"width": 1440, "height": 1000})
    other.goto(address)
    wait_for_query_anew(other, title)
    assert columns(other) == ["Tiny B"]
    again = other.locator(".tile .more").evaluate_all("all => all.map(b => b.dataset.item)")
    assert again == tiles
    assert not other.get_by_role("checkbox", name="Tiny A").is_checked()
    assert other.locator(".toast-body").count() == 0
    other.close()


def step(page: Page, way: str) -> None:
    """Back or forward by the browser, which loads nothing."""
    page.evaluate(f"history.{way}()")


def test_the_browser_goes_back_and_forward_through_the_queries(page: Page) -> None:
    page.wait_for_selector("#permalink .copy")
    page.evaluate("window.sameDocument = true")
    queries = [(query(page), page.url)]
    titles = page.locator("#picks button").evaluate_all("all => all.map(b => b.title)")
    for title in [title for title in titles if title != query(page)][:2]:
        page.locator(f'#picks button[title="{title}"]').click()
        page.wait_for_function("old => location.href !== old", arg=queries[-1][1])
        queries.append((query(page), page.url))
    (first, first_at), (second, second_at), (third, _) = queries
    page.get_by_role("checkbox", name="Tiny A").uncheck()  # a setting is no step
    wait_for_address(page, "backbones=tiny_b")
    step(page, "back")
    wait_for_query(page, second)
    page.wait_for_function("document.querySelectorAll('.backbone').length === 2")
    assert page.url == second_at
    open_tab(page, "Leaderboard")
    step(page, "back")
    wait_for_query(page, first)
    page.locator(".query").wait_for()  # in sight again
    assert page.url == first_at
    step(page, "forward")
    step(page, "forward")  # before the first is answered
    wait_for_query(page, third)
    page.wait_for_function("document.querySelectorAll('.backbone').length === 1")
    assert asked(page)["backbones"] == ["tiny_b"]
    assert not page.get_by_role("checkbox", name="Tiny A").is_checked()
    step(page, "back")
    wait_for_query(page, second)
    assert page.evaluate("window.sameDocument")


def test_uploaded_pictures_are_not_brought_back(page: Page, tmp_path: Path) -> None:
    draw_shape("red", "disc", 925).save(tmp_path / "mine.png")
    page.wait_for_selector("#permalink .copy")
    first, address = query(page), page.url
    upload(page, tmp_path / "mine.png")
    page.wait_for_selector("#permalink [data-uploads]")
    step(page, "back")
    wait_for_query(page, first)
    assert page.url == address
    step(page, "forward")
    page.get_by_text("uploaded pictures cannot be brought back").wait_for()
    assert query(page) == first
    page.click("#random")
    wait_for_address(page, "items=")
    page.locator("#uploads input[type=file]").first.set_input_files(tmp_path / "mine.png")
    page.wait_for_function("!location.search.includes('items=')")  # one that comes later stays
    wait_for_query(page, "mine.png")


def wait_for_query_anew(page: Page, title: str) -> None:
    page.wait_for_selector(".backbone .tile")
    wait_for_query(page, title)


def test_what_is_wrong_in_a_link_is_told_and_left_out(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(f"{address}/?__theme=dark&items=nowhere&top=7&alpha=<b>&backbones=tiny_b")
    page.wait_for_selector(".backbone .tile")
    told = page.locator(".toast-body").inner_text()
    assert "no item 'nowhere'" in told
    assert "alpha '<b>' is not a number within 0..1" in told
    assert columns(page) == ["Tiny B"]
    assert page.locator(".tile").count() == 7
    wait_for_address(page, "__theme=dark&items=images")  # what is not ours stays
    assert asked(page)["items"] != ["nowhere"]
    page.close()


def test_the_draw_keeps_to_the_filters(page: Page) -> None:
    page.get_by_text("Filters and ranking").click()
    for option in ("colour: green", "category: disc"):
        page.locator("#filters input").click()
        page.get_by_role("option", name=option).click()
    wait_for_address(page, "colour: green,category: disc")
    for _ in range(3):
        before = query(page)
        page.click("#random")
        page.wait_for_function(
            "title => document.querySelector('.query img').title !== title", arg=before
        )
        assert query(page).startswith("green disc")


def test_the_link_is_copied(browser: Browser, address: str, tmp_path: Path) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("#permalink .copy")
    page.click("#permalink .copy")
    page.locator("#permalink").get_by_text("Copied", exact=True).wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    assert asked(page)["items"]
    draw_shape("red", "disc", 922).save(tmp_path / "mine.png")
    upload(page, tmp_path / "mine.png")
    page.wait_for_selector("#permalink [data-uploads]")
    page.click("#permalink .copy")
    page.get_by_text("uploaded pictures cannot be in a link").wait_for()
    assert "items" not in asked(page)
    context.close()


def test_files_hold_what_is_on_screen(page: Page, tmp_path: Path) -> None:
    draw_shape("red", "disc", 923).save(tmp_path / "mine.png")
    upload(page, tmp_path / "mine.png")
    page.wait_for_selector("#permalink [data-uploads]")
    shown = page.locator(".tile .more").evaluate_all("all => all.map(b => b.dataset.item)")
    got = {}
    for kind in ("csv", "json", "sheet"):
        with page.expect_download() as waiting:
            page.click(f"#take-{kind}")
        got[kind] = waiting.value
    assert [got[kind].suggested_filename for kind in got] == [
        "comparison.csv",
        "comparison.json",
        "comparison.png",
    ]
    rows = list(csv.DictReader(io.StringIO(Path(got["csv"].path()).read_text())))
    assert [row["item_id"] for row in rows] == shown
    assert {row["query"] for row in rows} == {"mine.png"}
    assert all(re.fullmatch(r"images/[\w-]+\.png", row["path"]) for row in rows)
    report = json.loads(Path(got["json"].path()).read_text())
    assert report["ask"]["top"] == 5
    found = [i["item_id"] for r in report["results"].values() for i in r["items"]]
    assert found == shown
    with Image.open(got["sheet"].path()) as sheet:
        assert sheet.format == "PNG"
        assert sheet.width > 5 * 160
    page.locator("#uploads").get_by_label("Clear").click()
    page.locator("#answer .empty").wait_for()
    page.click("#take-csv")  # not of what is gone
    page.get_by_text("nothing is asked yet").wait_for()


def test_queries_are_saved_in_the_browser(page: Page, tmp_path: Path) -> None:
    first = query(page)
    page.get_by_role("checkbox", name="Tiny B").uncheck()
    wait_for_address(page, "backbones=tiny_a")
    page.wait_for_function("() => !location.search.includes('tiny_b')")
    page.get_by_text("Camera, saved queries").click()
    save_as(page, "My first")
    page.wait_for_function(
        "() => document.querySelector('#saved-names input').value === 'My first'"
    )
    page.reload()
    page.wait_for_selector(".backbone .tile")
    page.click("#random")
    page.wait_for_function(
        "title => document.querySelector('.query img').title !== title", arg=first
    )
    page.get_by_role("checkbox", name="Tiny B").check()
    page.get_by_text("Camera, saved queries").click()
    page.locator("#saved-names input").click()
    page.get_by_role("option", name="My first").click()
    page.click("#load")
    wait_for_query(page, first)
    page.wait_for_function("() => document.querySelectorAll('.backbone').length === 1")
    assert columns(page) == ["Tiny A"]
    page.click("#delete")
    page.wait_for_function("() => document.querySelector('#saved-names input').value === ''")
    draw_shape("red", "disc", 924).save(tmp_path / "mine.png")
    upload(page, tmp_path / "mine.png")
    page.wait_for_selector("#permalink [data-uploads]")
    save_as(page, "Mine")
    page.get_by_text("uploaded pictures cannot be saved; only").wait_for()


@pytest.mark.parametrize("before", [0, 1])
def test_a_photo_joins_the_uploads(
    browser: Browser, address: str, tmp_path: Path, before: int
) -> None:
    camera = browser.browser_type.launch(
        executable_path=CHROMIUM,
        args=[*QUIET, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
    )
    page = camera.new_page(viewport={"width": 1440, "height": 1000})
    page.goto(address)
    page.wait_for_selector(".backbone .tile")
    page.wait_for_selector("#permalink .copy")  # the first query is wholly answered
    if before:
        draw_shape("red", "disc", 925).save(tmp_path / "mine.png")
        upload(page, tmp_path / "mine.png")
    page.get_by_text("Camera, saved queries").click()
    page.locator("#photo").get_by_text("Access Webcam").click()
    page.wait_for_function("() => document.querySelector('#photo video')?.videoWidth > 0")
    page.locator("#photo button[aria-label*='apture' i]").click()
    page.wait_for_function(
        "count => document.querySelectorAll('.query img').length === count"
        " && document.querySelector('.query').innerText.includes('each backbone says below')",
        arg=before + 1,
    )
    camera.close()
