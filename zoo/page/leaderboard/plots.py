"""The leaderboard's plots."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

BLUE, GREY, GREEN = "#3b5bdb", "#868e96", "#2f9e44"


def retrieval_plot(report: dict[str, Any], titles: dict[str, str]) -> go.Figure:
    """attribute_match@5 with its interval, the baselines as lines."""
    backbones = report["backbones"]
    order = sorted(backbones, key=lambda n: backbones[n]["retrieval"]["attribute_match@5"])
    scores = [backbones[n]["retrieval"] for n in order]
    values = [s["attribute_match@5"] for s in scores]
    lows, highs = zip(*(s["intervals"]["attribute_match@5"] for s in scores), strict=True)
    figure = go.Figure(
        go.Scatter(
            x=values,
            y=[titles[n] for n in order],
            mode="markers",
            marker={"size": 12, "color": BLUE},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [high - v for high, v in zip(highs, values, strict=True)],
                "arrayminus": [v - low for low, v in zip(lows, values, strict=True)],
            },
        )
    )  # fmt: skip
    for name, colour in (("random", GREY), ("pixels", GREEN)):
        x = report["baselines"][name]["retrieval"]["attribute_match@5"]
        figure.add_vline(x=x, line={"color": colour, "dash": "dash"}, annotation_text=name)
    return _styled(figure, "attribute_match@5: share of equal attributes among the first five")


def accuracy_plot(report: dict[str, Any], titles: dict[str, str]) -> go.Figure:
    """Accuracy per attribute and backbone, the majority baseline as a line on each group."""
    attributes = report["catalog"]["attributes"]
    figure = go.Figure()
    for name, scores in report["backbones"].items():
        figure.add_bar(
            name=titles[name], x=attributes, y=[scores["accuracy"].get(a) for a in attributes]
        )
    for scores in list(report["backbones"].values())[:1]:
        figure.add_scatter(
            name="commonest class",
            x=attributes,
            y=[scores["majority"].get(a) for a in attributes],
            mode="markers",
            marker={"symbol": "line-ew-open", "size": 40, "color": "#212529"},
        )
    return _styled(figure, "Accuracy per attribute, test split")


def _styled(figure: go.Figure, title: str) -> go.Figure:
    figure.update_layout(
        title={"text": title, "font": {"size": 14}},
        template="plotly_white",
        height=340,
        margin={"l": 10, "r": 10, "t": 50, "b": 10},
        legend={"orientation": "h"},
    )
    return figure
