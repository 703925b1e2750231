"""The leaderboard's plots. Ink and grid take their colours from style.css, dark or light."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from math import log10
from typing import Any

import plotly.graph_objects as go

from zoo.page.language import _

BLUE, GREY, GREEN = "#4c6ef5", "#868e96", "#2f9e44"
COLOURS = ("#4c6ef5", "#f76707", "#12b886", "#be4bdb", "#e8a500", "#e64980", "#15aabf", "#868e96")
MATCH = "attribute_match@5"
LONGEST = 20  # letters of a name on an axis


def speed_plot(report: dict[str, Any], titles: dict[str, str], front: Sequence[str]) -> go.Figure:
    """Quality against speed: the best are at the top right, those worth considering are joined."""
    speeds = {
        n: s["images_per_s"] for n, s in report["backbones"].items() if s["images_per_s"]
    }  # fmt: skip
    figure = go.Figure()
    figure.add_scatter(
        name=_("Pareto front: no other is both faster and better"),
        x=[speeds[n] for n in front],
        y=[_match(report, n)[0] for n in front],
        mode="lines+markers",
        line={"color": GREY, "dash": "dot"},
        marker={"size": 22, "symbol": "circle-open", "color": GREY, "line": {"width": 2}},
        hoverinfo="skip",
    )
    for (name, speed), colour in zip(speeds.items(), cycle(COLOURS), strict=False):
        value, low, high = _match(report, name)
        figure.add_scatter(
            name=titles[name],
            x=[speed],
            y=[value],
            mode="markers+text",
            text=[f"\u2003{titles[name]}"],
            cliponaxis=False,
            textposition="middle right",
            marker={"size": 11, "color": colour},
            error_y={
                "type": "data", "symmetric": False, "array": [high - value],
                "arrayminus": [value - low],
            },
            hovertemplate=_("{speed} images/s, match {match}").format(
                speed="%{x:.0f}", match=f"%{{y:.3f}} ({low:.3f}–{high:.3f})"
            ),
            showlegend=False,
        )  # fmt: skip
    pixels = report["baselines"]["pixels"]["retrieval"][MATCH]
    figure.add_hline(
        y=pixels, line={"color": GREEN, "dash": "dash"}, annotation_text=_("pixels baseline")
    )
    # Room for the name beside the fastest.
    figure.update_xaxes(type="log", title=_("embedded pictures a second (log)"))
    if speeds:
        figure.update_xaxes(range=_log_range(list(speeds.values())), tickvals=_ticks())
    figure.update_yaxes(title=MATCH)
    return styled(figure, _("Quality against speed"))


def retrieval_plot(report: dict[str, Any], titles: dict[str, str]) -> go.Figure:
    """attribute_match@5 with its interval, the baselines as lines."""
    backbones = report["backbones"]
    order = sorted(backbones, key=lambda n: backbones[n]["retrieval"][MATCH])
    scored = [_match(report, n) for n in order]
    figure = go.Figure(
        go.Scatter(
            x=[value for value, _, _ in scored],
            y=[titles[n] for n in order],
            mode="markers",
            marker={"size": 12, "color": BLUE},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [high - value for value, _, high in scored],
                "arrayminus": [value - low for value, low, _ in scored],
            },
        )
    )
    shown = [end for _, *ends in scored for end in ends]
    for name, said, colour in (("random", _("random"), GREY), ("pixels", _("pixels"), GREEN)):
        x = report["baselines"][name]["retrieval"][MATCH]
        figure.add_vline(x=x, line={"color": colour, "dash": "dash"}, annotation_text=said)
        shown.append(x)
    # Backbones may be worse than either baseline: all ends are within.
    room = 0.05 * (max(shown) - min(shown)) + 0.01
    figure.update_xaxes(range=[min(shown) - room, max(shown) + room])
    return styled(figure, _("attribute_match@5: share of equal labels, first five"))


def accuracy_plot(report: dict[str, Any], titles: dict[str, str]) -> go.Figure:
    """Accuracy per attribute and backbone, the majority baseline as a line on each group."""
    attributes = report["catalog"]["attributes"]
    figure = go.Figure()
    for (name, scores), colour in zip(report["backbones"].items(), cycle(COLOURS), strict=False):
        figure.add_bar(
            name=titles[name],
            x=attributes,
            y=[scores["accuracy"].get(a) for a in attributes],
            marker_color=colour,
        )
    for scores in list(report["backbones"].values())[:1]:
        figure.add_scatter(
            name=_("commonest class"),
            x=attributes,
            y=[scores["majority"].get(a) for a in attributes],
            mode="markers",
            marker={"symbol": "line-ew-open", "size": 34, "color": GREY, "line": {"width": 3}},
        )
    short = [name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…" for name in attributes]
    figure.update_xaxes(tickvals=attributes, ticktext=short)
    figure = styled(figure, _("Accuracy per attribute, test split"))
    # Names that are turned need the room below.
    return figure.update_layout(legend={"yref": "container", "yanchor": "bottom", "y": 0})


def _match(report: dict[str, Any], name: str) -> tuple[float, float, float]:
    """attribute_match@5 and the ends of its interval."""
    retrieval = report["backbones"][name]["retrieval"]
    low, high = retrieval["intervals"][MATCH]
    return float(retrieval[MATCH]), float(low), float(high)


def _log_range(values: list[float]) -> list[float]:
    low, high = log10(min(values)), log10(max(values))
    room = max(0.15, (high - low) * 0.2)
    return [low - room, high + 3 * room]


def _ticks() -> list[float]:
    """1, 2, 5, 10, 20...: what a person reads on a logarithmic axis."""
    return [step * 10.0**power for power in range(-2, 6) for step in (1, 2, 5)]


def styled(figure: go.Figure, title: str) -> go.Figure:
    """The look that all plots of the tab have."""
    figure.update_layout(
        title={"text": title, "font": {"size": 14}, "x": 0.02},
        template="none",
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        height=400,
        margin={"l": 10, "r": 10, "t": 46, "b": 10},
        legend={"orientation": "h", "yanchor": "top", "y": -0.25},
    )
    figure.update_xaxes(automargin=True, zeroline=False, title_font_size=12)
    figure.update_yaxes(automargin=True, zeroline=False, title_font_size=12)
    return figure
