"""New rows of a catalogue: checked like its first ones, in its classes, and put behind them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from zoo.catalog.boxes import MARGIN
from zoo.catalog.catalog import Attribute, Catalog
from zoo.catalog.cells import stacked
from zoo.catalog.classes import only_classes
from zoo.catalog.listing import Finding, Listing
from zoo.catalog.near_duplicates import extended_groups
from zoo.catalog.pictures_check import Step, usable_pictures


def box_margin(catalog: Catalog) -> float:
    """The margin around boxes that the catalogue was made with."""
    return float(catalog.provenance.get("box_margin", MARGIN))


def checked_rows(
    catalog: Catalog, rows: pd.DataFrame, step: Step | None
) -> tuple[pd.DataFrame, list[Finding]]:
    """The usable rows with what a table needs of each picture, labels the catalogue knows."""
    names = tuple(a.name for a in catalog.attributes)
    listing = Listing(catalog.name, "change", catalog.root, catalog.root, names, (), rows)
    checked, findings = usable_pictures(listing, step, box_margin(catalog))
    for attribute in catalog.attributes:
        if attribute.name not in checked:
            continue
        labels = checked[attribute.name]
        strange = _strange if attribute.kind == "single" else _strange_in_lists
        findings += strange(checked["item_id"], labels, attribute)
        checked = checked.assign(**{attribute.name: only_classes(labels, attribute)})
    return checked, findings


def _strange(
    items: pd.Series[str], labels: pd.Series[Any], attribute: Attribute
) -> Iterator[Finding]:
    """A finding for each label that is no class of a single attribute."""
    strange = labels.notna() & ~labels.isin(attribute.classes)
    for item, label in zip(items[strange], labels[strange], strict=True):
        yield Finding("unknown class", item, f"{attribute.name}={label} counts as unknown")


def _strange_in_lists(
    items: pd.Series[str], listed: pd.Series[Any], attribute: Attribute
) -> Iterator[Finding]:
    """A finding for each label that is no class of a multi attribute, and for what is no list."""
    name = attribute.name
    for item, has in zip(items, listed, strict=True):
        if isinstance(has, list):
            for label in sorted(set(has).difference(attribute.classes)):
                yield Finding("unknown class", item, f"{name}={label} is left out")
        elif not pd.isna(has):
            detail = f"{name}={has} counts as unknown; {name} takes lists, which a CSV cannot hold"
            yield Finding("unknown class", item, detail)


def extended_table(
    kept: pd.DataFrame,
    checked: pd.DataFrame,
    before: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The kept rows and the checked ones after them; `before` is the table with changed pictures.

    Those keep their split, and are trained on when they were before; what is new never is.
    """
    if checked.empty:
        return kept
    count = len(checked)
    earlier = _with_use(kept if before is None else before).set_index("item_id")
    known = earlier[["split", "use"]].reindex(checked["item_id"])
    columns: dict[str, object] = {
        name: checked[name] if name in checked else pd.Series([None] * count, dtype=object)
        for name in kept.columns
    }
    columns["split"] = known["split"].fillna("train").to_numpy()
    columns["use"] = known["use"].eq(True).to_numpy()  # missing where it is new
    if "near_group" in kept:
        columns["near_group"] = -1  # found below
    parts = [_with_use(kept), pd.DataFrame(columns)]
    table: pd.DataFrame = pd.concat(parts, ignore_index=True)
    for name in kept.columns:  # texts stay texts, where a column of the new rows was all missing
        if kept[name].dtype != object:
            table[name] = table[name].astype(kept[name].dtype)
    if "near_group" in kept:
        groups = kept["near_group"].to_numpy(dtype=np.int64)
        table["near_group"] = extended_groups(groups, stacked(table["thumbnail"]))
    return table


def _with_use(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its column `use`: where there is none, all pictures are trained on."""
    return table if "use" in table else table.assign(use=True)
