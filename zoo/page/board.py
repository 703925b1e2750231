"""Tables of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from zoo.page.language import _

# Of the HTML component that shows a `sortable`: js_on_load=SORT.
SORT = Path(__file__).with_suffix(".js").read_text("utf-8")


def board(name: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table that scrolls by itself; the first cell names its row, the others are HTML."""
    head = "".join(f'<th scope="col">{escape(h)}</th>' if h else "<td></td>" for h in header)
    return _table(name, head, rows)


def sortable(name: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A `board` whose rows are ordered by the column that is clicked on."""
    head = "".join(
        f'<th scope="col"><button type="button" data-sort>{escape(h) or _("name")}</button></th>'
        for h in header
    )
    return _table(name, head, rows)


def scrolling(name: str, table: str, kind: str = "scroll") -> str:
    """What scrolls sideways by itself, by keys too; `name` says what it is."""
    return (
        f'<div class="{kind}" tabindex="0" role="region" aria-label="{escape(name)}">{table}</div>'
    )


def _table(name: str, head: str, rows: Sequence[Sequence[str]]) -> str:
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{cell}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return scrolling(
        name,
        f'<table class="board"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>',
    )
