"""The tab where a person decides: the verdict, the numbers it rests on, and where they come from.

What takes a while or much room is made when it is asked for.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from zoo.page.board import SORT
from zoo.page.language import _
from zoo.page.leaderboard.confusions import PICK_CELL
from zoo.page.leaderboard.handlers import LeaderboardHandlers
from zoo.page.shared import HIDDEN, PICK_ITEM, Fill, Shared

ASKED: dict[str, Any] = {"api_visibility": "private", "show_progress": "minimal"}

PLOT: dict[str, Any] = {"show_label": False, "min_width": 320}  # one below the other on a phone


def leaderboard_tab(shared: Shared) -> Fill:
    """Lay the tab out; it is filled by what is returned."""
    do = LeaderboardHandlers(shared.state)
    verdict = gr.HTML(
        f'<p class="quiet">{_("Comparing the backbones query by query…")}</p>',
        js_on_load=SORT,
        elem_id="verdict",
    )
    with gr.Row():
        speed = gr.Plot(elem_id="speed-plot", **PLOT)
        retrieval = gr.Plot(elem_id="retrieval-plot", **PLOT)
    board = gr.HTML(js_on_load=SORT, elem_id="leaderboard")
    with gr.Row():
        accuracy = gr.Plot(elem_id="accuracy-plot", **PLOT)
        learning = gr.Plot(elem_id="learning-plot", **PLOT)
    choose_confusions = _confusions(do, shared)
    choose_gaps = _gaps(do, shared)

    def fill(event: Any) -> Any:
        plots = [retrieval, accuracy, learning]
        filled = event.then(do.board, None, [board, *plots], **HIDDEN)
        choices = [*choose_confusions, *choose_gaps]
        filled.then(do.choices, choices, choices, **HIDDEN)
        return filled.then(do.verdict, None, [verdict, speed], **HIDDEN)

    return fill


def _confusions(do: LeaderboardHandlers, shared: Shared) -> list[Any]:
    """Per class and confusion matrix of one backbone; returns what chooses it."""
    with gr.Accordion(_("Where does it go wrong? Classes and confusions"), open=False) as part:
        with gr.Row():
            backbone = gr.Dropdown(label=_("Backbone"), choices=[], elem_id="confused-backbone")
            attribute = gr.Dropdown(label=_("Attribute"), choices=[], elem_id="confused-attribute")
        cell = gr.HTML(js_on_load=PICK_ITEM, elem_id="cell")
        table = gr.HTML(js_on_load=PICK_CELL + SORT, elem_id="confusions")
    chosen = [backbone, attribute]
    part.expand(do.confusions, chosen, [table, cell], **ASKED)
    for control in chosen:
        control.input(do.confusions, chosen, [table, cell], **ASKED)
    table.click(do.cell, chosen, cell, **ASKED)
    shared.ask_on_click(cell)
    return chosen


def _gaps(do: LeaderboardHandlers, shared: Shared) -> list[Any]:
    """Where two backbones differ most; returns what chooses them."""
    with gr.Accordion(_("Where do two backbones differ most?"), open=False) as part:
        with gr.Row():
            first = gr.Dropdown(label=_("This backbone"), choices=[], elem_id="gap-first")
            second = gr.Dropdown(label=_("and that one"), choices=[], elem_id="gap-second")
            metric = gr.Dropdown(label=_("by"), choices=[], elem_id="gap-metric")
        gaps = gr.HTML(js_on_load=PICK_ITEM, elem_id="gaps")
    chosen = [first, second, metric]
    part.expand(do.gaps, chosen, gaps, **ASKED)
    for control in chosen:
        control.input(do.gaps, chosen, gaps, **ASKED)
    shared.ask_on_click(gaps)
    return chosen
