"""Judging blind, as a person does."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import PLUGINS, draw_shape
from tests.page.conftest import open_tab
from zoo.compare import open_zoo
from zoo.evaluation.votes import VOTES, append_vote, vote_now
from zoo.judging import item_duel, query_rows
from zoo.page.judge import start
from zoo.page.judge.kept_votes import KeptVotes

if TYPE_CHECKING:
    from playwright.sync_api import Page

SIDES = ("side.left", "side.right")
GIVEN_AWAY = re.compile(r"tiny|backbone|epoch|random weights|\bms\b|similarity", re.IGNORECASE)


@pytest.fixture
def votes(page_folder: Path) -> Iterator[Path]:
    """The file of votes, gone before and after."""
    path = page_folder / VOTES
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


def judging(page: Page) -> None:
    open_tab(page, "Judge")
    page.get_by_role("button", name="Start").click()
    page.wait_for_selector("#judge .blind")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_names_come_after_the_vote(page: Page, votes: Path) -> None:
    judging(page)
    assert page.locator("#judge .side").count() == 2
    assert not GIVEN_AWAY.search(page.locator("#judge").inner_html())
    shown = page.locator("#judge .left img").evaluate_all("all => all.map(i => i.alt)")
    assert not votes.exists()
    page.get_by_role("button", name="Left is better").click()
    page.wait_for_selector("#judge .named")
    page.wait_for_function("() => document.activeElement.matches('#judge .vote.next')")
    names = page.locator("#judge .side h3").all_text_contents()
    assert sorted(names) == ["Tiny A", "Tiny B"]
    assert names[0] in page.locator("#judge .side.won").inner_text()
    assert f"You preferred {names[0]}" in page.locator("#judge .asked").inner_text()
    heard = page.get_by_role("status").filter(has_text="You preferred").inner_text()
    assert heard.endswith(f"Left: {names[0]}; Right: {names[1]}.")
    (kept,) = lines(votes)
    assert kept["vote"] == "left"
    assert kept["left"]["backbone"] == names[0].lower().replace(" ", "_")
    assert len(kept["left"]["items"]) == len(shown) == 6
    page.get_by_text("Results so far (1 vote)").click()
    page.get_by_text("1 vote: too few to conclude").wait_for()
    assert "Tiny B" in page.locator("#judge-results table").first.inner_text()


def test_keys_vote_once_and_go_on(page: Page, votes: Path) -> None:
    judging(page)
    page.wait_for_function("() => document.activeElement.matches('#judge .asked')")
    keys = page.get_by_role("checkbox", name="Answer by keys")
    keys.uncheck()
    page.keyboard.press("1")  # nobody's
    keys.check()
    page.click("#judge .asked")
    page.keyboard.press("3")
    page.keyboard.press("3")
    page.get_by_text("You found them equally good").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_selector("#judge .blind")
    before = page.locator("#judge .asked img").get_attribute("src")
    page.keyboard.press("s")
    page.wait_for_function(
        "src => document.querySelector('#judge .blind .asked img')?.src.endsWith(src) === false",
        arg=before,
    )
    page.keyboard.press("ArrowRight")
    page.get_by_text("You preferred").wait_for()
    assert [line["vote"] for line in lines(votes)] == ["tie", "right"]
    open_tab(page, "Compare")
    page.keyboard.press("Enter")  # not for the tab that is away
    open_tab(page, "Judge")
    page.wait_for_selector("#judge .named")


def test_enter_begins_for_who_came_by_a_click_on_the_tab(page: Page, votes: Path) -> None:
    open_tab(page, "Judge")
    page.get_by_role("button", name="Start").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_selector("#judge .blind")


def test_an_own_picture_is_judged_and_not_kept(page: Page, votes: Path, tmp_path: Path) -> None:
    draw_shape("red", "disc", 4711).save(tmp_path / "mine.png")
    open_tab(page, "Judge")
    page.get_by_text("My picture").click()
    page.get_by_text("Choose a picture above").wait_for()
    page.locator("#judge-query input[type=file]").set_input_files(str(tmp_path / "mine.png"))
    page.wait_for_selector("#judge .blind")
    page.get_by_role("button", name="Both are bad").click()
    page.get_by_text("You found both bad").wait_for()
    (kept,) = lines(votes)
    assert list(kept["query"]) == ["sha256"]
    page.get_by_role("button", name="Next").click()
    page.get_by_text("You have seen every pair").wait_for()  # there is one pair of two backbones


def test_a_tile_is_asked_for_after_the_vote(page: Page, votes: Path) -> None:
    judging(page)
    assert page.locator("#judge [data-item]").count() == 0
    page.keyboard.press("1")
    tile = page.locator("#judge [data-item]").first
    title = str(tile.locator("img").get_attribute("alt"))
    tile.click()
    page.wait_for_function(
        "title => document.querySelector('.query img').title === title", arg=title
    )


def test_it_fits_a_phone(phone: Page, votes: Path) -> None:
    judging(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    left, right = (phone.locator(f"#judge .{side}").first.bounding_box() for side in SIDES)
    assert left is not None
    assert right is not None
    assert left["y"] == right["y"]  # the left is on the left there too
    vote = phone.get_by_role("button", name="Both are bad").bounding_box()
    assert vote is not None
    assert vote["y"] + vote["height"] <= 844  # all votes are in sight without scrolling
    assert vote["height"] >= 44


def test_votes_are_read_again_when_there_are_others(page_folder: Path, votes: Path) -> None:
    zoo, kept = open_zoo(page_folder, [PLUGINS]), KeptVotes(page_folder)
    assert kept.all().votes == []
    assert kept.report(zoo)["votes"] == 0
    duel = item_duel(zoo, query_rows(zoo, "all"), [], random.Random(0))
    assert duel is not None
    append_vote(page_folder, vote_now(duel, "tie"))
    assert [vote.choice for vote in kept.all().votes] == ["tie"]
    assert kept.report(zoo)["votes"] == 1
    assert kept.all() is kept.all()
    assert kept.report(zoo) is kept.report(zoo)
    assert kept.report(open_zoo(page_folder, [PLUGINS])) is kept.report(zoo)
    other = open_zoo(page_folder, [PLUGINS])
    other.runs.pop("tiny_b")
    assert kept.report(other)["pairs"] == []
    assert len(kept.report(zoo)["pairs"]) == 1


def test_where_nobody_can_vote_it_says_why(page_folder: Path, votes: Path) -> None:
    zoo = open_zoo(page_folder, [PLUGINS])
    assert "Start" in start.start_html(zoo, None)
    assert "Voting is off" in start.start_html(zoo, "the disk is <read-only>")
    assert "<read-only>" not in start.start_html(zoo, "the disk is <read-only>")
    zoo.runs.pop("tiny_a")
    assert "only Tiny B is trained" in start.start_html(zoo, None)
    assert "none is trained" in start.start_html(None, None)
