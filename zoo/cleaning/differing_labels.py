"""Near-identical pictures that carry different labels."""

from __future__ import annotations

from zoo.catalog.listing import Finding
from zoo.cleaning.examine import Examined
from zoo.cleaning.pictures import row_groups
from zoo.cleaning.section import Card, Section


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
