"""The test pictures on which two backbones differ most, as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from zoo.compare import Zoo
from zoo.deciding import MATCH, PRECISION, per_query
from zoo.errors import ZooError, unknown
from zoo.evaluation.pairs import Gap, compare, largest_gaps
from zoo.page.picks import captioned
from zoo.page.state import PageState

SHOWN = 12  # queries a direction
WHOLE = {MATCH: "all attributes (match@5)", PRECISION: "average precision (map@10)"}


def measures(zoo: Zoo) -> list[tuple[str, str]]:
    """By what two backbones can differ: (what is shown, its name)."""
    single = [(f"{a.name} alone", a.name) for a in zoo.catalog.singles]
    return [(label, name) for name, label in WHOLE.items()] + single


def gaps_html(state: PageState, zoo: Zoo, names: tuple[str, str], metric: str) -> str:
    """The queries that the one answers best compared with the other, and the other way round."""
    known = [name for _, name in measures(zoo)]
    if metric not in known:
        raise ZooError(unknown("metric", metric, known))
    if names[0] == names[1]:
        return '<p class="quiet">Choose two different backbones.</p>'
    first, second = (zoo.run(name) for name in names)
    known_of = per_query(zoo, names)
    measured = known_of[names[0]], known_of[names[1]]
    titles = first.backbone.title, second.backbone.title
    pair = compare(names, measured, metric)
    ahead = largest_gaps(*measured, metric, SHOWN)
    behind = [
        Gap(gap.item, gap.second, gap.first)
        for gap in largest_gaps(measured[1], measured[0], metric, SHOWN)
    ]
    apart = "" if pair.apart else ": over all queries the two cannot be told apart"
    return (
        f"<p>Mean difference over {pair.queries:,} queries {pair.difference:+.3f}, 95 % interval "
        f"{pair.low:+.3f} to {pair.high:+.3f}{apart}. These are the extremes, picked because they "
        "differ; click one to see what each backbone finds.</p>"
        f"{_side(state, zoo, titles, ahead, titles[0])}"
        f"{_side(state, zoo, titles, behind, titles[1])}"
    )


def _side(
    state: PageState, zoo: Zoo, titles: tuple[str, str], gaps: Sequence[Gap], better: str
) -> str:
    heading = f"<h4>{escape(better)} does better</h4>"
    rows = {str(item): row for row, item in enumerate(zoo.catalog.table["item_id"])}
    shown = [
        (
            rows[gap.item],
            f"{escape(titles[0])} <b>{gap.first:.2f}</b><br>"
            f"{escape(titles[1])} <b>{gap.second:.2f}</b>",
        )
        for gap in gaps
        if gap.item in rows  # an item may have gone since it was measured
    ]
    if not shown:
        return f'{heading}<p class="quiet">On no test picture.</p>'
    return heading + captioned(state, zoo.catalog, shown)
