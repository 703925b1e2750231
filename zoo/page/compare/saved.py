"""Queries kept in the visitor's browser under a name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import gradio as gr

from zoo.errors import ZooError
from zoo.page.compare import link
from zoo.page.compare.asked import Asked
from zoo.page.compare.finding import settings
from zoo.page.language import _
from zoo.page.shared import HIDDEN
from zoo.page.state import PageState
from zoo.page.told import told

LONGEST = 60  # letters of a name
MOST = 100  # of one catalogue
KEY = "fashion-model-zoo-saved"
# What is stored is no secret, but it has to be read again after the page was started anew.
SECRET = "fashion-model-zoo"
Kept = dict[str, dict[str, str]]  # catalogue -> name -> the comparison as in an address


class Saved:
    """What the buttons do; what the browser brings back is read as any address is."""

    def __init__(self, state: PageState) -> None:
        self._state = state

    @told
    def save(self, name: str, kept: Kept, asked: Asked | None) -> tuple[Kept, Any, str]:
        """The comparison on screen under that name; one of the same name is replaced."""
        name = name.strip()
        if asked is None or not (asked.items or asked.uploads):
            raise ZooError(_("nothing is asked yet that could be saved"))
        if asked.uploads:
            raise ZooError(_("uploaded pictures cannot be saved; only items of the catalogue can"))
        if not name or len(name) > LONGEST:
            raise ZooError(_("give the query a name of 1 to {n} letters").format(n=LONGEST))
        own = self._own(kept)
        if name not in own and len(own) >= MOST:
            raise ZooError(_("{n} queries are saved; delete one first").format(n=MOST))
        kept = self._with(kept, {**own, name: link.written(asked)})
        return kept, self._choices(kept, name), ""

    @told
    def load(self, name: str | None, kept: Kept) -> list[Any]:
        """No uploads, and the values of all controls."""
        own = self._own(kept)
        if name not in own:
            raise ZooError(_("choose a saved query first"))
        return [None, *settings(self._state.trained(), dict(parse_qsl(own[name])))]

    @told
    def delete(self, name: str | None, kept: Kept) -> tuple[Kept, Any]:
        """What is kept without that one."""
        own = self._own(kept)
        if name not in own:
            raise ZooError(_("choose a saved query first"))
        kept = self._with(kept, {other: text for other, text in own.items() if other != name})
        return kept, self._choices(kept, None)

    @told
    def names(self, kept: Kept) -> Any:
        """The names there are for this catalogue."""
        zoo = self._state.zoo()
        return self._choices(kept, None) if zoo is not None and zoo.runs else gr.skip()

    def _choices(self, kept: Kept, chosen: str | None) -> Any:
        return gr.Dropdown(choices=sorted(self._own(kept)), value=chosen)

    def _own(self, kept: Kept) -> dict[str, str]:
        return kept.get(self._catalog(), {})

    def _with(self, kept: Kept, own: dict[str, str]) -> Kept:
        return {**kept, self._catalog(): own}

    def _catalog(self) -> str:
        return self._state.trained().catalog.name


def kept_in_browser() -> gr.BrowserState:
    """Where they are kept; it is read only where it is not folded away."""
    return gr.BrowserState({}, storage_key=KEY, secret=SECRET)


def saved_queries(
    state: PageState,
    kept: gr.BrowserState,
    asked: gr.State,
    outputs: list[Any],
    ask_again: Callable[[Any], Any],
) -> Callable[[Any], Any]:
    """Lay them out; `outputs` are the uploads and all controls. Returns its fill."""
    do = Saved(state)
    with gr.Row(elem_classes="saved"):
        name = gr.Textbox(
            label=_("Save what is on screen as"),
            max_length=LONGEST,
            min_width=150,
            scale=3,
            elem_id="save-name",
        )
        save = gr.Button(_("Save"), size="md", min_width=70, scale=1, elem_id="save")
    with gr.Row(elem_classes="saved"):
        names = gr.Dropdown(
            label=_("Saved"), choices=[], value=None, min_width=150, scale=3, elem_id="saved-names"
        )
        load = gr.Button(_("Load"), size="md", min_width=70, scale=1, elem_id="load")
        delete = gr.Button(_("Delete"), size="md", min_width=70, scale=1, elem_id="delete")
    told_where = _(
        "Items and settings, kept in this browser only. Uploaded pictures cannot be saved."
    )
    gr.HTML(f'<p class="quiet">{told_where}</p>')
    save.click(do.save, [name, kept, asked], [kept, names, name], **HIDDEN)
    name.submit(do.save, [name, kept, asked], [kept, names, name], **HIDDEN)
    ask_again(load.click(do.load, [names, kept], outputs, **HIDDEN))
    delete.click(do.delete, [names, kept], [kept, names], **HIDDEN)
    return lambda event: event.then(do.names, kept, names, **HIDDEN)
