"""Tables of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape


def board(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table that scrolls by itself; the first cell names its row, the others are HTML."""
    head = "".join(f'<th scope="col">{escape(h)}</th>' if h else "<td></td>" for h in header)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{cell}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="table"><table class="board">'
        f"<thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )
