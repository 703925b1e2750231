"""What is kept under a name in a visitor's browser is bounded, and read with suspicion."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import gradio as gr
import pytest

from tests.conftest import PLUGINS
from tests.page.test_query import save_as
from tests.page.test_use import at_use
from zoo.compare import Zoo
from zoo.errors import ZooError
from zoo.page.compare.asked import Asked
from zoo.page.compare.saved import QUERIES, Saved
from zoo.page.kept import MOST_BYTES, KeptKind, things
from zoo.page.serving.door import MOST_ASKED
from zoo.page.state import PageState
from zoo.page.use.handlers import PROFILES
from zoo.style import MOST_PICTURES, profile_of_items, to_json

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def saved(zoo_folder: Path) -> Saved:
    return Saved(PageState(zoo_folder, [PLUGINS], None))


@pytest.mark.parametrize(
    ("kind", "full", "bad_name", "none_chosen"),
    [
        (QUERIES, "100 queries are saved", "1 to 60 letters", "choose a saved query first"),
        (PROFILES, "12 profiles are kept", "a name of 1 to 40 letters", "no profile is chosen"),
    ],
)
def test_what_a_browser_keeps_is_bounded(
    kind: KeptKind, full: str, bad_name: str, none_chosen: str
) -> None:
    known = kind.added({}, "  my   style ", "x")
    assert known == {"my style": "x"}
    assert kind.chosen(known, "my style") == "x"
    assert kind.removed(known, "my style") == {}
    most: dict[str, Any] = {str(number): "x" for number in range(kind.most)}
    with pytest.raises(ZooError, match=full):
        kind.added(most, "more", "y")
    assert kind.added(most, "3", "y") == {**most, "3": "y"}
    for name in (" ", "x" * (kind.longest + 1)):
        with pytest.raises(ZooError, match=bad_name):
            kind.added({}, name, "x")
    for value, other in (({}, "a"), (["a"], "a"), ("text", None), (known, "")):
        for act in (kind.chosen, kind.removed):
            with pytest.raises(ZooError, match=none_chosen):
                act(things(value), other)


def test_what_is_kept_can_always_be_sent_and_removed(zoo: Zoo) -> None:
    ids = zoo.catalog.table["item_id"].astype(str).tolist()
    profile = profile_of_items(zoo, ids[:MOST_PICTURES], "tiny_a")
    tags = tuple(replace(one, path=one.path + "é" * 300) for one in profile.tags)
    large = to_json(replace(profile, tags=tags))
    few = MOST_BYTES // len(json.dumps(large, ensure_ascii=False).encode())
    assert 1 < few < PROFILES.most
    kept: dict[str, Any] = {}
    for number in range(few):
        kept = PROFILES.added(kept, str(number), large)
    with pytest.raises(ZooError, match="is too large beside what is kept already; remove"):
        PROFILES.added(kept, "one more", large)
    assert len(json.dumps(kept, ensure_ascii=False).encode()) < MOST_ASKED
    smaller = PROFILES.removed(kept, "0")
    assert PROFILES.added(smaller, "again", large).keys() == {*smaller, "again"}


def test_saved_queries_are_of_one_catalogue(saved: Saved, zoo: Zoo) -> None:
    item = str(zoo.catalog.table["item_id"].iat[0])
    other = {"another": {"mine": "items=7"}}
    kept, choice, emptied = saved.save(" my  first ", other, Asked(items=(item,), top=3))
    assert kept == {**other, zoo.catalog.name: {"my first": f"items={quote(item, safe='')}&top=3"}}
    assert (choice.value, emptied) == ("my first", "")
    assert saved.load("my first", kept)[:2] == [None, [item]]
    kept, choice = saved.delete("my first", kept)
    assert kept == {**other, zoo.catalog.name: {}}
    assert choice.choices == []


@pytest.mark.parametrize("damaged", [["a"], "text", None, {"shapes": ["a"]}])
def test_what_a_browser_brings_back_may_be_damaged(saved: Saved, damaged: Any, zoo: Zoo) -> None:
    assert saved.names(damaged).choices == []
    with pytest.raises(gr.Error, match="choose a saved query first"):
        saved.load("a", damaged)
    kept, *_ = saved.save("a", damaged, Asked(items=("x",)))
    assert kept[zoo.catalog.name] == {"a": "items=x"}


def test_a_damaged_saved_query_is_told_and_can_be_deleted(saved: Saved, zoo: Zoo) -> None:
    damaged = {zoo.catalog.name: {"a": 7}}
    with pytest.raises(gr.Error, match="this saved query cannot be read; delete it"):
        saved.load("a", damaged)
    assert saved.delete("a", damaged)[0] == {zoo.catalog.name: {}}


# With a browser.


def at_saved(page: Page) -> None:
    page.wait_for_selector(".backbone .tile")
    page.get_by_text("Camera, saved queries").click()
    page.locator("#saved-names input").wait_for()


def save_and_wait(page: Page, name: str) -> None:
    save_as(page, name)
    page.wait_for_function(
        "name => document.querySelector('#saved-names input').value === name", arg=name
    )


def saved_names(page: Page) -> list[str]:
    page.locator("#saved-names input").click()
    page.get_by_role("option").first.wait_for()
    names = page.get_by_role("option").all_inner_texts()
    page.keyboard.press("Escape")
    return [name.replace("✓", "").strip() for name in names]


def test_two_tabs_leave_each_other_what_they_saved(page: Page, address: str) -> None:
    other = page.context.new_page()
    other.goto(address)
    at_saved(page)
    at_saved(other)
    save_and_wait(page, "a")
    save_and_wait(other, "b")
    save_and_wait(page, "c")
    assert saved_names(page) == ["a", "b", "c"]
    page.click("#delete")
    page.wait_for_function("() => document.querySelector('#saved-names input').value === ''")
    save_and_wait(other, "d")
    other.close()
    page.reload()
    at_saved(page)
    assert saved_names(page) == ["a", "b", "d"]


def test_what_was_saved_before_tabs_shared_it_stays(page: Page) -> None:
    at_saved(page)
    save_and_wait(page, "old")
    plain = "fashion-model-zoo-saved-json"
    page.wait_for_function("key => localStorage.getItem(key)", arg=plain)
    page.evaluate("key => localStorage.removeItem(key)", plain)
    page.reload()
    at_saved(page)
    save_and_wait(page, "new")
    assert saved_names(page) == ["new", "old"]


def keep_as(page: Page, name: str) -> None:
    page.locator("#use-name input, #use-name textarea").fill(name)
    page.click("#use-keep")
    page.wait_for_function(
        "name => document.querySelector('#use-names input')?.value === name", arg=name
    )


def test_two_tabs_leave_each_other_the_profiles_they_keep(page: Page, address: str) -> None:
    other = page.context.new_page()
    other.goto(address)
    for tab in (page, other):
        at_use(tab)
        tab.locator("#use-picks button").first.click()
        tab.locator("#use-items button").first.wait_for()
        tab.click("#use-button")
        tab.locator("#use-fits li").first.wait_for()
        tab.get_by_text("Kept profiles").click()
    keep_as(page, "one")
    keep_as(other, "two")
    other.locator("#use-names input").click()
    other.get_by_role("option", name="one").wait_for()
    other.close()
    page.click("#use-remove")  # of the one chosen, not of the other's
    page.wait_for_function("() => document.querySelector('#use-names input')?.value === 'two'")
    page.reload()
    page.wait_for_selector(".backbone .tile")
    at_use(page)
    page.get_by_text("Kept profiles").click()
    page.wait_for_function("() => document.querySelector('#use-names input')?.value === 'two'")
