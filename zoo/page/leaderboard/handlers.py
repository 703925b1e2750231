"""What the leaderboard answers, over the state that all visitors share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from zoo.outputs.documents import evaluate_report
from zoo.page.language import _
from zoo.page.leaderboard.confusions import cell_html, confusions_html
from zoo.page.leaderboard.curves import learning_plot
from zoo.page.leaderboard.gaps import gaps_html, measures
from zoo.page.leaderboard.plots import accuracy_plot, retrieval_plot, speed_plot
from zoo.page.leaderboard.tables import leaderboard_html
from zoo.page.leaderboard.verdict import verdict_html
from zoo.page.state import PageState, run_of
from zoo.page.titles import choices, titles
from zoo.page.told import told


class LeaderboardHandlers:
    """The leaderboard of the zoo as it is now."""

    def __init__(self, state: PageState) -> None:
        self._state = state

    @told
    def board(self) -> tuple[str, Any, Any, Any]:
        """The tables, and the plots of what is in them."""
        zoo = self._state.zoo()
        if zoo is None or not zoo.runs:
            empty = f'<div class="empty">{_("No backbone is trained yet.")}</div>'
            return empty, None, None, None
        report, named = evaluate_report(zoo), titles(zoo)
        return (
            leaderboard_html(report, named),
            retrieval_plot(report, named),
            accuracy_plot(report, named),
            learning_plot(list(zoo.runs.values())),
        )

    @told
    def verdict(self) -> tuple[str, Any]:
        """What the numbers say, and quality against speed."""
        zoo = self._state.zoo()
        if zoo is None or not zoo.runs:
            return "", None
        zoo, report = self._state.report()
        named = titles(zoo)
        return (
            verdict_html(report, named),
            speed_plot(report, named, report["decision"]["front"]),
        )

    @told
    def choices(self, *chosen: str | None) -> list[Any]:
        """What can be chosen for `confusions` and `gaps`; what is chosen stays, if it can."""
        zoo = self._state.zoo()
        if zoo is None or not zoo.runs:
            return [gr.skip()] * len(chosen)
        backbones = choices(zoo)
        attributes = [(a.name, a.name) for a in zoo.catalog.singles]
        offered = (backbones, attributes, backbones, backbones, measures(zoo))
        first = (0, 0, 0, -1, 0)
        return [
            _offer(each, before, place)
            for each, before, place in zip(offered, chosen, first, strict=True)
        ]

    @told
    def confusions(self, backbone: str, attribute: str) -> tuple[str, str]:
        """Classes and confusions; the pictures of another cell go."""
        return confusions_html(run_of(self._state.trained(), backbone), attribute), ""

    @told
    def cell(self, backbone: str, attribute: str, clicked: dict[str, Any]) -> str:
        """The pictures of the cell on which somebody clicked."""
        run = run_of(self._state.trained(), backbone)
        return cell_html(self._state, run, attribute, clicked["cell"])

    @told
    def gaps(self, first: str, second: str, metric: str) -> str:
        """The queries on which the two differ most."""
        return gaps_html(self._state, self._state.trained(), (first, second), metric)

    def again(self, confused: bool, apart: bool, *chosen: str) -> list[Any]:
        """The confusions and the gaps of the zoo as it is now, where they are unfolded."""
        confusions = self.confusions(*chosen[:2]) if confused else (gr.skip(), gr.skip())
        return [*confusions, self.gaps(*chosen[2:]) if apart else gr.skip()]


def _offer(offered: Sequence[tuple[str, str]], before: str | None, place: int) -> Any:
    names = [name for __, name in offered]
    first = names[place] if names else None  # a catalogue may have no single attribute
    return gr.Dropdown(choices=list(offered), value=before if before in names else first)
