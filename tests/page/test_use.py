"""The tab that puts many pictures through one backbone, as a person uses it."""

from __future__ import annotations

import csv
import re
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import PLUGINS, draw_shape
from tests.page.conftest import open_tab
from tests.page.test_browser import click_quickly
from zoo.compare import Tags, Zoo
from zoo.errors import ZooError
from zoo.page.compare.ranks import columns
from zoo.page.state import PageState
from zoo.page.use import tables
from zoo.page.use.handlers import UseHandlers
from zoo.page.use.looked import Looked, each_csv, look, look_up, tags_csv
from zoo.search.ask import Ask
from zoo.style import Profile, profile_of_items, to_json

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def pictures(tmp_path: Path) -> list[str]:
    """Four pictures, and one that is none."""
    for number, colour in enumerate(("red", "red", "green", "blue")):
        draw_shape(colour, "square", 600 + number).save(tmp_path / f"{colour} {number}.png")
    (tmp_path / "bad <b>.png").write_text("no picture")
    return [str(path) for path in sorted(tmp_path.glob("*.png"))]


def at_use(page: Page) -> None:
    open_tab(page, "Use")
    page.locator("#use-backbone input").wait_for()


def tag(page: Page, pictures: list[str]) -> None:
    at_use(page)
    page.locator("#use-files input[type=file]").set_input_files(pictures)
    page.locator("#use-files").get_by_text("blue 3").first.wait_for()
    page.click("#use-button")
    page.locator("#use-fits li").first.wait_for()


def test_many_uploads_are_tagged_counted_and_recommended_for(
    page: Page, pictures: list[str]
) -> None:
    tag(page, pictures)
    assert page.locator(".matrix tbody tr").count() == 4
    assert page.locator(".matrix tbody img").first.get_attribute("src").startswith("data:image")  # type: ignore[union-attr]
    said = page.locator("#use-summary").inner_text()
    assert "4 pictures as Tiny A sees them" in said
    assert "bad b.png: not a picture" in said  # the page cleans names
    bars = page.locator("#use-bars section", has_text="colour")
    assert sum(int(n) for n in bars.locator("li i").all_text_contents()) == 4
    assert page.locator("#use-fits li").count() == 12

    with page.expect_download() as caught:
        page.click("#use-tags a")
    rows = list(csv.DictReader(Path(caught.value.path()).read_text().splitlines()))
    assert list(rows[0]) == [
        "path", "category", "category_confidence", "colour", "colour_confidence",
    ]  # fmt: skip
    assert [row["path"] for row in rows] == ["blue 3.png", "green 2.png", "red 0.png", "red 1.png"]

    page.click("#use-each")
    page.locator("#use-each-link a", has_text="48 rows").wait_for()
    with page.expect_download() as caught:
        page.click("#use-each-link a")
    rows = list(csv.DictReader(Path(caught.value.path()).read_text().splitlines()))
    assert [(r["path"], r["backbone"], r["rank"]) for r in rows[11:13]] == [
        ("blue 3.png", "tiny_a", "12"),
        ("green 2.png", "tiny_a", "1"),
    ]

    slider = page.locator("#use-threshold input[type=range]")
    slider.focus()
    slider.press("End")
    page.locator("#use-summary", has_text="under 100%").wait_for()
    # The colours of these shapes are certain; their forms are not.
    page.wait_for_function("() => document.querySelectorAll('.matrix .unsure').length === 4")
    assert "4 of 8 are under 100%" in page.locator("#use-summary").inner_text()


def test_a_profile_of_catalogue_items_is_kept_and_opened_again(page: Page) -> None:
    at_use(page)
    for number in (0, 3):
        page.locator("#use-picks button").nth(number).click()
        page.locator("#use-items button").nth(min(number, 1)).wait_for()
    page.click("#use-button")
    page.locator("#use-fits li").first.wait_for()
    fits = page.locator("#use-fits li b").all_text_contents()
    assert page.locator(".matrix tbody tr").count() == 2
    page.locator("#use-name input, #use-name textarea").fill("my <i>style")
    page.get_by_text("Kept profiles").click()
    page.click("#use-keep")
    page.wait_for_function("() => document.querySelector('#use-names input')?.value")

    page.reload()
    page.wait_for_selector(".backbone .tile")
    at_use(page)
    page.get_by_text("Kept profiles").click()
    page.wait_for_function("() => document.querySelector('#use-names input')?.value")
    assert page.locator("#use-names input").input_value() == "my <i>style"
    page.click("#use-load")
    page.locator("#use-summary", has_text="The profile 'my <i>style'").wait_for()
    page.locator("#use-fits li").first.wait_for()
    assert page.locator("#use-fits li b").all_text_contents() == fits
    page.click("#use-remove")
    page.wait_for_function("() => !document.querySelector('#use-names input')?.value")


def test_quick_clicks_all_join_the_set(page: Page) -> None:
    at_use(page)
    click_quickly(page, "#use-picks button", 4)
    page.locator("#use-items", has_text="Your set: 4 pictures").wait_for()


def test_the_result_fits_a_phone(phone: Page, pictures: list[str]) -> None:
    tag(phone, pictures)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_no_picture_is_told(page: Page, pictures: list[str]) -> None:
    at_use(page)
    page.click("#use-button")
    page.get_by_text("no picture; upload some, or click pictures").wait_for()
    bad = next(path for path in pictures if "bad" in path)
    page.locator("#use-files input[type=file]").set_input_files(bad)
    page.locator("#use-files").get_by_text("bad").first.wait_for()
    page.click("#use-button")
    page.get_by_text("no picture can be used").wait_for()
    page.wait_for_function("() => !document.querySelector('#use-progress .job')")


