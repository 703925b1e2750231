"""What a reader finds in a folder or file, before any picture is opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pandas as pd


@dataclass(frozen=True)
class Finding:
    """One thing left out or changed on the way in; all are counted and listed in the report."""

    kind: str  # such as "row without picture", "unreadable picture", "rare class"
    subject: str  # the item, file or class it is about
    detail: str = ""


@dataclass(frozen=True)
class Listing:
    """Rows with labels.

    `rows` has item_id, path (relative to `root`), optionally title and split, and a column per
    name in `attributes`, missing where unknown. Its further columns are no attributes unless
    asked for by name. `key` as in Catalog; `reader` and `source` say where the rows come from.
    """

    name: str
    reader: str
    source: Path
    root: Path
    attributes: tuple[str, ...]
    key: tuple[str, ...]
    rows: pd.DataFrame
    findings: tuple[Finding, ...] = ()


class Reader(Protocol):
    """One layout of pictures and labels on disk."""

    name: str
    layout: str  # what it looks like on disk, for the message when nothing is recognised

    def recognises(self, path: Path) -> bool:
        """Whether `path` looks like this layout, by its names alone."""
        ...

    def read(self, path: Path) -> Listing:
        """List its rows; CatalogError when the layout is broken."""
        ...
