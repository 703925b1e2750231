"""A listing checked, cleaned and split: the catalogue that everything else works on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pandas as pd

from zoo.catalog.catalog import SPLITS, Catalog
from zoo.catalog.classes import keep_classes
from zoo.catalog.listing import Finding, Listing
from zoo.catalog.near_duplicates import near_groups
from zoo.catalog.pictures_check import Progress, check_pictures
from zoo.catalog.readers import read_listing
from zoo.catalog.report import REPORT, summarise
from zoo.catalog.splits import assign_splits, spread_subset
from zoo.errors import CatalogError, unknown

COLUMNS = ("item_id", "path", "title", "split", "sha256", "thumbnail")


def read_catalog(
    path: Path,
    *,
    reader: str | None = None,
    attributes: Sequence[str] | None = None,
    min_per_class: int = 10,
    limit: int | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> tuple[Catalog, list[Finding]]:
    """The catalogue in a folder or file; see `read_listing` and `build_catalog`."""
    return build_catalog(
        read_listing(path, reader),
        attributes=attributes,
        min_per_class=min_per_class,
        limit=limit,
        seed=seed,
        progress=progress,
    )


def build_catalog(
    listing: Listing,
    *,
    attributes: Sequence[str] | None = None,
    min_per_class: int = 10,
    limit: int | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> tuple[Catalog, list[Finding]]:
    """Check the pictures, drop rare classes and assign splits; rows are in order of item id.

    `attributes` left out takes all the listing offers; `limit` works on a seeded, stratified
    subset; `progress` gets a title, the count done and the total. Returns the catalogue and all
    findings; CatalogError when nothing can be learnt from what is left.
    """
    names = _chosen(listing, attributes)
    rows = limited_rows(listing, _key(listing, names), limit, seed)
    rows, unusable = check_pictures(replace(listing, rows=rows), progress)
    rows, kept, rare = keep_classes(rows, names, min_per_class)
    kept_names = [attribute.name for attribute in kept]
    key = _key(listing, kept_names)
    rows = rows.assign(near_group=near_groups(rows))
    splits, moved = assign_splits(rows, key, seed)
    _require_all(listing, splits)
    title = rows["title"] if "title" in rows else pd.Series(index=rows.index, dtype="str")
    table = rows.assign(title=title, split=splits)[[*COLUMNS, *kept_names]]
    findings = [*listing.findings, *unusable, *rare, *moved]
    settings = {"seed": seed, "min_per_class": min_per_class, "limit": limit}
    provenance = _provenance(listing, settings, splits, findings)
    return Catalog(listing.name, listing.root, kept, key, table, provenance), findings


def _chosen(listing: Listing, asked: Sequence[str] | None) -> list[str]:
    """The attributes to use, in the listing's order; columns it does not offer may be named."""
    columns = [c for c in listing.rows.columns if c not in COLUMNS]
    wanted = listing.attributes if asked is None else asked
    for name in wanted:
        if name not in columns:
            raise CatalogError(f"{listing.source}: {unknown('attribute', name, columns)}")
    if not wanted:
        raise CatalogError(
            f"{listing.source}: no column can be used as an attribute; name some of these with "
            f"--attributes: {', '.join(columns) or 'it has none'}"
        )
    return [c for c in columns if c in wanted]


def _key(listing: Listing, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in listing.key if name in names) or (names[0],)


def limited_rows(
    listing: Listing, key: Sequence[str], limit: int | None, seed: int
) -> pd.DataFrame:
    """The listing's rows by item id, or a seeded, stratified subset of `limit` of them."""
    rows: pd.DataFrame = listing.rows.sort_values("item_id").reset_index(drop=True)
    if limit is None:
        return rows
    if limit < 1:
        raise CatalogError(f"a limit of {limit} pictures leaves none; give --limit 1 or more")
    strata = ["split", *key] if "split" in rows else key
    return spread_subset(rows, strata, limit, seed)


def _require_all(listing: Listing, splits: pd.Series[str]) -> None:
    counts = _split_counts(splits)
    if all(counts.values()):
        return
    found = ", ".join(f"{name} {count}" for name, count in counts.items())
    raise CatalogError(
        f"{listing.source}: {len(splits)} usable pictures do not fill train, val and test "
        f"({found}); add pictures or raise --limit"
    )


def _split_counts(splits: pd.Series[str]) -> dict[str, int]:
    return {name: int((splits == name).sum()) for name in SPLITS}


def _provenance(
    listing: Listing, settings: dict[str, Any], splits: pd.Series[str], findings: list[Finding]
) -> dict[str, Any]:
    return {
        "reader": listing.reader,
        "source": str(listing.source.absolute()),
        **settings,
        "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "splits": _split_counts(splits),
        "findings": summarise(findings),
        "report": REPORT,
    }
