"""What the leaderboard answers, over the state that all visitors share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from zoo.compare import Zoo
from zoo.page.leaderboard.confusions import cell_html, confusions_html
from zoo.page.leaderboard.curves import learning_plot
from zoo.page.leaderboard.gaps import gaps_html, measures
from zoo.page.leaderboard.plots import accuracy_plot, retrieval_plot, speed_plot
from zoo.page.leaderboard.tables import leaderboard_html
from zoo.page.leaderboard.verdict import verdict_html
from zoo.page.state import PageState
from zoo.page.told import told
from zoo.reports import evaluate_report

EMPTY = '<div class="empty">No backbone is trained yet.</div>'


class LeaderboardHandlers:
    """The leaderboard of the zoo as it is now."""

    def __init__(self, state: PageState) -> None:
        self._state = state

    @told
    def board(self) -> tuple[str, Any, Any, Any]:
        """The tables, and the plots of what is in them."""
        zoo = self._state.zoo()
        if zoo is None or not zoo.runs:
            return EMPTY, None, None, None
        report, titles = evaluate_report(zoo), _titles(zoo)
        return (
            leaderboard_html(report, titles),
            retrieval_plot(report, titles),
            accuracy_plot(report, titles),
            learning_plot(list(zoo.runs.values())),
        )

    @told
    def verdict(self) -> tuple[str, Any]:
        """What the numbers say, and quality against speed."""
        zoo = self._state.zoo()
        if zoo is None or not zoo.runs:
            return "", None
        zoo, report = self._state.report()
        titles = _titles(zoo)
        return (
            verdict_html(report, titles),
            speed_plot(report, titles, report["decision"]["front"]),
        )

    @told
    def choices(self, *chosen: str | None) -> list[Any]:
        """What can be chosen for `confusions` and `gaps`; what is chosen stays, if it can."""
        zoo = self._state.zoo()
        if zoo is None or not zoo.runs:
            return [gr.skip()] * len(chosen)
        backbones = [(title, name) for name, title in _titles(zoo).items()]
        attributes = [(a.name, a.name) for a in zoo.catalog.singles]
        offered = (backbones, attributes, backbones, backbones, measures(zoo))
        first = (0, 0, 0, -1, 0)
        return [
            _offer(choices, before, place)
            for choices, before, place in zip(offered, chosen, first, strict=True)
        ]

    @told
    def confusions(self, backbone: str, attribute: str) -> tuple[str, str]:
        """Classes and confusions; the pictures of another cell go."""
        return confusions_html(self._state.trained().run(backbone), attribute), ""

    @told
    def cell(self, backbone: str, attribute: str, event: gr.EventData) -> str:
        """The pictures of the cell on which somebody clicked."""
        return cell_html(self._state, self._state.trained().run(backbone), attribute, event.cell)

    @told
    def gaps(self, first: str, second: str, metric: str) -> str:
        """The queries on which the two differ most."""
        return gaps_html(self._state, self._state.trained(), (first, second), metric)


def _titles(zoo: Zoo) -> dict[str, str]:
    return {name: run.backbone.title for name, run in zoo.runs.items()}


def _offer(choices: Sequence[tuple[str, str]], before: str | None, place: int) -> Any:
    names = [name for _, name in choices]
    first = names[place] if names else None  # a catalogue may have no single attribute
    return gr.Dropdown(choices=list(choices), value=before if before in names else first)
