"""A set of pictures as HTML: the matrix of its style, bars of its classes, items for it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape

from zoo.compare import Tags, Zoo
from zoo.page.badges import ORIGINS, badge
from zoo.page.board import scrolling
from zoo.page.language import _, ngettext
from zoo.page.picks import item_button, picture
from zoo.page.use.looked import Looked, unsure_cells
from zoo.search.ask import Answer, Item
from zoo.style import attribute_names, cells, histogram

MOST_BARS = 8  # of an attribute; the rarer classes are counted together


def summary(zoo: Zoo | None, looked: Looked, threshold: float) -> str:
    """What was looked at, how much of it is unsure, and what could not be used."""
    profile = looked.profile
    run = zoo.runs.get(profile.backbone) if zoo else None
    title = run.backbone.title if run else profile.backbone
    unsure, of = unsure_cells(profile.tags, threshold)
    count = len(profile.tags)
    note = f'<p class="job">{escape(looked.note)}</p>' if looked.note else ""
    warn = ""
    if run and run.facts["trained"]["weights"]["kind"] == "random":
        warn = badge(_(ORIGINS["random"]), "warn")
    seen = ngettext(
        "<b>{n} picture</b> as <b>{backbone}</b> sees it.",
        "<b>{n} pictures</b> as <b>{backbone}</b> sees them.",
        count,
    ).format(n=count, backbone=escape(title))
    predicted = _("All classes are predicted; {n} of {of} are under {threshold}:").format(
        n=unsure, of=of, threshold=f"{threshold:.0%}"
    )
    return (
        f"{note}<p>{seen} {warn} {predicted} {badge(_('unsure'), 'unsure')}</p>{_skipped(looked)}"
    )


def _skipped(looked: Looked) -> str:
    if not looked.skipped:
        return ""
    rows = "".join(
        f"<li><b>{escape(name)}</b>: {escape(reason)}</li>" for name, reason in looked.skipped
    )
    said = _("Left out, as they cannot be used: {n}").format(n=len(looked.skipped))
    return f'<details open><summary>{said}</summary><ul class="problems">{rows}</ul></details>'


def matrix(looked: Looked, threshold: float) -> str:
    """A row per picture, a column per attribute."""
    names = attribute_names(looked.profile.tags)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    rows = "".join(
        f'<tr><th scope="row"><span>{_picture(url)}<em title="{escape(tags.path)}">'
        f"{escape(tags.path)}</em></span></th>"
        + "".join(f"<td>{_cell(tags, name, threshold)}</td>" for name in names)
        + "</tr>"
        for tags, url in zip(looked.profile.tags, looked.pictures, strict=True)
    )
    return scrolling(
        _("What is predicted of each picture"),
        f'<table class="board"><thead><tr><th scope="col">{_("picture")}</th>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>",
        "scroll matrix",
    )


def _picture(url: str) -> str:
    return f'<img src="{escape(url)}" alt="" loading="lazy">' if url else '<i class="none"></i>'


def _cell(tags: Tags, attribute: str, threshold: float) -> str:
    found = cells(tags, attribute)
    if not found:
        return f'<span class="quiet">{_("none")}</span>'
    unsure = _(", unsure")
    return " ".join(
        f'<span class="badge {"unsure" if chance < threshold else ""}">'
        f"<bdi>{escape(value)}</bdi> "
        f"<i>{chance:.0%}{unsure if chance < threshold else ''}</i></span>"
        for value, chance in found
    )


def bars(looked: Looked, threshold: float) -> str:
    """A list of bars per attribute: how often each class was predicted."""
    tags = looked.profile.tags
    return (
        '<div class="bars">'
        + "".join(_bars(tags, name, threshold) for name in attribute_names(tags))
        + "</div>"
    )


def _bars(tags: Sequence[Tags], attribute: str, threshold: float) -> str:
    found = histogram(tags, attribute, threshold)
    most = found[0].count if found else 1
    unsure = _("{n} of them unsure")
    rows = "".join(
        f'<li title="{escape(bar.value)}: {bar.count}, {unsure.format(n=bar.unsure)}">'
        f'<span>{escape(bar.value)}</span><b style="--sure:{(bar.count - bar.unsure) / most:.3f};'
        f'--all:{bar.count / most:.3f}"></b><i>{bar.count}</i></li>'
        for bar in found[:MOST_BARS]
    )
    rest = found[MOST_BARS:]
    said = ngettext("{n} more class: {times}", "{n} more classes: {times}", len(rest)).format(
        n=len(rest), times=sum(b.count for b in rest)
    )
    more = f'<p class="quiet">{said}</p>' if rest else ""
    return f"<section><h4>{escape(attribute)}</h4><ul>{rows}</ul>{more}</section>"


def tiles(zoo: Zoo, answer: Answer, urls: Mapping[int, str]) -> str:
    """The items that fit a set of pictures."""
    how = _("exact search")
    if answer.approximate:
        how = _("approximate search ({index})").format(index=escape(answer.by))
    about = _("The pictures of the set are left out. A click asks every backbone for more like it.")
    found = "".join(_tile(zoo, item, urls.get(item.row, "")) for item in answer.items)
    return (
        f'<p class="quiet">{answer.latency_ms:.0f} ms, {how}. {about}</p>'
        f'<ol class="fits">{found}</ol>'
    )


def _tile(zoo: Zoo, item: Item, url: str) -> str:
    item_id, title = str(zoo.catalog.table["item_id"].iat[item.row]), zoo.catalog.name_of(item.row)
    name = escape(title)
    share = item.match / item.match_of if item.match_of else 0.0
    similarity = _("similarity {number}").format(number=f"{item.similarity:.2f}")
    of_profile = _("{share} of the profile").format(share=f"{share:.0%}")
    more = _("More like this: {name}").format(name=title)
    shown = item_button(item_id, more, picture(url, title))
    return (
        f'<li>{shown}<b title="{name}">{name}</b><span class="quiet">{similarity} · '
        f"{of_profile}</span></li>"
    )


def download(name: str, text: str, said: str) -> str:
    """A link to a file that is in the page itself: nothing is written on the server."""
    data = base64.b64encode((text.rstrip("\n") + "\n").encode()).decode()
    return (
        f'<a class="download" download="{escape(name)}" '
        f'href="data:text/csv;charset=utf-8;base64,{data}">{escape(said)}</a>'
    )
