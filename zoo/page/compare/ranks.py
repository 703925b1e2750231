"""Answers side by side: a column per backbone, a row per rank."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

from zoo.compare import Result, Tags, Zoo
from zoo.page.badges import badge, run_badges
from zoo.page.compare.overlap import overlap
from zoo.page.compare.tiles import mark, tile
from zoo.page.language import _
from zoo.runs import Run


def columns(zoo: Zoo, results: Mapping[str, Result], urls: Mapping[int, str]) -> str:
    """All answers side by side, with what they agree on."""
    found = Counter(i.row for r in results.values() for i in r.answer.items)
    parts = [
        _column(zoo, zoo.runs[name], result, urls, found, len(results))
        for name, result in results.items()
    ]
    ranks = max((len(r.answer.items) for r in results.values()), default=0)
    alone = "alone" if len(parts) == 1 else "ranks"
    return (
        f"{_agreement(found, len(results))}{overlap(zoo, results)}"
        f'<div class="columns {alone}" style="--count:{len(parts)};--rows:{ranks + 1}">'
        f"{''.join(parts)}</div>"
    )


def _agreement(found: Counter[int], backbones: int) -> str:
    if backbones < 2:
        return ""
    everyone = sum(1 for count in found.values() if count == backbones)
    alone = sum(1 for count in found.values() if count == 1)
    said = _(
        "<b>{n}</b> different items: {all} <b>{everyone}</b> found by every backbone, "
        "{only} <b>{alone}</b> found by a single one."
    ).format(
        n=len(found),
        all=badge(_("all {n}").format(n=backbones), "all"),
        everyone=everyone,
        only=badge(_("only here"), "alone"),
        alone=alone,
    )
    return f'<p class="agreement">{said}</p>'


def _column(
    zoo: Zoo,
    run: Run,
    result: Result,
    urls: Mapping[int, str],
    found: Counter[int],
    backbones: int,
) -> str:
    tiles = "".join(
        tile(zoo, run, result, item, urls.get(item.row, ""), mark(item, found[item.row], backbones))
        for item in result.answer.items
    )
    none = f'<p class="quiet">{_("No item fits these filters.")}</p>'
    empty = "" if result.answer.items else none
    return (
        f'<section class="backbone" aria-label="{escape(run.backbone.title)}">'
        f"<header><h3>{escape(run.backbone.title)}</h3>"
        f'<div class="badges">{run_badges(run)}</div>'
        f'<p class="quiet">{_how(result)}</p>{_sees(result.predicted)}</header>'
        f'<ol class="tiles">{tiles}</ol>{empty}</section>'
    )


def _how(result: Result) -> str:
    answer = result.answer
    search = _("exact search")
    if answer.approximate:
        search = _("approximate search ({index})").format(index=escape(answer.by))
    return f"{result.latency_ms:.0f} ms, {search}"


def _sees(predicted: Sequence[Tags]) -> str:
    """What a backbone predicts of the first query picture."""
    if not predicted:
        return ""
    first = predicted[0]
    found = [(name, *best) for name, best in first.attributes.items()]
    found += [(name, *each) for name, several in first.multis.items() for each in several]
    cells = "".join(
        f'<span class="badge {"unsure" if confidence < 0.5 else ""}" '
        f'title="{escape(name)}, {_("confidence")} {confidence:.2f}"><bdi>{escape(value)}</bdi> '
        f"<i>{confidence:.0%}</i></span>"
        for name, value, confidence in found
    )
    more = " " + _("(first of {n})").format(n=len(predicted)) if len(predicted) > 1 else ""
    return (
        f'<details class="sees" open><summary>{_("Predicted for the query")}{more}</summary>'
        f'<div class="badges">{cells}</div></details>'
    )
