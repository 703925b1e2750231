"""Things kept under a name in a visitor's own browser; the server keeps none."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import gradio as gr

from zoo.errors import ZooError
from zoo.page.language import _
from zoo.page.shared import HIDDEN

# Not there to hide anything: without one of its own gradio could not read what it kept before.
SECRET = "fashion-model-zoo"
# Every request about them carries all of them, and the door lets 1 MiB in.
MOST_BYTES = 700_000
# Gradio reads what is kept once, when the page opens, and writes all of it at every change: tabs
# open side by side would undo what the others did. So it is beside that as plain JSON, which is
# read before every use; where there is none, what gradio read stays.
READ = """
(key, place, given) => {
  try {
    const text = localStorage.getItem(key);
    if (text) given[place] = JSON.parse(text);
  } catch (error) {
    console.error(error);
  }
  return given;
}
"""
# Where there is no room for both, none is better than an old one.
WRITE = """
(key, kept) => {
  try {
    localStorage.setItem(key, JSON.stringify(kept));
  } catch (error) {
    console.error(error);
    localStorage.removeItem(key);
  }
}
"""
Things = dict[str, Any]  # name -> thing, as JSON values


@dataclass(frozen=True)
class KeptKind:
    """A kind of things: its limits, and what is said (marked) of who goes beyond them."""

    most: int  # things
    longest: int  # letters of a name
    bad_name: str
    full: str
    none_chosen: str

    def added(self, things: Things, name: str, thing: Any) -> Things:
        """The things with this one under that name; one of the same name is replaced."""
        name = tidy(name)
        if not 0 < len(name) <= self.longest:
            raise ZooError(_(self.bad_name).format(n=self.longest))
        if name not in things and len(things) >= self.most:
            raise ZooError(_(self.full).format(n=self.most))
        more = {**things, name: thing}
        if len(json.dumps(more, ensure_ascii=False).encode()) > MOST_BYTES:
            large = _("{name} is too large beside what is kept already; remove something first")
            raise ZooError(large.format(name=repr(name)))
        return more

    def chosen(self, things: Things, name: str | None) -> Any:
        """The thing of that name."""
        if name is None or name not in things:
            raise ZooError(_(self.none_chosen))
        return things[name]

    def removed(self, things: Things, name: str | None) -> Things:
        """The things without the one of that name."""
        self.chosen(things, name)
        return {other: thing for other, thing in things.items() if other != name}


def in_browser(key: str) -> gr.BrowserState:
    """Where a kind is kept; it is read only where it is not folded away."""
    return gr.BrowserState({}, storage_key=key, secret=SECRET)


def reading(kept: gr.BrowserState, inputs: list[Any]) -> dict[str, Any]:
    """The inputs of an event, `kept` among them as the browser has it at that moment."""
    place = inputs.index(kept)
    return {"inputs": inputs, "js": f"(...given) => ({READ})({_plain(kept)}, {place}, given)"}


def written(event: Any, kept: gr.BrowserState) -> None:
    """Chain to an event that changed `kept` what tells the other tabs of this browser."""
    write = f"(kept) => ({WRITE})({_plain(kept)}, kept)"
    event.success(None, kept, None, js=write, **HIDDEN)


def _plain(kept: gr.BrowserState) -> str:
    return json.dumps(f"{kept.storage_key}-json")


def things(value: Any) -> Things:
    """What a browser says that it keeps, if that can be."""
    return value if isinstance(value, dict) else {}


def tidy(name: str) -> str:
    """A name as it is kept."""
    return " ".join(name.split())


def choice(there: Things, chosen: str | None) -> Any:
    """The names there are, to choose one of."""
    return gr.Dropdown(choices=sorted(there), value=chosen)
