"""What was voted so far, as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from zoo.evaluation.preference import FEW
from zoo.outputs.votes import METRICS, by_strength, headline, left_out, notes
from zoo.page.board import board
from zoo.page.language import _, marked

EXPLAINED = marked(
    "Win rate: share of votes won, a tie is half a win; in small print its 95 % interval. "
    "Strength (Bradley-Terry) also weighs against whom: 2 is preferred to 1 two times out of "
    "three, 1 is the middle; its interval is shown from {few} votes on. Queries to which "
    "two backbones answer alike are never shown, so all this is about where they differ."
)


def results_html(report: dict[str, Any], titles: dict[str, str]) -> str:
    """The table of backbones, pair by pair, and what it rests on."""
    if not report["votes"]:
        return f'<div class="empty">{_("No votes yet.")}{_apart(report)}</div>'
    few = "few" if report["few"] else "enough"
    warning = f'<p class="{few}"><b>{escape(headline(report))}.</b></p>'
    said = "".join(f"<li>{_sentence(note)}</li>" for note in (*notes(report), *left_out(report)))
    explained = _(EXPLAINED).format(few=FEW)
    return (
        f'{warning}{_table(report, titles)}<p class="quiet">{explained}</p>'
        f'<ul class="notes">{said}</ul><h3>{_("Pair by pair")}</h3>{_pairs(report, titles)}'
    )


def _apart(report: dict[str, Any]) -> str:
    """What is in the file but not used, where nothing else is."""
    return "".join(f"<br>{_sentence(note)}" for note in left_out(report))


def _sentence(note: str) -> str:
    return f"{escape(note[0].upper() + note[1:])}."


def _table(report: dict[str, Any], titles: dict[str, str]) -> str:
    rows = [
        [
            titles[name],
            _interval(b["win_rate"], b["win_rate_interval"], "{:.0%}"),
            f"{b['wins']} – {b['ties']} – {b['losses']}",
            str(b["both_bad"]),
            _interval(b["strength"], b["strength_interval"], "{:.2f}"),
            *("" if b[metric] is None else f"{b[metric]:.3f}" for metric in METRICS),
        ]
        for name, b in by_strength(report)
    ]
    header = [_("win rate"), _("won – tied – lost"), _("both bad"), _("strength"), *METRICS]
    return board(_("Results so far"), ["", *header], rows)


def _pairs(report: dict[str, Any], titles: dict[str, str]) -> str:
    rows = [
        [
            " / ".join(titles[name] for name in pair["backbones"]),
            f"{pair['wins'][0]} – {pair['ties']} – {pair['wins'][1]}",
            str(pair["both_bad"]),
        ]
        for pair in report["pairs"]
        if sum(pair["wins"]) + pair["ties"] + pair["both_bad"]
    ]
    header = ["", _("first won – tied – second won"), _("both bad")]
    return board(_("Pair by pair"), header, rows)


def _interval(value: float | None, interval: Sequence[float] | None, form: str) -> str:
    if value is None:
        return f'<span class="quiet">{_("no votes")}</span>'
    if interval is None:
        return form.format(value)
    low, high = (form.format(bound) for bound in interval)
    between = _("{low} to {high}").format(low=low, high=high)
    return f"{form.format(value)} <small>{between}</small>"
