"""What the tabs share, so that none of them knows another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from zoo.page.state import PageState

COMPARE = "compare"  # the tab that answers a query
HIDDEN: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
NOTHING = "() => []"  # an event that only begins a chain need not ask the server
# The element of HTML with data-item that was clicked on, told to the server as {"item": its id,
# "at": when}: a network may bring the later one of two clicks first.
PICK_ITEM = """
element.addEventListener('click', (event) => {
  const tile = event.target.closest('[data-item]');
  if (tile) trigger('click', {item: tile.dataset.item, at: Date.now()});
});
"""
# Chains what has to be shown anew to an event: the runs or the catalogue have changed.
Fill = Callable[[Any], Any]


@dataclass(frozen=True)
class Shared:
    """The parts of the page that every tab may use."""

    state: PageState
    tabs: gr.Tabs
    picked: gr.State  # ids of the catalogue's items that are the query; [] for uploads
    clicked: gr.State  # when the last of them was, by the visitor's clock

    def ask_on_click(self, html: gr.HTML) -> None:
        """A click on any data-item in `html` (made with js_on_load=PICK_ITEM) is a query."""
        # By itself gradio ignores a click while the one before is still on its way. Two that come
        # at once are looked at one after the other: each has to know of the other.
        clicked = html.click(
            clicked_item, self.clicked, [self.picked, self.clicked],
            trigger_mode="multiple", concurrency_limit=1, **HIDDEN
        )  # fmt: skip
        clicked.then(show_answer, None, self.tabs, **HIDDEN)


def last_told(event: Any, told: gr.State) -> Any:
    """Keep in `told` what a script told last with `event`: {"told": {"at": when, ...}}.

    What answers it, chained with trigger_mode="always_last", answers the last whichever comes last.
    """
    return event(later, told, told, trigger_mode="multiple", concurrency_limit=1, **HIDDEN)


def later(last: dict[str, Any], event: gr.EventData) -> Any:
    """What a script tells; nothing of what it told before the last, by the visitor's clock."""
    told: dict[str, Any] = event.told
    return gr.skip() if last and told["at"] < last["at"] else told


def show_answer() -> gr.Tabs:
    """The tab that answers, selected."""
    return gr.Tabs(selected=COMPARE)


def clicked_item(last: float, event: gr.EventData) -> tuple[Any, Any]:
    """The item on which somebody clicked, and when; nothing of a click before the last."""
    at = float(event.at)
    if at < last:
        return gr.skip(), gr.skip()
    return [str(event.item)], at
