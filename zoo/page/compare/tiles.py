"""Answers as HTML: a column per backbone, a tile per item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

from zoo.compare import Result, Tags, Zoo
from zoo.page.badges import badge, run_badges
from zoo.runs import Run
from zoo.search.recommender import Item


def query_card(pictures: Sequence[tuple[str, str]], labels: Mapping[str, str]) -> str:
    """The query: (address, name) of its pictures, and the catalogue's own labels if it has any."""
    images = "".join(
        f'<img src="{escape(url)}" alt="query picture {escape(name)}" title="{escape(name)}">'
        for url, name in pictures
    )
    known = "".join(badge(f"{name}: {value}") for name, value in labels.items())
    if known:
        text = f'<p class="quiet">The catalogue says</p><div class="badges">{known}</div>'
    else:
        text = '<p class="quiet">Not labelled: each backbone says below what it sees.</p>'
    several = f" of {len(pictures)} pictures" if len(pictures) > 1 else ""
    return (
        f'<div class="query"><div class="strip">{images}</div>'
        f"<div><h3>Query{several}</h3>{text}</div></div>"
    )


def columns(zoo: Zoo, results: Mapping[str, Result], urls: Mapping[int, str]) -> str:
    """All answers side by side, with what they agree on."""
    found = Counter(i.row for r in results.values() for i in r.answer.items)
    parts = [
        _column(zoo, zoo.runs[name], result, urls, found, len(results))
        for name, result in results.items()
    ]
    return (
        f"{_agreement(found, len(results))}"
        f'<div class="columns" style="--count:{len(parts)}">{"".join(parts)}</div>'
    )


def _agreement(found: Counter[int], backbones: int) -> str:
    if backbones < 2:
        return ""
    everyone = sum(1 for count in found.values() if count == backbones)
    alone = sum(1 for count in found.values() if count == 1)
    return (
        f'<p class="agreement"><b>{len(found)}</b> different items: '
        f"{badge(f'all {backbones}', 'all')} <b>{everyone}</b> found by every backbone, "
        f"{badge('only here', 'alone')} <b>{alone}</b> found by a single one.</p>"
    )


def _column(
    zoo: Zoo,
    run: Run,
    result: Result,
    urls: Mapping[int, str],
    found: Counter[int],
    backbones: int,
) -> str:
    tiles = "".join(
        _tile(zoo, run, item, urls.get(item.row, ""), found[item.row], backbones)
        for item in result.answer.items
    )
    empty = '<p class="quiet">No item fits these filters.</p>' if not result.answer.items else ""
    return (
        f'<section class="backbone" aria-label="{escape(run.backbone.title)}">'
        f"<header><h3>{escape(run.backbone.title)}</h3>"
        f'<div class="badges">{run_badges(run)}</div>'
        f'<p class="quiet">{_how(result)}</p>{_sees(result.predicted)}</header>'
        f'<ol class="tiles">{tiles}</ol>{empty}</section>'
    )


def _how(result: Result) -> str:
    search = "approximate search (Annoy)" if result.answer.approximate else "exact search"
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
        f'title="{escape(name)}, confidence {confidence:.2f}">{escape(value)} '
        f"<i>{confidence:.0%}</i></span>"
        for name, value, confidence in found
    )
    more = f" (first of {len(predicted)})" if len(predicted) > 1 else ""
    return (
        f'<details class="sees" open><summary>Predicted for the query{more}</summary>'
        f'<div class="badges">{cells}</div></details>'
    )


def _tile(zoo: Zoo, run: Run, item: Item, url: str, count: int, backbones: int) -> str:
    table = zoo.catalog.table
    item_id, title = str(table["item_id"].iat[item.row]), str(table["title"].iat[item.row])
    name = title or item_id
    picture = (
        f'<img src="{escape(url)}" alt="{escape(name)}" loading="lazy">'
        if url
        else '<div class="missing">picture cannot be read</div>'
    )
    return (
        f'<li class="tile"><button type="button" data-item="{escape(item_id)}" '
        f'title="More like this: {escape(name)}">{picture}'
        f'<span class="rank">{item.rank}</span>{_mark(item, count, backbones)}</button>'
        f'<div class="facts"><b>{escape(name)}</b>'
        f"<span>similarity {item.similarity:.2f} · match {item.match} of {item.match_of}</span>"
        f"{_alike(zoo, item)}{_labels(zoo, run, item)}</div></li>"
    )


def _alike(zoo: Zoo, item: Item) -> str:
    """How many near-duplicates the tile stands for."""
    if not item.alike:
        return ""
    ids = ", ".join(str(zoo.catalog.table["item_id"].iat[row]) for row in item.alike)
    said = f"+{len(item.alike)} near-duplicate{'s' if len(item.alike) > 1 else ''}"
    return f'<span class="alike" title="{escape(ids)}">{said}</span>'


def _mark(item: Item, count: int, backbones: int) -> str:
    if item.exact_copy:
        return '<span class="mark copy">exact copy</span>'
    if backbones > 1 and count == backbones:
        return f'<span class="mark all">all {backbones}</span>'
    if backbones > 1 and count == 1:
        return '<span class="mark alone">only here</span>'
    return ""


def _labels(zoo: Zoo, run: Run, item: Item) -> str:
    """The item's attributes: equal to the query's or not, the catalogue's own or predicted."""
    labels = run.recommender.labels
    cells = []
    for column, attribute in enumerate(zoo.catalog.singles):
        value = attribute.classes[labels.classes[item.row, column]]
        predicted = not bool(labels.true[item.row, column])
        equal = attribute.name in item.matched
        said = f"{attribute.name}: {value}, {'same as' if equal else 'differs from'} the query"
        cells.append(
            f'<span class="label {"equal" if equal else "differs"}" title="{escape(said)}'
            f'{" (predicted)" if predicted else ""}">{"✓" if equal else "✗"} {escape(value)}'
            f"{'*' if predicted else ''}</span>"
        )
    return f'<span class="labels">{"".join(cells)}</span>'
