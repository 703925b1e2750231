"""The query and each item of an answer as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from zoo.compare import Result, Zoo
from zoo.page.badges import badge
from zoo.page.language import _, ngettext
from zoo.page.picks import item_button, picture
from zoo.runs import Run
from zoo.search.ask import Item
from zoo.search.match import commonest


def query_card(pictures: Sequence[tuple[str, str, str]], labels: Mapping[str, str]) -> str:
    """The query: (address, name, what it is to `details_button`) of its pictures, and the
    catalogue's own labels if it has any."""
    images = "".join(
        f'<figure><img src="{escape(url)}" alt="{_("query picture")} {escape(name)}" '
        f'title="{escape(name)}">{details_button(about, name)}</figure>'
        for url, name, about in pictures
    )
    known = "".join(badge(f"{name}: {value}") for name, value in labels.items())
    if known:
        text = f'<p class="quiet">{_("The catalogue says")}</p><div class="badges">{known}</div>'
    else:
        unlabelled = _("Not labelled: each backbone says below what it sees.")
        text = f'<p class="quiet">{unlabelled}</p>'
    several = _("Query of {n} pictures").format(n=len(pictures))
    title = several if len(pictures) > 1 else _("Query")
    return (
        f'<div class="query"><div class="strip">{images}</div>'
        f"<div><h3>{title}</h3>{text}</div></div>"
    )


def tile(zoo: Zoo, run: Run, result: Result, item: Item, url: str, mark: str) -> str:
    """One item of an answer: its picture asks for more like it, its button for details."""
    item_id, name = str(zoo.catalog.table["item_id"].iat[item.row]), zoo.catalog.name_of(item.row)
    shown = f'{picture(url, name)}<span class="rank">{item.rank}</span>{mark}'
    more = _("More like this: {name}").format(name=name)
    return (
        f'<li class="tile">{item_button(item_id, more, shown, "more")}'
        f'<div class="facts"><b title="{escape(name)}">{escape(name)}</b>'
        f"<span>{_numbers(item)}</span>"
        f"{_alike(zoo, item)}{_labels(zoo, run, result, item)}"
        f"{details_button(f'item:{item_id}', name)}</div></li>"
    )


def details_button(about: str, name: str) -> str:
    """Asks for the details of `about`: "item:" and an id, or "upload:" and a number from 0."""
    said = _("Details")
    return (
        f'<button type="button" class="details" data-details="{escape(about)}" '
        f'aria-haspopup="dialog" aria-label="{said}: {escape(name)}">{said}</button>'
    )


def _numbers(item: Item) -> str:
    """Similarity, and the score where the blend makes it another number."""
    similarity = _("similarity {number}").format(number=f"{item.similarity:.2f}")
    if abs(item.score - item.similarity) < 1e-6:
        return similarity
    score = _("score {number}").format(number=f"{item.score:.2f}")
    return f"{similarity} · {score}"


def mark(item: Item, count: int, backbones: int) -> str:
    """What is special of an item that `count` of the backbones found."""
    if item.exact_copy:
        return f'<span class="mark copy">{_("exact copy")}</span>'
    if backbones > 1 and count == backbones:
        return f'<span class="mark all">{_("all {n}").format(n=backbones)}</span>'
    if backbones > 1 and count == 1:
        return f'<span class="mark alone">{_("only here")}</span>'
    return ""


def _alike(zoo: Zoo, item: Item) -> str:
    """How many near-duplicates the tile stands for."""
    if not item.alike:
        return ""
    ids = ", ".join(str(zoo.catalog.table["item_id"].iat[row]) for row in item.alike)
    several = len(item.alike)
    said = ngettext("+{n} near-duplicate", "+{n} near-duplicates", several).format(n=several)
    return f'<span class="alike" title="{escape(ids)}">{said}</span>'


def _labels(zoo: Zoo, run: Run, result: Result, item: Item) -> str:
    """In what an item equals the query, and in what not: the query's value and its own."""
    labels, profile = run.recommender.labels, result.query.labels
    same, other = [], []
    predicted = f" {_('(predicted)')}"
    for column, attribute in enumerate(zoo.catalog.singles):
        star = "" if labels.true[item.row, column] else "*"
        value = attribute.classes[labels.classes[item.row, column]]
        if attribute.name in item.matched:
            title = f"{attribute.name}: {value}{predicted if star else ''}"
            same.append(f'<bdi title="{escape(title)}">{escape(attribute.name)}{star}</bdi>')
            continue
        codes = profile.classes[:, column]
        wanted = (
            attribute.classes[commonest(codes[codes >= 0])] if (codes >= 0).any() else _("unknown")
        )
        query_star = "" if profile.true[:, column].all() else "*"
        other.append(
            f'<span class="label differs">✗ <bdi>{escape(attribute.name)}</bdi>: <i><bdi>'
            f"{escape(wanted)}{query_star}</bdi></i> → <bdi>{escape(value)}{star}</bdi></span>"
        )
    certain = bool(labels.true[item.row].all())
    said = f": {_('all') if certain and not other else ', '.join(same)}" if same else ""
    match = _("match {n} of {of}").format(n=item.match, of=item.match_of)
    kind, sign = ("equal", "✓") if item.match else ("differs", "✗")
    return (
        f'<span class="label {kind}">{sign} {match}{said}</span>'
        f'<span class="labels" title="{_("the query → this item")}">{"".join(other)}</span>'
    )
