"""Items of the catalogue to click on: each is a query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from zoo.catalog import Catalog
from zoo.compare import Zoo
from zoo.page.language import _
from zoo.page.state import PageState


def picture(url: str, name: str) -> str:
    """A small picture; a line in its place where it cannot be read."""
    if not url:
        return f'<div class="missing">{_("picture cannot be read")}</div>'
    return f'<img src="{escape(url)}" alt="{escape(name)}" loading="lazy">'


def item_button(item_id: str, title: str, html: str, kind: str = "") -> str:
    """What asks for that item when it is clicked on; `kind` is its class in the style sheet."""
    named = f'class="{kind}" ' if kind else ""
    return (
        f'<button type="button" {named}data-item="{escape(item_id)}" '
        f'title="{escape(title)}">{html}</button>'
    )


def pick_strip(state: PageState, zoo: Zoo, rows: Sequence[int]) -> str:
    """Small pictures of these rows, those that cannot be read left out."""
    urls = state.thumbnails.urls(zoo.catalog, list(rows))
    buttons = "".join(_pick(zoo.catalog, row, urls[row]) for row in rows if urls[row])
    return f'<div class="strip-pick">{buttons}</div>'


def captioned(state: PageState, catalog: Catalog, shown: Sequence[tuple[int, str]]) -> str:
    """Pictures of these rows, each with a line of HTML below it."""
    urls = state.thumbnails.urls(catalog, [row for row, __ in shown])
    tiles = "".join(
        f"<li>{_pick(catalog, row, urls[row])}<span>{caption}</span></li>"
        for row, caption in shown
        if urls[row]
    )
    return f'<ul class="captioned">{tiles}</ul>'


def rows_by_id(catalog: Catalog, ids: Iterable[str]) -> dict[str, int]:
    """The rows of these items; those that the catalogue does not have are left out."""
    known = catalog.table["item_id"].astype(str)
    rows = known.isin(list(ids)).to_numpy().nonzero()[0].tolist()
    return {str(known.iat[row]): row for row in rows}


def _pick(catalog: Catalog, row: int, url: str) -> str:
    item_id, name = str(catalog.table["item_id"].iat[row]), catalog.name_of(row)
    return item_button(item_id, name, picture(url, name))
