"""What is kept under a name in a visitor's browser is bounded, and read with suspicion."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import gradio as gr
import pytest

from tests.conftest import PLUGINS
from zoo.compare import Zoo
from zoo.errors import ZooError
from zoo.page.compare.asked import Asked
from zoo.page.compare.saved import QUERIES, Saved
from zoo.page.kept import MOST_BYTES, KeptKind, things
from zoo.page.serving.door import MOST_ASKED
from zoo.page.state import PageState
from zoo.page.use.handlers import PROFILES
from zoo.style import MOST_PICTURES, profile_of_items, to_json


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
