"""Why an item is where it is, in sums that add up."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np

from zoo.catalog import Attribute, Catalog
from zoo.compare import Result, Zoo
from zoo.page.board import board
from zoo.runs import Run
from zoo.search.explanation import Explanation, Part, Variety, explain
from zoo.search.match import UNKNOWN

NOWHERE = '<p class="quiet">No backbone shows it among its answers to this query.</p>'


def why(zoo: Zoo, results: Mapping[str, Result], row: int) -> str:
    """The sum that made the item's rank, for every backbone that shows it."""
    parts = []
    for name, result in results.items():
        places = [i for i, item in enumerate(result.answer.items) if item.row == row]
        parts += [_sum(zoo.runs[name], result, place) for place in places]
    return f'<div class="whys">{"".join(parts)}</div>' if parts else NOWHERE


def _sum(run: Run, result: Result, place: int) -> str:
    items = result.answer.items
    labels = run.recommender.labels
    found = explain(items, place, result.query, result.ask, labels, run.embeddings)
    copy = '<p class="quiet">The same file as the query: first, whatever its score.</p>'
    return (
        f'<section class="why"><h4>{escape(run.backbone.title)} <span>rank {place + 1}</span></h4>'
        f"<p>{_score(found)}</p>{copy if found.exact_copy else ''}{_variety(found.variety, place)}"
        f"{_parts(run.catalog, found, items[place].row, labels.true)}</section>"
    )


def _score(found: Explanation) -> str:
    if found.alpha == 1:
        return f"score <b>{found.score:.3f}</b> = similarity; attributes do not count here"
    return (
        f"score <b>{found.score:.3f}</b> = {found.alpha:.2f} × similarity {found.similarity:.3f} "
        f"+ {1 - found.alpha:.2f} × match {found.soft_match:.3f} "
        f'<span class="quiet">= {found.looks:.3f} + {found.labels:.3f}</span>'
    )


def _variety(variety: Variety | None, place: int) -> str:
    if variety is None:
        return ""
    if place == 0:
        return '<p class="quiet">Variety: nothing ranks before it, so nothing is taken off.</p>'
    return (
        f'<p class="quiet">Variety: {variety.worth:.3f} of the score counts, less '
        f"{variety.penalty:.3f} for its likeness ({variety.nearest:.3f}) to an item before it: "
        f"{variety.gain:.3f}, the highest of those left.</p>"
    )


def _parts(catalog: Catalog, found: Explanation, row: int, true: np.ndarray) -> str:
    """The soft match, an attribute a row."""
    singles = catalog.singles
    rows = [_row(singles[p.column], p, bool(true[row, p.column])) for p in found.parts]
    rows.append(["together", "", "", f"<b>{found.soft_match:.3f}</b>"])
    table = board(["", "query", "this item", "adds"], rows)
    opened = "" if found.alpha == 1 else " open"
    return (
        f"<details{opened}><summary>match {found.soft_match:.3f} by attribute</summary>{table}"
        '<p class="quiet">Equal values add the product of both certainties, shared out over the '
        "attributes; what the catalogue knows is 100 % certain.</p></details>"
    )


def _row(attribute: Attribute, part: Part, true: bool) -> list[str]:
    wanted = "<br>".join(
        _value(attribute, code, sure)
        for code, sure in zip(part.wanted, part.confidence, strict=True)
    )
    item = _value(attribute, part.found, part.found_confidence) + ("" if true else "*")
    return [attribute.name, wanted, item, f"{part.adds:.3f}"]


def _value(attribute: Attribute, code: int, sure: float) -> str:
    if code == UNKNOWN:
        return '<span class="quiet">unknown</span>'
    return f"{escape(attribute.classes[code])} <i>{sure:.0%}</i>"
