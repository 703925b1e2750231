"""Every picture of a listing opened once, and near-duplicates grouped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from zoo.catalog.build import limited_rows
from zoo.catalog.listing import Finding, Listing
from zoo.catalog.near_duplicates import near_groups
from zoo.catalog.pictures_check import check_pictures
from zoo.progress import Progress


@dataclass(frozen=True)
class Examined:
    """What there is to find things in.

    `rows` are the usable pictures with their labels as they stand in the data, sha256, phash,
    thumbnail, shorter_side and near_group; `attributes` are those with one class a picture, in
    which two can disagree; `findings` say what the reader and the picture check left out.
    """

    name: str
    root: Path
    attributes: tuple[str, ...]
    rows: pd.DataFrame
    listed: int
    findings: tuple[Finding, ...]

    def path(self, row: int) -> Path:
        """Where the picture of that row lies."""
        return self.root / str(self.rows["path"].iat[row])

    def item_id(self, row: int) -> str:
        """The item of that row."""
        return str(self.rows["item_id"].iat[row])


def examine(listing: Listing, limit: int | None, progress: Progress) -> Examined:
    """Check the pictures and group near-duplicates; CatalogError when no picture can be used."""
    listing = replace(listing, rows=listing.rows.sort_values("item_id").reset_index(drop=True))
    listing = replace(listing, rows=limited_rows(listing, listing.attributes, limit, seed=0))
    listed = len(listing.rows)
    with progress.stage(f"checking the pictures of {listing.name}", listed) as bar:
        rows, findings = check_pictures(listing, bar.reach)
    with progress.stage("comparing every picture with every other", len(rows)) as bar:
        rows = rows.assign(near_group=near_groups(rows, bar.advance))
        bar.reach(len(rows))  # copies and blank pictures need no comparing
    return Examined(
        listing.name,
        listing.root,
        tuple(name for name in listing.attributes if name not in listing.multis),
        rows,
        listed,
        (*listing.findings, *findings),
    )
