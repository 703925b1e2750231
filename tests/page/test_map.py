"""The Map tab as a person uses it, and what it sends."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from tests.conftest import PLUGINS
from tests.page.conftest import CHROMIUM, QUIET, WEBGL, open_tab
from zoo.compare import open_zoo
from zoo.mapping.maps import MAP, make_maps
from zoo.page.map.board import board_html
from zoo.page.map.colours import DISTINCT, OTHER, class_colours
from zoo.page.map.handlers import MapHandlers
from zoo.page.map.packing import class_facts, map_facts, note, packed, packed_places
from zoo.page.map.tab import FOLDER, script
from zoo.page.state import PageState
from zoo.progress import Progress

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserType, Page

# Where an item lies in the first map; items that others cover are passed over.
FREE_POINT = """() => {
  const plot = document.querySelector('#map-board .maps').parentElement.plots[0];
  for (let row = 0; row < plot.grid.count; row++) {
    const [x, y] = plot.screen(row);
    if (plot.near(x, y, 4) === row) return {x, y};
  }
}"""


@pytest.fixture(scope="module")
def browser(chromium: BrowserType) -> Iterator[Browser]:
    """One that draws with WebGL."""
    started = chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *WEBGL])
    yield started
    started.close()


def open_maps(page: Page) -> None:
    """Go to the tab and have the maps, made now if nobody has."""
    open_tab(page, "Map")
    page.wait_for_selector("#map-board .map-legend button")
    button = page.locator(".map-make").first
    frames = page.locator(".map-frame[data-points='240']")
    button.or_(frames.first).first.wait_for()
    if button.is_visible():
        button.click()
    page.wait_for_function(
        "() => document.querySelectorAll('.map-frame[data-points=\"240\"]').length === 2",
        timeout=90_000,
    )
    page.locator(".map-frame").first.scroll_into_view_if_needed()


@pytest.fixture
def maps(one_page: Page) -> Page:
    open_maps(one_page)
    return one_page


def colours_drawn(page: Page) -> int:
    """How many different colours the first map shows."""
    shot = page.locator(".map-frame").first.screenshot()
    return len(Image.open(io.BytesIO(shot)).convert("RGB").getcolors(1 << 20) or [])


def test_a_point_shows_its_item_and_asks_the_comparison(maps: Page) -> None:
    assert colours_drawn(maps) > 20
    # Playwright waits until the map no longer moves, as it does while the page fills.
    maps.locator("canvas.map-top").first.click(position=maps.evaluate(FREE_POINT))
    card = maps.locator(".map-card")
    card.wait_for()
    title = card.locator("h3").inner_text()
    assert card.locator("img").get_attribute("alt") == title
    assert "colour: " in card.inner_text()
    card.get_by_role("button").click()
    maps.wait_for_function(
        "title => document.querySelector('.query img')?.title === title", arg=title
    )
    maps.locator(".backbone .tile").first.wait_for()


def test_what_is_selected_in_one_map_is_selected_in_both_and_listed(maps: Page) -> None:
    maps.locator(".map-legend button", has_text="disc").click()
    maps.get_by_text("120 selected: 120 disc").wait_for()
    maps.get_by_text("The first 24 of 120 selected").wait_for()
    assert maps.locator("#map-picks [data-item]").count() == 24
    marked = "() => document.querySelector('#map-board .maps').parentElement.plots.map(" \
        "p => p.levels.filter(l => l === 3).length)"  # fmt: skip
    assert maps.evaluate(marked) == [120, 120]
    maps.get_by_role("button", name="Clear selection").click()
    maps.wait_for_function("() => !document.querySelector('#map-picks [data-item]')")
    maps.get_by_role("button", name="Select a box").click()
    frame = maps.locator(".map-frame").first.bounding_box()
    assert frame is not None
    left, top = frame["x"] + 9, frame["y"] + 9  # its corners are round
    maps.mouse.move(left, top)
    maps.mouse.down()
    maps.mouse.move(left + frame["width"] - 18, top + frame["height"] - 18, steps=4)
    maps.mouse.up()
    maps.get_by_text("240 selected: 120 disc, 120 square").wait_for()


def test_maps_are_coloured_by_another_attribute_and_zoomed_by_keys(maps: Page) -> None:
    maps.locator("#map-by input").click()
    maps.get_by_role("option", name="colour").click()
    maps.locator(".map-legend button", has_text="green").wait_for()
    canvas = maps.locator("canvas.map-top").first
    assert "Map of 240 items by Tiny A" in str(canvas.get_attribute("aria-label"))
    canvas.focus()
    canvas.press("+")
    zoom = "() => document.querySelector('#map-board .maps').parentElement.plots.map(p => p.zoom)"
    assert maps.evaluate(zoom) == [1.4, 1]


@pytest.fixture
def hidden(page_folder: Path) -> list[Path]:
    """Maps that the page does not find yet."""
    runs = open_zoo(page_folder, [PLUGINS]).runs.values()
    make_maps(runs, Progress())
    return [(run.folder / MAP).rename(run.folder / "hidden.npz") for run in runs]


@pytest.fixture
def flat(browser: Browser, address: str, hidden: list[Path]) -> Iterator[Page]:
    """A page without maps, whose browser has no WebGL."""
    page = browser.new_page(viewport={"width": 1440, "height": 1000})
    page.add_init_script(
        "const get = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...more) {"
        " return kind === 'webgl' ? null : get.call(this, kind, ...more); };"
    )
    page.goto(address)
    yield page
    page.close()


def test_without_webgl_a_plain_canvas_draws(flat: Page, hidden: list[Path]) -> None:
    flat.wait_for_selector(".backbone .tile")  # by then the page has looked for maps
    open_tab(flat, "Map")
    flat.locator(".map-make").first.wait_for()
    for path in hidden:  # somebody makes them meanwhile
        path.rename(path.with_name(MAP))
    open_maps(flat)
    assert flat.locator(".map-frame").first.get_attribute("data-painter") == "2d"
    assert colours_drawn(flat) > 20


def test_on_a_phone_maps_are_stacked_and_the_page_scrolls(phone: Page) -> None:
    open_maps(phone)
    first, second = (phone.locator(".map-frame").nth(n).bounding_box() for n in (0, 1))
    assert first is not None
    assert second is not None
    assert second["y"] > first["y"] + first["height"]
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


# The board of maps by itself, as gradio starts it.
BOARD = """([script, facts]) => {
  const watched = {}, props = {left: null, right: null, classes: null};
  window.told = [];
  Function('element', 'trigger', 'props', 'watch', script)(
    document.body, (name, data) => told.push([name, data]), props,
    (names, call) => [].concat(names).forEach((name) => { watched[name] = call; }));
  window.come = (facts) => {
    Object.assign(props, facts);
    watched.left();
    watched.classes();
  };
  come(facts);
}"""


def large_map(count: int, catalog: str = "a") -> dict[str, Any]:
    """What the server sends of so many items, drawn at random."""
    generator = np.random.default_rng(0)
    places = packed_places(generator.standard_normal((count, 2)))
    codes = packed(np.arange(count) % 30)
    names = [f"class {n}" for n in range(30)]
    one = {"name": "big", "title": "Big", "items": count, "places": places, "note": "",
           "catalog": catalog}  # fmt: skip
    classes = {"catalog": catalog, "attribute": "class", "names": names, "codes": codes,
               "counts": [count // 30] * 30, "colours": class_colours(names), "other": OTHER,
               "unknown": 0}  # fmt: skip
    return {"left": one, "right": one, "classes": classes}


def test_a_hundred_thousand_points_are_drawn_and_found(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    style = (FOLDER / "style.css").read_text()
    page.set_content(f"<style>{style}</style>{board_html()}")
    page.evaluate(BOARD, [script(), large_map(100_000)])
    page.wait_for_selector(".map-frame[data-points='100000'][data-painter=webgl]")
    assert colours_drawn(page) > 100
    plot = "document.body.plots[0]"
    row = page.evaluate(f"() => {plot}.near(...{plot}.screen(4321), 1)")
    assert page.evaluate(f"() => {plot}.screen({row}).map(Math.round)") == page.evaluate(
        f"() => {plot}.screen(4321).map(Math.round)"
    )
    page.get_by_role("button", name="14 other classes").click()
    told = page.evaluate("() => told.at(-1)")
    assert told[0] == "select"
    assert told[1]["told"]["rows"][:2] == [16, 17]
    assert told[1]["told"]["count"] == sum(n % 30 >= 16 for n in range(100_000))
    page.close()


def test_what_is_selected_is_of_one_catalogue(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(board_html())
    page.evaluate(BOARD, [script(), large_map(60)])
    page.get_by_role("button", name="14 other classes").click()
    page.evaluate("() => document.body.plots[1].tell.pick(3)")
    told = page.evaluate("() => told.slice(-2).map(([name, {told}]) => [name, told.catalog])")
    assert told == [["select", "a"], ["click", "a"]]
    page.evaluate("facts => come(facts)", large_map(60))  # another map of the same items
    assert "28 selected" in page.locator(".map-said").inner_text()
    page.evaluate("facts => come(facts)", large_map(60, "b"))
    assert page.locator(".map-said").inner_text() == ""
    assert page.evaluate("() => document.body.plots.map(p => p.picked)") == [-1, -1]
    assert page.evaluate("() => told.at(-1)[1].told.rows") == []
    page.evaluate("() => document.body.plots[0].tell.pick(3)")
    assert page.evaluate("() => told.at(-1)[1].told.catalog") == "b"
    page.close()


def test_a_row_of_another_catalogue_is_not_looked_up(zoo_folder: Path, tmp_path: Path) -> None:
    state = PageState(zoo_folder, [PLUGINS], None, cache=tmp_path)
    do, catalog = MapHandlers(state), state.trained().catalog.fingerprint()
    assert map_facts(state.trained().run("tiny_a"), None, None)["catalog"] == catalog
    assert class_facts(state.trained().catalog, "colour")["catalog"] == catalog
    assert "map-card" in do.card({"row": 3, "catalog": catalog})
    assert "All selected" in do.chosen({"rows": [3], "count": 1, "catalog": catalog})
    assert do.chosen({"rows": [], "count": 0}) == ""
    for told in ({"row": 3, "catalog": "another"}, {"row": 240, "catalog": catalog}):
        with pytest.raises(gr.Error, match="the catalogue has changed; load the page again"):
            do.card(told)
    with pytest.raises(gr.Error, match="the catalogue has changed"):
        do.chosen({"rows": [3], "count": 1, "catalog": "another"})


def test_places_are_packed_into_a_square_without_changing_their_shape() -> None:
    steps = np.frombuffer(base64.b64decode(packed_places(np.array([[0, 0], [4, 1.0]]))), "<u2")
    x0, y0, x1, y1 = steps.astype(int)
    assert (x1 - x0) == pytest.approx(4 * (y1 - y0), rel=0.001)
    assert x0 == pytest.approx(65535 - x1, abs=1)
    one = np.frombuffer(base64.b64decode(packed_places(np.zeros((1, 2)))), "<u2")
    assert one.tolist() == [32768, 32768]


def test_classes_named_by_colours_are_drawn_in_them() -> None:
    assert class_colours(["Black", "White", "Multi"]) == ["#15171c", "#fbfbfb", OTHER]
    many = class_colours([f"class {n}" for n in range(30)])
    assert many == [*DISTINCT, *([OTHER] * 14)]
    assert len(set(DISTINCT)) == 16


def test_the_page_says_which_items_were_laid_out() -> None:
    assert note({"items": 8010, "landmarks": 8010}) == "t-SNE of all 8,010 items"
    assert "the other 90,000 are placed" in note({"items": 100_000, "landmarks": 10_000})
