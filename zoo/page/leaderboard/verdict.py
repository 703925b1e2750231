"""The verdict as HTML: what a person who has to choose reads first."""

from __future__ import annotations

from html import escape
from typing import Any

from zoo.page.board import sortable
from zoo.verdict import headline, reasons


def verdict_html(report: dict[str, Any], titles: dict[str, str]) -> str:
    """The answer, its reasons, and the comparison of every two backbones."""
    said = "".join(f"<li>{escape(reason)}.</li>" for reason in reasons(report, titles))
    return (
        f'<section class="verdict"><h3>{escape(headline(report, titles))}</h3><ul>{said}</ul>'
        f"<details><summary>Every two backbones, query by query</summary>"
        f"{_pairs(report['decision'], titles)}</details></section>"
    )


def _pairs(decision: dict[str, Any], titles: dict[str, str]) -> str:
    names = {**titles, "pixels": "the pixels baseline"}
    rows = [
        [
            f"{names[pair['first']]} and {names[pair['second']]}",
            escape(pair["metric"]),
            f"{pair['difference']:+.3f}",
            f"{pair['low']:+.3f} to {pair['high']:+.3f}",
            "yes" if pair["apart"] else "no",
            f"{pair['queries']:,}",
        ]
        for pair in [*decision["pairs"], *decision["against_pixels"]]
    ]
    header = ["pair", "by", "difference", "95 % interval", "can be told apart", "queries"]
    return (
        '<p class="quiet">Both answered the same test pictures; the difference is of the first '
        "from the second, its interval a paired bootstrap over these queries. Where the interval "
        f"holds 0, the queries do not say which is better.</p>{sortable(header, rows)}"
    )
