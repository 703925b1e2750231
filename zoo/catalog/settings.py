"""What a catalogue is made with, saved in its provenance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from zoo.catalog.boxes import MARGIN
from zoo.catalog.selection import check_limit
from zoo.catalog.shares import SHARES, parse_shares
from zoo.errors import CatalogError


@dataclass(frozen=True)
class CatalogSettings:
    """Which of a listing's rows and columns are used, and how they are dealt to the splits."""

    attributes: tuple[str, ...] | None = None  # None: all that the listing offers
    categories: tuple[str, ...] | None = None  # items of these alone; None: all
    category_types: tuple[str, ...] | None = None  # such as upper, where the reader knows them
    min_per_class: int = 10
    cap_per_class: int | None = None  # of the first key attribute, in training alone
    clean: bool = False  # tiny, blank and repeated pictures are not trained on
    split: str | None = None  # such as 80:20; None: as given, else 70:15:15
    box_margin: float = MARGIN  # share of a box's sides
    limit: int | None = None  # pictures, of a seeded, stratified subset
    seed: int = 0

    def __post_init__(self) -> None:
        margin, cap = self.box_margin, self.cap_per_class
        if not 0 <= margin <= 10:
            raise CatalogError(
                f"a box margin of {margin} is not within 0..10; it is a share of the box's sides"
            )
        if cap is not None and cap < 1:
            raise CatalogError(f"a cap of {cap} pictures per class leaves none; give 1 or more")
        if self.split:
            parse_shares(self.split)
        check_limit(self.limit)

    def shares(self) -> Mapping[str, float]:
        """Of train, val and test."""
        return parse_shares(self.split) if self.split else SHARES

    def as_dict(self) -> dict[str, Any]:
        """For the provenance, which has the attributes elsewhere."""
        facts = asdict(self)
        del facts["attributes"]
        return {k: list(v) if isinstance(v, tuple) else v for k, v in facts.items()}
