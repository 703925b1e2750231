"""The verdict as HTML: what a person who has to choose reads first."""

from __future__ import annotations

from html import escape
from typing import Any

from zoo.outputs.verdict import headline, reasons
from zoo.page.board import sortable
from zoo.page.language import _


def verdict_html(report: dict[str, Any], titles: dict[str, str]) -> str:
    """The answer, its reasons, and the comparison of every two backbones."""
    said = "".join(f"<li>{escape(reason)}.</li>" for reason in reasons(report, titles))
    return (
        f'<section class="verdict"><h3>{escape(headline(report, titles))}</h3><ul>{said}</ul>'
        f"<details><summary>{_('Every two backbones, query by query')}</summary>"
        f"{_pairs(report['decision'], titles)}</details></section>"
    )


def _pairs(decision: dict[str, Any], titles: dict[str, str]) -> str:
    pairs = [(pair, titles[pair["second"]]) for pair in decision["pairs"]]
    pairs += [(pair, _("the pixels baseline")) for pair in decision["against_pixels"]]
    rows = [
        [
            _("{first} and {second}").format(first=titles[pair["first"]], second=second),
            escape(pair["metric"]),
            f"{pair['difference']:+.3f}",
            _("{low} to {high}").format(low=f"{pair['low']:+.3f}", high=f"{pair['high']:+.3f}"),
            _("yes") if pair["apart"] else _("no"),
            f"{pair['queries']:,}",
        ]
        for pair, second in pairs
    ]
    header = [
        _("pair"), _("by"), _("difference"), _("95 % interval"), _("can be told apart"),
        _("queries"),
    ]  # fmt: skip
    how = _(
        "Both answered the same test pictures; the difference is of the first from the second, "
        "its interval a paired bootstrap over these queries. Where the interval holds 0, the "
        "queries do not say which is better."
    )
    table = sortable(_("Every two backbones, query by query"), header, rows)
    return f'<p class="quiet">{how}</p>{table}'
