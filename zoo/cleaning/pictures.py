"""Pictures that are unreadable, tiny, blank, or there more than once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from zoo.catalog.cells import stacked
from zoo.catalog.hashing import is_blank
from zoo.catalog.listing import Finding
from zoo.catalog.splits import torn_findings
from zoo.catalog.worth_learning import TINY_SIDE
from zoo.cleaning.examine import Examined
from zoo.cleaning.section import Card, Section


def left_out(examined: Examined) -> Section:
    """Rows without a usable picture, and what the reader changed."""
    others = [f for f in examined.findings if not f.kind.startswith("exact copy")]
    return Section(
        "Left out or changed while reading",
        "Rows without picture, unreadable pictures, repeated ids and the like.",
        others,
    )


def tiny(examined: Examined) -> Section:
    """Pictures whose shorter side, where there is a box that of what it leaves, is small."""
    sides = examined.rows["shorter_side"].to_numpy()
    rows = np.flatnonzero(sides < TINY_SIDE).tolist()
    details = [f"shorter side {sides[row]} px, under {TINY_SIDE}" for row in rows]
    why = f"The shorter side is under {TINY_SIDE} pixels."
    return _singles("Tiny pictures", "tiny picture", why, examined, rows, details)


def blank(examined: Examined) -> Section:
    """Pictures of nearly one colour."""
    rows = np.flatnonzero(is_blank(stacked(examined.rows["thumbnail"]))).tolist()
    details = ["nearly one colour"] * len(rows)
    why = "Nearly one colour: there is nothing on them to learn from."
    return _singles("Blank pictures", "blank picture", why, examined, rows, details)


def _singles(
    title: str, kind: str, why: str, examined: Examined, rows: list[int], details: list[str]
) -> Section:
    ids = [examined.item_id(row) for row in rows]
    return Section(
        title,
        why,
        [Finding(kind, i, detail) for i, detail in zip(ids, details, strict=True)],
        [
            Card((examined.path(row),), (f"{i}: {detail}",))
            for row, i, detail in zip(rows, ids, details, strict=True)
        ],
    )


def exact_copies(examined: Examined) -> Section:
    """The same file under several ids."""
    groups = list(row_groups(examined.rows["sha256"]))
    return Section(
        "Exact copies",
        "The same file under several ids; they share a split when splits are dealt.",
        _others(examined, groups, "exact copy of another picture", "the same file as"),
        [_card(examined, group) for group in groups],
    )


def near_duplicates(examined: Examined) -> Section:
    """Different files that show the same shot."""
    files = examined.rows.reset_index().drop_duplicates("sha256")
    groups = [files["index"].to_numpy()[g].tolist() for g in row_groups(files["near_group"])]
    return Section(
        "Near-duplicates",
        "Different files that show one shot, perhaps resized, encoded or tinted anew; they share "
        "a split when splits are dealt.",
        _others(examined, groups, "near-duplicate of another picture", "looks like"),
        [_card(examined, group) for group in groups],
    )


def torn(examined: Examined) -> Section:
    """Copies and near-duplicates on both sides of a split that the data gives."""
    return Section(
        "Torn by the given splits",
        "The test split shares these pictures with what is trained on: scores flatter.",
        torn_findings(examined.rows),
    )


def row_groups(column: Iterable[object]) -> Iterator[list[int]]:
    """Positions that share a value, where there are two or more, in order of the first."""
    together: dict[object, list[int]] = {}
    for position, value in enumerate(column):
        together.setdefault(value, []).append(position)
    return (rows for rows in together.values() if len(rows) > 1)


def _others(examined: Examined, groups: list[list[int]], kind: str, relation: str) -> list[Finding]:
    return [
        Finding(kind, examined.item_id(row), f"{relation} {examined.item_id(group[0])}")
        for group in groups
        for row in group[1:]
    ]


def _card(examined: Examined, rows: list[int]) -> Card:
    return Card(
        tuple(examined.path(row) for row in rows), tuple(examined.item_id(row) for row in rows)
    )