# Without a browser.


@pytest.fixture
def state(zoo_folder: Path) -> PageState:
    return PageState(zoo_folder, [PLUGINS], None)


def seen(zoo: Zoo, pictures: list[str]) -> Looked:
    *done, last = look(zoo, {Path(p).name: Path(p) for p in pictures}, "tiny_a")
    assert done == [5]
    assert isinstance(last, Looked)
    return last


def test_a_row_of_the_csv_is_what_the_picture_alone_would_be_recommended(
    zoo: Zoo, pictures: list[str]
) -> None:
    looked = seen(zoo, pictures)
    rows = list(csv.DictReader(each_csv(zoo, looked, Ask(top=3)).splitlines()))
    path = next(p for p in pictures if p.endswith("green 2.png"))
    expected = zoo.recommend({"x": Path(path).read_bytes()}, Ask(top=3), ["tiny_a"])["tiny_a"]
    ids = zoo.catalog.table["item_id"].astype(str)
    assert [r["item_id"] for r in rows if r["path"] == "green 2.png"] == [
        ids.iat[item.row] for item in expected.answer.items
    ]
    stale = replace(looked, profile=replace(looked.profile, model="another"))
    with pytest.raises(ZooError, match="trained anew meanwhile; tag the pictures again"):
        each_csv(zoo, stale, Ask())
    with pytest.raises(ZooError, match="kept without its pictures"):
        each_csv(zoo, replace(looked, features=None), Ask())


def test_no_usable_picture_is_one_line_without_folders(zoo: Zoo, pictures: list[str]) -> None:
    bad = next(p for p in pictures if "bad" in p)
    with pytest.raises(ZooError, match="no picture can be used") as told:
        list(look(zoo, {"bad <b>.png": Path(bad)}, "tiny_a"))
    assert str(Path(bad).parent) not in str(told.value)


def test_the_contents_of_a_set_are_not_held_together(zoo: Zoo, tmp_path: Path) -> None:
    for number in range(8):
        draw_shape("red", "disc", 640 + number, 1000).save(tmp_path / f"{number}.bmp")
    files = {path.name: path for path in tmp_path.glob("*.bmp")}
    size = next(iter(files.values())).stat().st_size
    zoo.run("tiny_a").encoder  # noqa: B018  opened before
    tracemalloc.start()
    *_, last = look(zoo, files, "tiny_a")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(last, Looked)
    assert len(last.pictures) == 8
    assert most < 4 * size


def test_names_from_outside_are_escaped(zoo: Zoo, state: PageState) -> None:
    looked = look_up(state, zoo, zoo.catalog.table["item_id"].astype(str).tolist()[:1], "tiny_a")
    evil = Tags("<script>x</script>.png", {"<q>": ("<img src=x>", 0.2)})
    looked = replace(looked, profile=replace(looked.profile, tags=(evil,)), note="<u>",
                     skipped=(("<s>", "<b>"),))  # fmt: skip
    shown = tables.summary(zoo, looked, 0.5) + tables.matrix(looked, 0.5) + tables.bars(looked, 0.5)
    assert not re.search(r"<(script|q>|img src=x|u>|s>)", shown)
    assert "20%, unsure" in shown
    assert '"' not in tables.download("a", "=x\n", "get").split("base64,")[1].split('">')[0]
    assert tags_csv(looked).splitlines()[1].startswith("<script>x</script>.png")


def test_the_title_of_an_index_is_escaped(zoo: Zoo) -> None:
    result = zoo.recommend_items([0], Ask(), ["tiny_a"])["tiny_a"]
    answer = replace(result.answer, items=[], approximate=True, by="<b>fast & bad")
    shown = columns(zoo, {"tiny_a": replace(result, answer=answer)}, {})
    for text in (shown, tables.tiles(zoo, answer, {})):
        assert "(&lt;b&gt;fast &amp; bad)" in text


def test_the_threshold_asks_no_network(zoo: Zoo, state: PageState) -> None:
    looked = look_up(state, zoo, zoo.catalog.table["item_id"].astype(str).tolist()[:3], "tiny_a")
    state.zoo().runs.clear()  # type: ignore[union-attr]
    shown = [UseHandlers(state).show(looked, threshold)[1] for threshold in (0.0, 1.01)]
    assert [text.count(", unsure") for text in shown] == [0, 6]


def profile(zoo: Zoo, count: int = 2) -> Profile:
    return profile_of_items(
        zoo, zoo.catalog.table["item_id"].astype(str).tolist()[:count], "tiny_a"
    )


def test_a_profile_kept_before_another_training_says_so(zoo: Zoo, state: PageState) -> None:
    do, one = UseHandlers(state), profile(zoo)
    old = replace(one, model="another", items=("", ""))
    opened = do.open_kept("mine", {"mine": to_json(old)})
    assert "trained anew since this profile was made" in opened.note
    assert "colour" in tables.bars(opened, 0.5)
    again = do.open_kept("mine", {"mine": to_json(replace(old, items=one.items))})
    assert "its pictures were looked up again" in again.note
    assert again.profile.model == one.model
