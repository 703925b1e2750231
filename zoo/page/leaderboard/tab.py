"""The tab where a person decides: the verdict, the numbers it rests on, and where they come from.

What takes a while or much room is made when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from zoo.page.board import SORT
from zoo.page.language import _
from zoo.page.leaderboard.confusions import PICK_CELL
from zoo.page.leaderboard.handlers import LeaderboardHandlers
from zoo.page.shared import HIDDEN, PICK_ITEM, Fill, Shared, last_told

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
    folds = [_confusions(do, shared), _gaps(do, shared)]

    def fill(event: Any) -> Any:
        plots = [retrieval, accuracy, learning]
        filled = event.then(do.board, None, [board, *plots], **HIDDEN)
        choices = [choice for fold in folds for choice in fold.chosen]
        chosen = filled.then(do.choices, choices, choices, **HIDDEN)
        unfolded = [fold.unfolded for fold in folds]
        shown = [html for fold in folds for html in fold.shown]
        chosen.then(do.again, [*unfolded, *choices], shown, **HIDDEN)
        return filled.then(do.verdict, None, [verdict, speed], **HIDDEN)

    return fill


@dataclass(frozen=True)
class Fold:
    """What is made when it is unfolded, and anew with the zoo as long as it stays so."""

    unfolded: gr.State
    chosen: list[Any]  # what chooses it
    shown: list[gr.HTML]


def _fold(
    part: gr.Accordion, make: Callable[..., Any], chosen: list[Any], shown: list[gr.HTML]
) -> Fold:
    """Wire one: `make` turns what is chosen into what is shown."""
    unfolded = gr.State(False)
    part.expand(lambda: True, None, unfolded, **HIDDEN)
    part.collapse(lambda: False, None, unfolded, **HIDDEN)
    asked = [part.expand, *(control.input for control in chosen)]
    gr.on(asked, make, chosen, shown, trigger_mode="always_last", **ASKED)
    return Fold(unfolded, chosen, shown)


def _confusions(do: LeaderboardHandlers, shared: Shared) -> Fold:
    """Per class and confusion matrix of one backbone."""
    with gr.Accordion(_("Where does it go wrong? Classes and confusions"), open=False) as part:
        with gr.Row():
            backbone = gr.Dropdown(label=_("Backbone"), choices=[], elem_id="confused-backbone")
            attribute = gr.Dropdown(label=_("Attribute"), choices=[], elem_id="confused-attribute")
        cell = gr.HTML(js_on_load=PICK_ITEM, elem_id="cell")
        table = gr.HTML(js_on_load=PICK_CELL + SORT, elem_id="confusions")
    chosen = [backbone, attribute]
    clicked = gr.State({})
    told = last_told(table.click, clicked)
    told.then(do.cell, [*chosen, clicked], cell, trigger_mode="always_last", **ASKED)
    shared.ask_on_click(cell)
    return _fold(part, do.confusions, chosen, [table, cell])


def _gaps(do: LeaderboardHandlers, shared: Shared) -> Fold:
    """Where two backbones differ most."""
    with gr.Accordion(_("Where do two backbones differ most?"), open=False) as part:
        with gr.Row():
            first = gr.Dropdown(label=_("This backbone"), choices=[], elem_id="gap-first")
            second = gr.Dropdown(label=_("and that one"), choices=[], elem_id="gap-second")
            metric = gr.Dropdown(label=_("by"), choices=[], elem_id="gap-metric")
        gaps = gr.HTML(js_on_load=PICK_ITEM, elem_id="gaps")
    shared.ask_on_click(gaps)
    return _fold(part, do.gaps, [first, second, metric], [gaps])
