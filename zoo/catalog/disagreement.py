"""How often near-identical pictures carry different labels: what no model can get right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

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

    def facts(self) -> dict[str, Any]:
        """All of it by name; `few` pairs are a hint rather than a number."""
        return {
            "pairs": self.pairs,
            "disagree": self.disagree,
            "share": self.share,
            "ceiling": self.ceiling,
            "few": self.pairs < FEW_PAIRS,
        }


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
