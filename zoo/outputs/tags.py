"""Predicted attributes as CSV, beside the columns that the pictures came with."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from zoo.compare import Tags
from zoo.picture_tables import PictureTable


def tagged_csv(table: PictureTable, tagged: Sequence[Tags], names: Sequence[str]) -> str:
    """The table with two columns more per attribute: class and confidence.

    Several classes of one attribute are written as `a;b`. Rows keep their order.
    Of a CSV all rows stay, with empty cells where the picture cannot be
    used; of a folder only usable pictures are listed. A column that the table has already is
    not touched: the new one is called predicted_<attribute>.
    """
    by_path = {tags.path: tags for tags in tagged}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*table.columns, *_added(table.columns, names)])
    for path, cells in zip(table.paths, table.cells, strict=True):
        tags = by_path.get(str(path))
        if tags is not None or table.from_csv:
            writer.writerow([*cells, *_cells(tags, names)])
    return out.getvalue().rstrip("\n")


def _added(columns: Sequence[str], names: Sequence[str]) -> list[str]:
    taken = set(columns)
    added: list[str] = []
    for name in names:
        free = name
        while {free, f"{free}_confidence"} & taken:
            free = f"predicted_{free}"
        taken |= {free, f"{free}_confidence"}
        added += [free, f"{free}_confidence"]
    return added


def _cells(tags: Tags | None, names: Sequence[str]) -> list[str]:
    if tags is None:
        return [""] * (2 * len(names))
    cells = []
    for name in names:
        found = tags.multis[name] if name in tags.multis else [tags.attributes[name]]
        cells.append(";".join(value for value, _ in found))
        cells.append(";".join(str(round(confidence, 4)) for _, confidence in found))
    return cells
