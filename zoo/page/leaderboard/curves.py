"""How the trainings went: validation accuracy by epoch."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

import plotly.graph_objects as go

from zoo.page.language import _
from zoo.page.leaderboard.plots import COLOURS, styled
from zoo.runs import Run
from zoo.training.history import Epoch, best_epoch, known_accuracies, read_history
from zoo.training.network import HISTORY


def learning_plot(runs: Sequence[Run]) -> go.Figure:
    """A line per network: dotted while its backbone is frozen, a star at the epoch that is kept."""
    figure = go.Figure()
    for run, colour in zip(runs, cycle(COLOURS), strict=False):
        history = read_history(run.folder / HISTORY)
        for network in dict.fromkeys(epoch.network for epoch in history):
            epochs = [epoch for epoch in history if epoch.network == network]
            title = f"{run.backbone.title}, {network}" if network else run.backbone.title
            _draw(figure, title, epochs, colour)
    figure.update_xaxes(title=_("epoch (★ the one that is kept; dotted: backbone frozen)"))
    figure.update_yaxes(title=_("validation accuracy"))
    return styled(figure, _("Learning curves: mean accuracy over attributes"))


def _draw(figure: go.Figure, title: str, epochs: Sequence[Epoch], colour: str) -> None:
    if known_accuracies(epochs) is None:
        name = _("{backbone}: not validated").format(backbone=title)
        line = {"color": colour}
        figure.add_scatter(name=name, x=[None], y=[None], mode="lines", line=line, showlegend=True)
        return
    places = list(enumerate(epochs, start=1))
    frozen = [(x, e) for x, e in places if e.phase == "frozen"]
    unfrozen = frozen[-1:] + [(x, e) for x, e in places if e.phase != "frozen"]
    for part, dash in ((frozen, "dot"), (unfrozen, "solid")):
        if part:
            figure.add_scatter(
                name=title,
                legendgroup=title,
                showlegend=part is (unfrozen or frozen),
                x=[x for x, _ in part],
                y=[e.val_accuracy for _, e in part],
                mode="lines+markers" if len(part) == 1 else "lines",
                line={"color": colour, "dash": dash, "width": 2},
                text=[_told(e) for _, e in part],
                hovertemplate="%{text}",
            )
    best = best_epoch(list(epochs))
    figure.add_scatter(
        name=_("{backbone}, kept").format(backbone=title),
        legendgroup=title,
        showlegend=False,
        x=[x for x, e in places if e is best],
        y=[e.val_accuracy for _, e in places if e is best],
        mode="markers",
        marker={"symbol": "star", "size": 14, "color": colour},
        hoverinfo="skip",
    )


def _told(epoch: Epoch) -> str:
    size = f", {epoch.image_size} px" if epoch.image_size else ""
    loss = _("loss {number}").format(number=f"{epoch.loss:.2f}")
    return f"{epoch.phase} {epoch.epoch}{size}: {epoch.val_accuracy:.3f}, {loss}"
