"""Which classes one backbone takes for which, as HTML; a cell is a set of pictures."""

from __future__ import annotations

from html import escape

import numpy as np

from zoo.catalog import Catalog
from zoo.errors import ZooError
from zoo.evaluation.confusion import (
    class_scores,
    confusion_counts,
    most_frequent,
    with_rest,
    worst_confusions,
)
from zoo.page.board import scrolling, sortable
from zoo.page.language import _, ngettext
from zoo.page.picks import captioned
from zoo.page.state import PageState
from zoo.runs import Run

SHOWN = 20  # classes of the heat map
WORST = 12  # confusions in the list
PICTURES = 24  # behind a cell
# A cell that was clicked on, told to the server with {"cell": "true,said"}; its pictures are shown
# above the table, which may be out of view.
PICK_CELL = """
element.addEventListener('click', (event) => {
  const cell = event.target.closest('[data-cell]');
  if (!cell) return;
  trigger('click', {told: {cell: cell.dataset.cell, at: Date.now()}});
  document.getElementById('cell').scrollIntoView({block: 'nearest', behavior: 'smooth'});
});
"""


def confusions_html(run: Run, attribute: str) -> str:
    """Frequent confusions, the heat map, and a row per class, on the test split."""
    labels, said = _test_codes(run, attribute)
    classes = run.catalog.single(attribute).classes
    counts = confusion_counts(labels, said, len(classes))
    if not counts.any():
        none = _("No test picture has a label of this attribute.")
        return f'<p class="quiet">{none}</p>'
    total, right = int(counts.sum()), int(np.trace(counts))
    summed = _(
        "{backbone} is right about {attribute} on {right} of {total} test pictures with a label. "
        "Choose a confusion or a cell to see its pictures."
    ).format(
        backbone=escape(run.backbone.title),
        attribute=escape(attribute),
        right=f"{right:,}",
        total=f"{total:,}",
    )
    return (
        f"<p>{summed}</p>"
        f"<h4>{_('Most frequent confusions')}</h4>{_worst(counts, classes)}"
        f"<h4>{_('True class by predicted class')}</h4>{_heat_map(counts, classes)}"
        f"<h4>{_('Per class')}</h4>{_per_class(labels, said, classes)}"
    )


def cell_html(state: PageState, run: Run, attribute: str, cell: str) -> str:
    """The test pictures of one cell, the surest first; ZooError for a cell that is none."""
    classes = run.catalog.single(attribute).classes
    true, said = _parse(cell, len(classes))
    rows = run.catalog.rows("test")
    labels, predicted = _test_codes(run, attribute)
    sure = run.predictions.confidence[rows, _column(run.catalog, attribute)]
    found = np.flatnonzero((labels == true) & (predicted == said))
    found = found[np.argsort(-sure[found], kind="stable")]
    if true == said:
        what = _("{true}, and said to be").format(true=classes[true])
    else:
        what = _("{true}, said to be {said}").format(true=classes[true], said=classes[said])
    confident = _("{share} sure")
    shown = [(int(rows[at]), confident.format(share=f"{sure[at]:.0%}")) for at in found[:PICTURES]]
    many = ngettext("{n} test picture", "{n} test pictures", len(found)).format(n=f"{len(found):,}")
    more = _(", the surest {n} shown").format(n=PICTURES) if len(found) > PICTURES else ""
    return (
        f'<p role="status"><b>{escape(what)}</b>: {many}{more}. '
        f"{_('Click one to compare all backbones on it.')}</p>"
        f"{captioned(state, run.catalog, shown)}"
    )


def _test_codes(run: Run, attribute: str) -> tuple[np.ndarray, np.ndarray]:
    """True and predicted codes (n,) of the test split."""
    rows = run.catalog.rows("test")
    column = _column(run.catalog, attribute)
    return run.catalog.codes(attribute)[rows], run.predictions.best[rows, column]


def _column(catalog: Catalog, attribute: str) -> int:
    return [a.name for a in catalog.singles].index(catalog.single(attribute).name)


def _parse(cell: str, classes: int) -> tuple[int, int]:
    parts = str(cell).split(",")
    if len(parts) != 2 or not all(p.isdecimal() and int(p) < classes for p in parts):
        none = _("no cell {cell} in this table; choose it again")
        raise ZooError(none.format(cell=repr(str(cell)[:40])))
    return int(parts[0]), int(parts[1])


def _worst(counts: np.ndarray, classes: tuple[str, ...]) -> str:
    support = counts.sum(axis=1)
    items = "".join(
        f'<li><button type="button" data-cell="{c.true},{c.said}"><bdi><b>'
        f"{escape(classes[c.true])}</b></bdi> → <bdi>{escape(classes[c.said])}</bdi> "
        f"<small>{_of(c.count, support[c.true])}</small></button></li>"
        for c in worst_confusions(counts, WORST)
    )
    return f'<ul class="confused">{items}</ul>' if items else f"<p>{_('None: all are right.')}</p>"


def _of(count: int, support: int) -> str:
    return _("{n} of {of}").format(n=count, of=support)


def _heat_map(counts: np.ndarray, classes: tuple[str, ...]) -> str:
    shown = most_frequent(counts, SHOWN)
    table = with_rest(counts, shown)
    others = len(classes) - len(shown)
    rest = ngettext("{n} other", "{n} others", others).format(n=others)
    names = [*(classes[c] for c in shown), *([rest] if others else [])]
    codes: list[int | None] = [*shown, None]
    rows = "".join(
        f'<tr><th scope="row" title="{escape(name)}">{escape(name)}</th>'
        + "".join(
            _cell(int(table[i, j]), int(table[i].sum()), codes[i], codes[j], (name, names[j]))
            for j in range(len(names))
        )
        + "</tr>"
        for i, name in enumerate(names)
    )
    head = "".join(
        f'<th scope="col" title="{escape(name)}"><span>{escape(name)}</span></th>' for name in names
    )
    how = _(
        "A row is a true class, a column what is said; the stronger the colour, the larger the "
        "share of its row."
    )
    heat = scrolling(
        _("True class by predicted class"),
        f'<table class="heat"><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>',
    )
    return f'<p class="quiet">{how}</p>{heat}'


def _cell(
    count: int, support: int, true: int | None, said: int | None, names: tuple[str, str]
) -> str:
    if not count:
        return "<td></td>"
    share = count / support
    kind = "right" if true == said and true is not None else "wrong"
    style = f'class="{kind}" style="--share: {share:.2f}"'
    if true is None or said is None:
        return f"<td {style}>{count}</td>"
    what = _("{true}, said to be {said}").format(true=names[0], said=names[1])
    title = f"{what}: {_of(count, support)}"
    return (
        f'<td {style}><button type="button" data-cell="{true},{said}" title="{escape(title)}" '
        f'aria-label="{escape(title)}">{count}</button></td>'
    )


def _per_class(labels: np.ndarray, said: np.ndarray, classes: tuple[str, ...]) -> str:
    rows = [
        [
            classes[s.code],
            str(s.support),
            str(s.predicted),
            f"{s.precision:.3f}" if s.predicted else "",
            f"{s.recall:.3f}" if s.support else "",
            f"{s.f1:.3f}",
        ]
        for s in class_scores(labels, said, len(classes))
    ]
    header = [_("class"), _("test pictures"), _("predicted"), _("precision"), _("recall"), _("F1")]
    return f'<div class="tall">{sortable(_("Per class"), header, rows)}</div>'
