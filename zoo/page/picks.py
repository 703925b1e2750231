"""Items of the catalogue to click on: each is a query."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from zoo.catalog import Catalog
from zoo.compare import Zoo
from zoo.page.state import PageState


def pick_strip(state: PageState, zoo: Zoo, rows: Sequence[int]) -> str:
    """Small pictures of these rows, those that cannot be read left out."""
    urls = state.thumbnails.urls(zoo.catalog, list(rows))
    table = zoo.catalog.table
    buttons = "".join(
        f'<button type="button" data-item="{escape(str(table["item_id"].iat[row]))}" '
        f'title="{escape(str(table["title"].iat[row]))}"><img src="{escape(urls[row])}" '
        f'alt="{escape(str(table["title"].iat[row]))}" loading="lazy"></button>'
        for row in rows
        if urls[row]
    )
    return f'<div class="strip-pick">{buttons}</div>'


def captioned(state: PageState, catalog: Catalog, shown: Sequence[tuple[int, str]]) -> str:
    """Pictures of these rows, each with a line of HTML below it."""
    urls = state.thumbnails.urls(catalog, [row for row, _ in shown])
    table = catalog.table
    tiles = "".join(
        f'<li><button type="button" data-item="{escape(str(table["item_id"].iat[row]))}" '
        f'title="{escape(str(table["title"].iat[row]))}">'
        f'<img src="{escape(urls[row])}" alt="{escape(str(table["title"].iat[row]))}" '
        f'loading="lazy"></button><span>{caption}</span></li>'
        for row, caption in shown
        if urls[row]
    )
    return f'<ul class="captioned">{tiles}</ul>'
