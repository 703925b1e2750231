"""One kind of thing that is wrong: all findings of it, and pictures that show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from zoo.catalog.listing import Finding


@dataclass(frozen=True)
class Card:
    """Pictures that belong side by side, a caption for each, and what is said of them all."""

    pictures: tuple[Path, ...]
    captions: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Section:
    """`findings` are complete and go to the CSV file; the HTML file shows the first `cards`."""

    title: str
    why: str
    findings: Sequence[Finding]
    cards: Sequence[Card] = ()
