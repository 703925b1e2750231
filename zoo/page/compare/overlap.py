"""How much the backbones' answers have in common, as a small table."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from zoo.compare import Result, Zoo
from zoo.page.board import scrolling
from zoo.page.language import _, marked
from zoo.search.overlap import PERSISTENCE, jaccard, rank_biased_overlap

WHAT = marked(
    "Every pair of backbones: first how many of the items either shows are shown by both "
    "(100 %: the same items), then how alike their order is, the first ranks counting most "
    "(1.00: the same order)."
)
HOW = marked(
    "Jaccard index and rank-biased overlap (Webber, Moffat and Zobel 2010; p = {p}, "
    "extrapolated) of the items shown."
)


def overlap(zoo: Zoo, results: Mapping[str, Result]) -> str:
    """A folded table of every pair; nothing where there is no pair."""
    if len(results) < 2:
        return ""
    titles = {name: zoo.runs[name].backbone.title for name in results}
    rows = {name: [item.row for item in r.answer.items] for name, r in results.items()}
    head = "".join(f'<th scope="col">{escape(titles[name])}</th>' for name in rows)
    body = "".join(
        f'<tr><th scope="row">{escape(titles[one])}</th>'
        + "".join(_cell(rows[one], rows[other], one == other) for other in rows)
        + "</tr>"
        for one in rows
    )
    how, title = _(HOW).format(p=PERSISTENCE), _("How alike are the answers?")
    table = scrolling(
        title,
        f'<table class="pairs"><thead><tr><td></td>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>",
    )
    return (
        f'<details class="overlap"><summary>{title}</summary><p>{_(WHAT)}</p>{table}'
        f'<p class="quiet">{how}</p></details>'
    )


def _cell(one: list[int], other: list[int], same: bool) -> str:
    if same:
        return '<td class="self">–</td>'
    shared, order = jaccard(one, other), rank_biased_overlap(one, other)
    if shared is None or order is None:
        return f'<td title="{_("one of them shows nothing")}">–</td>'
    both = _("<b>{share}</b> shared").format(share=f"{shared:.0%}")
    alike = _("order {order}").format(order=f"{order:.2f}")
    return f'<td style="--share:{shared:.3f}">{both}<small>{alike}</small></td>'
