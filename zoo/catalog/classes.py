"""Which attributes and classes have pictures enough to be learnt."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from zoo.catalog.catalog import Attribute
from zoo.catalog.listing import Finding
from zoo.errors import CatalogError


def keep_classes(
    rows: pd.DataFrame, names: Sequence[str], min_per_class: int
) -> tuple[pd.DataFrame, tuple[Attribute, ...], list[Finding]]:
    """Labels of rare classes become unknown; attributes with fewer than two classes are dropped.

    Returns the rows, the attributes kept with their classes in order of name, and a finding for
    each class and attribute that went. CatalogError when no attribute is left.
    """
    findings: list[Finding] = []
    kept: list[Attribute] = []
    labels: dict[str, pd.Series[str]] = {}
    for name in names:
        counts = rows[name].value_counts()
        rare = counts[counts < min_per_class].sort_index()
        classes = tuple(sorted(counts.index.difference(rare.index)))
        findings += [_rare(name, str(c), n, min_per_class) for c, n in rare.items()]
        if len(classes) < 2:
            findings.append(_dropped(name, len(classes), min_per_class))
            continue
        kept.append(Attribute(name, classes))
        labels[name] = rows[name].where(rows[name].isin(classes))
    if not kept:
        raise CatalogError(_nothing_left(rows, names, min_per_class))
    return rows.drop(columns=list(names)).assign(**labels), tuple(kept), findings


def _rare(name: str, label: str, count: int, floor: int) -> Finding:
    detail = f"{count} of at least {floor} pictures; these labels become unknown"
    return Finding("rare class", f"{name}={label}", detail)


def _dropped(name: str, classes: int, floor: int) -> Finding:
    detail = f"{classes} of at least 2 classes with {floor} pictures or more"
    return Finding("attribute dropped", name, detail)


def _nothing_left(rows: pd.DataFrame, names: Sequence[str], floor: int) -> str:
    found = [
        f"{name} has {rows[name].nunique()} (largest: {rows[name].value_counts().max()} pictures)"
        if rows[name].notna().any()
        else f"{name} has 0"
        for name in names
    ]
    return (
        f"no attribute has two classes of at least {floor} pictures each among {len(rows)} "
        f"pictures; classes found: {', '.join(found)}; "
        "add pictures, or lower the floor with --min-per-class N"
    )
