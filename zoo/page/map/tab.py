"""The tab of maps: two backbones side by side, what is selected in one shown in the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from zoo.page.language import _, script_of
from zoo.page.map.board import board_html
from zoo.page.map.handlers import MapHandlers
from zoo.page.shared import HIDDEN, NOTHING, PICK_ITEM, Fill, Shared, last_told

FOLDER = Path(__file__).parent
SCRIPTS = ("grid.js", "painters.js", "plot.js", "board.js")  # each uses those before it
POLL = 1.5  # seconds between looks at a making of maps
NAME = 200  # pixels at least for a backbone's name: on phones a line each


def script() -> str:
    """What runs when the board of maps is there."""
    return script_of(*(FOLDER / name for name in SCRIPTS))


def map_tab(shared: Shared) -> Fill:
    """Lay the tab out and wire it; it is filled by what is returned."""
    do = MapHandlers(shared.state)
    how = _(
        "Every point is an item; points lie near each other where the backbone finds the items "
        "alike. Groups and their neighbours tell something; the size of a group and the distance "
        "between far ones tell little (t-SNE). The second map is turned onto the first."
    )
    gr.HTML(f'<p class="quiet">{how}</p>')
    with gr.Row():
        left = gr.Dropdown(label=_("First map"), choices=[], min_width=NAME, elem_id="map-left")
        right = gr.Dropdown(label=_("Second map"), choices=[], min_width=NAME, elem_id="map-right")
        by = gr.Dropdown(
            label=_("Coloured by (true labels)"), choices=[], min_width=NAME, elem_id="map-by"
        )
    progress = gr.HTML(elem_id="map-progress")
    board = gr.HTML(
        html_template=board_html(),
        js_on_load=script(),
        elem_id="map-board",
        left=None,
        right=None,
        classes=None,
    )
    card = gr.HTML(js_on_load=PICK_ITEM, elem_id="map-card")
    picks = gr.HTML(js_on_load=PICK_ITEM, elem_id="map-picks")
    clock = gr.Timer(POLL, active=False)
    seen, there = gr.State(False), gr.State("")
    point, selection = gr.State({}), gr.State({})

    last: dict[str, Any] = {"trigger_mode": "always_last", **HIDDEN}
    gr.on([left.input, right.input], do.maps, [seen, left, right], board, **last)
    by.input(do.classes, [seen, by], board, **last)
    last_told(board.click, point).then(do.card, point, card, **last)
    last_told(board.select, selection).then(do.chosen, selection, picks, **last)
    shared.ask_on_click(card)
    shared.ask_on_click(picks)

    def show(event: Any) -> Any:
        shown = event.then(do.maps, [seen, left, right], board, **HIDDEN)
        return shown.then(do.classes, [seen, by], board, **HIDDEN)

    # The board tells when it is first looked at, and when somebody asks for missing maps.
    show(board.focus(lambda: True, None, seen, **HIDDEN))
    # Somebody else may have made them meanwhile: then there is nothing to make, but all to show.
    asked = board.submit(do.make, [left, right], [progress, clock], **HIDDEN)
    looked = clock.tick(do.look, None, [progress, clock], **HIDDEN)
    for event in (asked, looked):
        event.then(do.there, None, there, **HIDDEN)
    show(there.change(None, None, None, js=NOTHING, **HIDDEN))

    def fill(event: Any) -> Any:
        chosen = event.then(do.choices, [left, right, by], [left, right, by], **HIDDEN)
        looked = chosen.then(do.look, None, [progress, clock], **HIDDEN)
        return looked.then(do.there, None, there, **HIDDEN)

    return fill
