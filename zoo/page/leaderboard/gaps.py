"""The test pictures on which two backbones differ most, as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from zoo.compare import Zoo
from zoo.deciding import MATCH, PRECISION, per_query
from zoo.errors import ZooError, unknown
from zoo.evaluation.pairs import Gap, compare, largest_gaps
from zoo.page.language import _, marked, ngettext
from zoo.page.picks import captioned, rows_by_id
from zoo.page.state import PageState, run_of

SHOWN = 12  # queries a direction
WHOLE = {
    MATCH: marked("all attributes (match@5)"),
    PRECISION: marked("average precision (map@10)"),
}


def measures(zoo: Zoo) -> list[tuple[str, str]]:
    """By what two backbones can differ: (what is shown, its name)."""
    single = [
        (_("{attribute} alone").format(attribute=a.name), a.name) for a in zoo.catalog.singles
    ]
    return [(_(label), name) for name, label in WHOLE.items()] + single


def gaps_html(state: PageState, zoo: Zoo, names: tuple[str, str], metric: str) -> str:
    """The queries that the one answers best compared with the other, and the other way round."""
    known = [name for __, name in measures(zoo)]
    if metric not in known:
        raise ZooError(unknown("metric", metric, known))
    if names[0] == names[1]:
        return f'<p class="quiet">{_("Choose two different backbones.")}</p>'
    first, second = (run_of(zoo, name) for name in names)
    known_of = per_query(zoo, names)
    measured = known_of[names[0]], known_of[names[1]]
    titles = first.backbone.title, second.backbone.title
    pair = compare(names, measured, metric)
    ahead = largest_gaps(*measured, metric, SHOWN)
    behind = [
        Gap(gap.item, gap.second, gap.first)
        for gap in largest_gaps(measured[1], measured[0], metric, SHOWN)
    ]
    apart = "" if pair.apart else _(": over all queries the two cannot be told apart")
    mean = ngettext(
        "Mean difference over {n} query {difference}, 95 % interval {low} to {high}",
        "Mean difference over {n} queries {difference}, 95 % interval {low} to {high}",
        pair.queries,
    ).format(
        n=f"{pair.queries:,}",
        difference=f"{pair.difference:+.3f}",
        low=f"{pair.low:+.3f}",
        high=f"{pair.high:+.3f}",
    )
    extremes = _(
        "These are the extremes, picked because they differ; click one to see what each backbone "
        "finds."
    )
    return (
        f"<p>{mean}{apart}. {extremes}</p>"
        f"{_side(state, zoo, titles, ahead, titles[0])}"
        f"{_side(state, zoo, titles, behind, titles[1])}"
    )


def _side(
    state: PageState, zoo: Zoo, titles: tuple[str, str], gaps: Sequence[Gap], better: str
) -> str:
    does_better = _("{backbone} does better").format(backbone=escape(better))
    heading = f"<h4>{does_better}</h4>"
    rows = rows_by_id(zoo.catalog, [gap.item for gap in gaps])
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
        return f'{heading}<p class="quiet">{_("On no test picture.")}</p>'
    return heading + captioned(state, zoo.catalog, shown)
