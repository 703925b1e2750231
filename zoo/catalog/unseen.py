"""Classes that training never sees cannot be predicted: their labels count as unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from zoo.catalog.catalog import Attribute
from zoo.catalog.classes import LEAST, class_counts, only_classes
from zoo.catalog.listing import Finding
from zoo.errors import CatalogError
from zoo.plurals import numbered


def drop_unseen(
    rows: pd.DataFrame, attributes: Sequence[Attribute]
) -> tuple[pd.DataFrame, tuple[Attribute, ...], list[Finding]]:
    """Drop classes without a row that training uses, and attributes left without a choice.

    `rows` has split and perhaps use. Returns the rows, the attributes kept and a finding for each
    class and attribute that went.
    """
    findings: list[Finding] = []
    kept: list[Attribute] = []
    labels: dict[str, pd.Series[Any]] = {}
    trained = rows["split"] == "train"
    if "use" in rows:
        trained &= rows["use"]
    for attribute in attributes:
        seen = set(class_counts(rows.loc[trained, attribute.name]).index)
        classes = tuple(c for c in attribute.classes if c in seen)
        if len(classes) < LEAST[attribute.kind]:
            detail = f"training would see {len(classes)} of its classes"
            findings.append(Finding("attribute dropped", attribute.name, detail))
            continue
        seen_only = replace(attribute, classes=classes)
        kept.append(seen_only)
        if classes != attribute.classes:
            findings += _unseen(rows[attribute.name], attribute, seen_only)
            labels[attribute.name] = only_classes(rows[attribute.name], seen_only)
    if not any(attribute.kind == "single" for attribute in kept):
        raise CatalogError(
            "no attribute has two classes among the pictures that training uses; add pictures to "
            "the train split, deal the splits anew with --split 70:15:15, or leave --clean out"
        )
    return rows.assign(**labels), tuple(kept), findings


def _unseen(labels: pd.Series[Any], attribute: Attribute, seen: Attribute) -> list[Finding]:
    counts = class_counts(labels)
    fate = "count as unknown" if attribute.kind == "single" else "are left out"
    return [
        Finding(
            "class that training never sees",
            f"{attribute.name}={label}",
            f"{numbered(counts[label], 'picture')}, none that training uses; these labels {fate}",
        )
        for label in attribute.classes
        if label not in seen.classes
    ]
