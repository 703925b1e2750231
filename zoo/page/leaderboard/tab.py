"""The tab of numbers."""

from __future__ import annotations

from typing import Any

import gradio as gr

from zoo.page.leaderboard.plots import accuracy_plot, retrieval_plot
from zoo.page.leaderboard.tables import leaderboard_html
from zoo.page.shared import HIDDEN, Fill, Shared
from zoo.page.state import PageState
from zoo.page.told import told
from zoo.reports import evaluate_report


def leaderboard_tab(shared: Shared) -> Fill:
    """Lay the tab out; it is filled by what is returned."""
    do = LeaderboardHandlers(shared.state)
    board = gr.HTML(elem_id="leaderboard")
    with gr.Row():
        retrieval = gr.Plot(show_label=False)
        accuracy = gr.Plot(show_label=False)
    return lambda event: event.then(do.board, None, [board, retrieval, accuracy], **HIDDEN)


class LeaderboardHandlers:
    """The leaderboard over the state that all visitors share."""

    def __init__(self, state: PageState) -> None:
        self._state = state

    @told
    def board(self) -> tuple[str, Any, Any]:
        """The leaderboard: table and two plots."""
        zoo = self._state.zoo()
        if zoo is None or not zoo.runs:
            return '<div class="empty">No backbone is trained yet.</div>', None, None
        report = evaluate_report(zoo)
        titles = {name: run.backbone.title for name, run in zoo.runs.items()}
        return (
            leaderboard_html(report, titles),
            retrieval_plot(report, titles),
            accuracy_plot(report, titles),
        )
