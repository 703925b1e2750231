"""Items of the catalogue to click on: each is a query."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

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
