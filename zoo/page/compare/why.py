"""Why an item is where it is, in sums that add up."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np

from zoo.catalog import Attribute, Catalog
from zoo.catalog.catalog import UNKNOWN
from zoo.compare import Result, Zoo
from zoo.page.board import board
from zoo.page.language import _, marked
from zoo.runs import Run
from zoo.search.explanation import Explanation, Part, Variety, explain

NOWHERE = marked("No backbone shows it among its answers to this query.")


def why(zoo: Zoo, results: Mapping[str, Result], row: int) -> str:
    """The sum that made the item's rank, for every backbone that shows it."""
    parts = []
    for name, result in results.items():
        places = [i for i, item in enumerate(result.answer.items) if item.row == row]
        parts += [_sum(zoo.runs[name], result, place) for place in places]
    nowhere = f'<p class="quiet">{_(NOWHERE)}</p>'
    return f'<div class="whys">{"".join(parts)}</div>' if parts else nowhere


def _sum(run: Run, result: Result, place: int) -> str:
    items = result.answer.items
    labels = run.recommender.labels
    found = explain(items, place, result.query, result.ask, labels, run.embeddings)
    same = _("The same file as the query: first, whatever its score.")
    copy = f'<p class="quiet">{same}</p>'
    rank = _("rank {n}").format(n=place + 1)
    return (
        f'<section class="why"><h4>{escape(run.backbone.title)} <span>{rank}</span></h4>'
        f"<p>{_score(found)}</p>{copy if found.exact_copy else ''}{_variety(found.variety, place)}"
        f"{_parts(run.catalog, found, items[place].row, labels.true)}</section>"
    )


def _score(found: Explanation) -> str:
    if found.alpha == 1:
        alike = _("score <b>{score}</b> = similarity; attributes do not count here")
        return alike.format(score=f"{found.score:.3f}")
    terms = _("score <b>{score}</b> = {alpha} × similarity {similarity} + {rest} × match {match}")
    terms = terms.format(
        score=f"{found.score:.3f}",
        alpha=f"{found.alpha:.2f}",
        similarity=f"{found.similarity:.3f}",
        rest=f"{1 - found.alpha:.2f}",
        match=f"{found.soft_match:.3f}",
    )
    return f'{terms} <span class="quiet">= {found.looks:.3f} + {found.labels:.3f}</span>'


def _variety(variety: Variety | None, place: int) -> str:
    if variety is None:
        return ""
    if place == 0:
        first = _("Variety: nothing ranks before it, so nothing is taken off.")
        return f'<p class="quiet">{first}</p>'
    said = _(
        "Variety: {worth} of the score counts, less {penalty} for its likeness ({nearest}) to an "
        "item before it: {gain}, the highest of those left."
    ).format(
        worth=f"{variety.worth:.3f}",
        penalty=f"{variety.penalty:.3f}",
        nearest=f"{variety.nearest:.3f}",
        gain=f"{variety.gain:.3f}",
    )
    return f'<p class="quiet">{said}</p>'


def _parts(catalog: Catalog, found: Explanation, row: int, true: np.ndarray) -> str:
    """The soft match, an attribute a row."""
    singles = catalog.singles
    rows = [_row(singles[p.column], p, bool(true[row, p.column])) for p in found.parts]
    rows.append([_("together"), "", "", f"<b>{found.soft_match:.3f}</b>"])
    table = board(_("Match by attribute"), ["", _("query"), _("this item"), _("adds")], rows)
    opened = "" if found.alpha == 1 else " open"
    match = _("match {number} by attribute").format(number=f"{found.soft_match:.3f}")
    how = _(
        "Equal values add the product of both certainties, shared out over the attributes; "
        "what the catalogue knows is 100 % certain."
    )
    return f'<details{opened}><summary>{match}</summary>{table}<p class="quiet">{how}</p></details>'


def _row(attribute: Attribute, part: Part, true: bool) -> list[str]:
    wanted = "<br>".join(
        _value(attribute, code, sure)
        for code, sure in zip(part.wanted, part.confidence, strict=True)
    )
    item = _value(attribute, part.found, part.found_confidence) + ("" if true else "*")
    return [attribute.name, wanted, item, f"{part.adds:.3f}"]


def _value(attribute: Attribute, code: int, sure: float) -> str:
    if code == UNKNOWN:
        return f'<span class="quiet">{_("unknown")}</span>'
    return f"<bdi>{escape(attribute.classes[code])}</bdi> <i>{sure:.0%}</i>"
