"""What a reader finds in a folder or file, before any picture is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import pandas as pd


@dataclass(frozen=True)
class Finding:
    """One thing left out or changed on the way in; all are counted and listed in the report."""

    kind: str  # such as "row without picture", "unreadable picture", "rare class"
    subject: str  # the item, file or class it is about
    detail: str = ""

    def __str__(self) -> str:
        """One line for people."""
        return ": ".join(part for part in (self.kind, self.subject, self.detail) if part)


@dataclass(frozen=True)
class Listing:
    """Rows with labels.

    `rows` has item_id, path (relative to `root`), optionally title, split, box, identity and role
    (as in Catalog), and a column per name in `attributes`, missing where unknown; those in
    `multis` hold lists. Its further columns are no attributes unless asked for by name. `key` as
    in Catalog, empty: the first two single attributes; `strata` are the attributes by which splits
    are balanced, left out: the key. `reader` and `source` say where the rows come from. `unpack`
    is there when the data holds its pictures as bytes: it writes them into a folder, which then is
    the root.
    """

    name: str
    reader: str
    source: Path
    root: Path
    attributes: tuple[str, ...]
    key: tuple[str, ...]
    rows: pd.DataFrame
    multis: frozenset[str] = frozenset()
    strata: tuple[str, ...] = ()
    unpack: Callable[[Path], None] | None = None
    findings: tuple[Finding, ...] = ()


def unpacked(listing: Listing, folder: Path) -> Listing:
    """The listing with its pictures written into `folder`, if it holds them as bytes."""
    if listing.unpack is None:
        return listing
    listing.unpack(folder)
    return replace(listing, root=folder, unpack=None)


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
