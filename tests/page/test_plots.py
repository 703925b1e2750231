"""The leaderboard's plots: what is measured is within what they show."""

from __future__ import annotations

from typing import Any

import pytest

from zoo.page.leaderboard.plots import MATCH, accuracy_plot, retrieval_plot


def report(match: float, random: float, pixels: float) -> dict[str, Any]:
    scored = {MATCH: match, "intervals": {MATCH: [match - 0.02, match + 0.02]}}
    baselines = {"random": random, "pixels": pixels}
    return {
        "backbones": {"tiny_a": {"retrieval": scored}},
        "baselines": {name: {"retrieval": {MATCH: x}} for name, x in baselines.items()},
    }


@pytest.mark.parametrize("match", [0.2, 0.5, 0.9])
def test_backbones_and_baselines_are_all_on_the_plot(match: float) -> None:
    plot = retrieval_plot(report(match, random=0.4, pixels=0.7), {"tiny_a": "Tiny A"})
    low, high = plot.layout.xaxis.range
    assert low < min(match - 0.02, 0.4)
    assert high > max(match + 0.02, 0.7)


def test_long_names_leave_room_for_the_bars() -> None:
    names = ["colour", "length_of_the_sleeve_from_the_seam", "length_of_the_sleeve_from_the_neck"]
    scored = {"accuracy": dict.fromkeys(names, 0.5), "majority": dict.fromkeys(names, 0.4)}
    found = {"catalog": {"attributes": names}, "backbones": {"tiny_a": scored}}
    plot = accuracy_plot(found, {"tiny_a": "Tiny A"})
    assert list(plot.layout.xaxis.ticktext) == ["colour", *["length_of_the_sleev…"] * 2]
    assert list(plot.layout.xaxis.tickvals) == names
