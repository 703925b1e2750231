"""How often near-identical pictures carry different labels: what no model can get right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from zoo.catalog.listing import Finding
from zoo.cleaning.examine import Examined
from zoo.cleaning.pictures import row_groups
from zoo.cleaning.section import Card, Section

FEW_PAIRS = 100  # below, a share has a 95 % interval of a tenth to either side, or wider


@dataclass(frozen=True)
class Disagreement:
    """Pairs of near-identical pictures whose labels of one attribute are both known."""

    attribute: str
    pairs: int
    disagree: int

    @property
    def share(self) -> float | None:
        """Of the pairs, how many disagree; None without pairs."""
        return self.disagree / self.pairs if self.pairs else None

    @property
    def ceiling(self) -> float | None:
        """The best accuracy on them: of a pair that disagrees one answer at most is right."""
        return None if self.share is None else 1 - self.share / 2


def disagreements(rows: pd.DataFrame, attributes: Sequence[str]) -> list[Disagreement]:
    """For each attribute, over all pairs within a near_group; unknown labels are left out."""
    return [_of(rows, attribute) for attribute in attributes]


def _of(rows: pd.DataFrame, attribute: str) -> Disagreement:
    # Counted by classes, not pair by pair: n pictures have n (n - 1) / 2 pairs.
    known = rows[rows[attribute].notna()]
    sizes = known.groupby("near_group").size()
    alike = known.groupby(["near_group", attribute], observed=True).size()
    pairs = int((sizes * (sizes - 1) // 2).sum())
    return Disagreement(attribute, pairs, pairs - int((alike * (alike - 1) // 2).sum()))


def differing_labels(examined: Examined) -> Section:
    """Groups of near-identical pictures in which a label differs."""
    findings: list[Finding] = []
    cards: list[Card] = []
    for group in row_groups(examined.rows["near_group"]):
        found = {name: _labels(examined, group, name) for name in examined.attributes}
        split = [name for name, labels in found.items() if len(set(labels) - {None}) > 1]
        if not split:
            continue
        findings += _findings(examined, group, {name: found[name] for name in split})
        captions = [
            ", ".join([examined.item_id(row), *(str(found[n][place] or "?") for n in split)])
            for place, row in enumerate(group)
        ]
        pictures = tuple(examined.path(row) for row in group)
        cards.append(Card(pictures, tuple(captions), f"differ in {', '.join(split)}"))
    return Section(
        "Near-identical pictures whose labels differ",
        "One of the labels is wrong, or the line between the classes is not to be seen.",
        findings,
        cards,
    )


def _labels(examined: Examined, group: list[int], name: str) -> list[str | None]:
    labels = examined.rows[name].iloc[group]
    return [
        str(label) if known else None for label, known in zip(labels, labels.notna(), strict=True)
    ]


def _findings(
    examined: Examined, group: list[int], found: dict[str, list[str | None]]
) -> list[Finding]:
    """One for each label that differs from the first one known in its group."""
    findings = []
    for name, labels in found.items():
        first = next(place for place, label in enumerate(labels) if label is not None)
        findings += [
            Finding(
                "label differs between near-identical pictures",
                examined.item_id(row),
                f"{name} is {label}; {examined.item_id(group[first])} has {labels[first]}",
            )
            for row, label in zip(group, labels, strict=True)
            if label not in (None, labels[first])
        ]
    return findings
