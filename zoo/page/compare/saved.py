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
from zoo.page.kept import KeptKind, Things, choice, reading, things, tidy, written
from zoo.page.language import _, marked
from zoo.page.shared import HIDDEN
from zoo.page.state import PageState
from zoo.page.told import told

KEY = "fashion-model-zoo-saved"
QUERIES = KeptKind(
    most=100,  # of one catalogue
    longest=60,
    bad_name=marked("give the query a name of 1 to {n} letters"),
    full=marked("{n} queries are saved; delete one first"),
    none_chosen=marked("choose a saved query first"),
)


class Saved:
    """What the buttons do; what the browser brings back is read as any address is.

    It keeps catalogue -> name -> the comparison as in an address: items are of one catalogue.
    """

    def __init__(self, state: PageState) -> None:
        self._state = state

    @told
    def save(self, name: str, kept: Any, asked: Asked | None) -> tuple[Things, Any, str]:
        """The comparison on screen under that name; one of the same name is replaced."""
        if asked is None or not (asked.items or asked.uploads):
            raise ZooError(_("nothing is asked yet that could be saved"))
        if asked.uploads:
            raise ZooError(_("uploaded pictures cannot be saved; only items of the catalogue can"))
        own = QUERIES.added(self._own(kept), name, link.written(asked))
        return self._with(kept, own), choice(own, tidy(name)), ""

    @told
    def load(self, name: str | None, kept: Any) -> list[Any]:
        """No uploads, and the values of all controls."""
        text = QUERIES.chosen(self._own(kept), name)
        if not isinstance(text, str):
            raise ZooError(_("this saved query cannot be read; delete it and save it anew"))
        return [None, *settings(self._state.trained(), dict(parse_qsl(text)))]

    @told
    def delete(self, name: str | None, kept: Any) -> tuple[Things, Any]:
        """What is kept without that one."""
        own = QUERIES.removed(self._own(kept), name)
        return self._with(kept, own), choice(own, None)

    @told
    def names(self, kept: Any) -> Any:
        """The names there are for this catalogue."""
        zoo = self._state.zoo()
        return choice(self._own(kept), None) if zoo is not None and zoo.runs else gr.skip()

    def _own(self, kept: Any) -> Things:
        return things(things(kept).get(self._catalog()))

    def _with(self, kept: Any, own: Things) -> Things:
        return {**things(kept), self._catalog(): own}

    def _catalog(self) -> str:
        return self._state.trained().catalog.name


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
            max_length=QUERIES.longest,
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
    saved = gr.on(
        [save.click, name.submit],
        do.save,
        outputs=[kept, names, name],
        **reading(kept, [name, kept, asked]),
        **HIDDEN,
    )
    written(saved, kept)
    chosen = reading(kept, [names, kept])
    ask_again(load.click(do.load, outputs=outputs, **chosen, **HIDDEN))
    written(delete.click(do.delete, outputs=[kept, names], **chosen, **HIDDEN), kept)
    return lambda event: event.then(do.names, outputs=names, **reading(kept, [kept]), **HIDDEN)
