"""Which attributes and classes have pictures enough to be learnt."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import pandas as pd

from zoo.catalog.catalog import Attribute
from zoo.catalog.listing import Finding
from zoo.errors import CatalogError
from zoo.plurals import numbered

LEAST = {"single": 2, "multi": 1}  # classes that there is something to tell apart with


def keep_classes(
    rows: pd.DataFrame,
    names: Sequence[str],
    min_per_class: int,
    multis: Collection[str] = (),
) -> tuple[pd.DataFrame, tuple[Attribute, ...], list[Finding]]:
    """Labels of rare classes go; attributes with fewer than two classes (multi: one) are dropped.

    An item of a rare class becomes unknown; from the lists of the multi attributes, named in
    `multis`, only the rare class goes. Returns the rows, the attributes kept with their classes
    in order of name, and a finding for each class and attribute that went. CatalogError when no
    single attribute is left.
    """
    findings: list[Finding] = []
    kept: list[Attribute] = []
    labels: dict[str, pd.Series[Any]] = {}
    for name in names:
        counts = class_counts(rows[name])
        rare = counts[counts < min_per_class].sort_index()
        classes = tuple(sorted(counts.index.difference(rare.index)))
        attribute = Attribute(name, classes, "multi" if name in multis else "single")
        findings += _spelt_alike(name, counts.index)
        findings += [_rare(attribute, str(c), n, min_per_class) for c, n in rare.items()]
        if len(classes) < LEAST[attribute.kind]:
            findings.append(_dropped(attribute, min_per_class))
            continue
        kept.append(attribute)
        labels[name] = only_classes(rows[name], attribute)
    if not any(attribute.kind == "single" for attribute in kept):
        raise CatalogError(_nothing_left(rows, names, min_per_class, multis))
    return rows.drop(columns=list(names)).assign(**labels), tuple(kept), findings


def _spelt_alike(name: str, classes: Iterable[Any]) -> list[Finding]:
    """Classes that differ in capitals alone: each is learnt, and counted, by itself."""
    spellings: dict[str, list[str]] = {}
    for label in sorted(map(str, classes)):
        spellings.setdefault(label.casefold(), []).append(label)
    detail = "differ in capitals alone; if they are one class, spell them alike"
    return [
        Finding("class spelt in several ways", f"{name}={' / '.join(same)}", detail)
        for same in spellings.values()
        if len(same) > 1
    ]


def class_counts(labels: pd.Series[Any]) -> pd.Series[int]:
    """In how many rows each class occurs, in labels or in lists of them."""
    return labels.explode().value_counts() if labels.dtype == object else labels.value_counts()


def only_classes(labels: pd.Series[Any], attribute: Attribute) -> pd.Series[Any]:
    """The labels without those that are no class of the attribute."""
    if attribute.kind == "single":
        known_only: pd.Series[Any] = labels.where(labels.isin(attribute.classes))
        return known_only
    known = set(attribute.classes)
    lists = [
        [label for label in has if label in known] if isinstance(has, list) else None
        for has in labels
    ]
    return pd.Series(lists, index=labels.index, dtype=object)


def _rare(attribute: Attribute, label: str, count: int, floor: int) -> Finding:
    fate = "become unknown" if attribute.kind == "single" else "are left out"
    detail = f"{count} of at least {floor} pictures; these labels {fate}"
    return Finding("rare class", f"{attribute.name}={label}", detail)


def _dropped(attribute: Attribute, floor: int) -> Finding:
    least = LEAST[attribute.kind]
    detail = f"{len(attribute.classes)} of at least {least} classes with {floor} pictures or more"
    return Finding("attribute dropped", attribute.name, detail)


def _nothing_left(
    rows: pd.DataFrame, names: Sequence[str], floor: int, multis: Collection[str]
) -> str:
    singles = [name for name in names if name not in multis]
    found = [
        f"{name} has {rows[name].nunique()} "
        f"(largest: {numbered(rows[name].value_counts().max(), 'picture')})"
        if rows[name].notna().any()
        else f"{name} has 0"
        for name in singles
    ]
    return (
        f"no attribute has two classes of at least {floor} pictures each among {len(rows)} "
        f"pictures; classes found: {', '.join(found)}; "
        "add pictures, or lower the floor with --min-per-class N"
    )
