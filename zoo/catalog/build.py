"""A listing checked, cleaned and split: the catalogue that everything else works on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pandas as pd

from zoo.catalog.boxes import MARGIN, check_margin
from zoo.catalog.catalog import OPTIONAL, SPLITS, Catalog
from zoo.catalog.classes import keep_classes
from zoo.catalog.disagreement import disagreements
from zoo.catalog.listing import Finding, Listing
from zoo.catalog.near_duplicates import near_groups
from zoo.catalog.pictures_check import Progress, check_pictures
from zoo.catalog.readers import read_listing
from zoo.catalog.report import REPORT, summarise
from zoo.catalog.selection import (
    category_name,
    check_cap,
    of_category_types,
    of_classes,
    under_cap,
)
from zoo.catalog.shares import SHARES, parse_shares
from zoo.catalog.splits import assign_splits, spread_subset
from zoo.catalog.unseen import drop_unseen
from zoo.catalog.worth_learning import worth_learning
from zoo.errors import CatalogError, unknown

COLUMNS = ("item_id", "path", "title", "split", "sha256", "thumbnail")


def read_catalog(
    path: Path, *, reader: str | None = None, **settings: Any
) -> tuple[Catalog, list[Finding]]:
    """The catalogue in a folder or file; see `read_listing`, and `build_catalog` for settings."""
    return build_catalog(read_listing(path, reader), **settings)


def build_catalog(
    listing: Listing,
    *,
    attributes: Sequence[str] | None = None,
    categories: Sequence[str] | None = None,
    category_types: Sequence[str] | None = None,
    min_per_class: int = 10,
    cap_per_class: int | None = None,
    clean: bool = False,
    split: str | None = None,
    box_margin: float = MARGIN,
    limit: int | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> tuple[Catalog, list[Finding]]:
    """Check the pictures, drop rare classes and assign splits; rows are in order of item id.

    `attributes` left out takes all the listing offers; `categories` and `category_types` keep
    items of these alone; `cap_per_class` bounds what training uses of each class of the first
    key attribute; `clean` keeps tiny, blank and repeated pictures out of training; `split`
    (70:15:15 or 80:20) deals all rows anew; `box_margin` is a share of the sides of a box;
    `limit` works on a seeded, stratified subset; `progress` gets a title, the count done and the
    total. Returns the catalogue and all findings; CatalogError when nothing can be learnt from
    what is left.
    """
    check_margin(box_margin)
    check_cap(cap_per_class)
    shares = parse_shares(split) if split else SHARES
    if listing.unpack is not None:
        raise CatalogError(
            f"{listing.source}: its pictures are bytes; write them to a folder first, with "
            "zoo.catalog.listing.unpacked(listing, folder)"
        )
    names = _chosen(listing, attributes)
    rows, replaced = _own_splits(listing, split)
    rows = _selected(rows, listing, names, categories, category_types)
    strata = _strata(listing, names)
    rows = limited_rows(rows, ["split", *strata] if "split" in rows else strata, limit, seed)
    rows, unusable = check_pictures(replace(listing, rows=rows), progress, box_margin)
    rows, kept, rare = keep_classes(rows, names, min_per_class, listing.multis)
    strata = _strata(listing, [attribute.name for attribute in kept])
    rows = rows.assign(near_group=near_groups(rows))
    splits, moved = assign_splits(rows, strata, seed, shares)
    _require_all(listing, splits)
    rows, kept, unseen = drop_unseen(rows.assign(split=splits), kept)
    kept_names = [attribute.name for attribute in kept]
    key = _key(listing, kept_names)
    rows, unworthy = _used(rows, listing, clean)
    if cap_per_class is not None:
        rows = rows.assign(use=under_cap(rows, key[0], cap_per_class, seed))
    if "title" not in rows:
        rows = rows.assign(title=pd.Series(index=rows.index, dtype="str"))
    optional = [name for name in OPTIONAL if name in rows]
    table = rows[[*COLUMNS, *optional, "near_group", *kept_names]]
    findings = [*listing.findings, *replaced, *unusable, *rare, *moved, *unseen, *unworthy]
    settings = {
        "seed": seed,
        "categories": _listed(categories),
        "category_types": _listed(category_types),
        "min_per_class": min_per_class,
        "cap_per_class": cap_per_class,
        "clean": clean,
        "split": split,
        "box_margin": box_margin,
        "limit": limit,
    }
    provenance = _provenance(listing, settings, rows, _singles(listing, kept_names), findings)
    return Catalog(listing.name, listing.root, kept, key, table, provenance), findings


def _listed(names: Sequence[str] | None) -> list[str] | None:
    return None if names is None else list(names)


def _own_splits(listing: Listing, split: str | None) -> tuple[pd.DataFrame, list[Finding]]:
    """The rows in order; without the splits they bring when others are asked for."""
    rows = listing.rows.sort_values("item_id").reset_index(drop=True)
    if split is None or "split" not in rows:
        return rows, []
    if "role" in rows:
        raise CatalogError(
            f"{listing.source}: the data says which pictures are queries and gallery; "
            "leave --split out"
        )
    given = int(rows["split"].notna().sum())
    detail = f"{given} pictures are dealt anew by {split}"
    return rows.drop(columns="split"), [Finding("given split replaced", split, detail)]


def _selected(
    rows: pd.DataFrame,
    listing: Listing,
    names: Sequence[str],
    categories: Sequence[str] | None,
    category_types: Sequence[str] | None,
) -> pd.DataFrame:
    if category_types is not None:
        rows = of_category_types(rows, listing, category_types)
    if categories is not None:
        # The category selects also where it is not learnt.
        offered = _singles(listing, listing.attributes or names)
        rows = of_classes(rows, listing, category_name(offered, _key(listing, offered)), categories)
    if rows.empty:
        raise CatalogError(f"{listing.source}: no picture is of these categories and types")
    return rows


def _chosen(listing: Listing, asked: Sequence[str] | None) -> list[str]:
    """The attributes to use, in the listing's order; columns it does not offer may be named."""
    fixed = (*COLUMNS, *OPTIONAL, *listing.attributes)
    columns = [*listing.attributes, *(c for c in listing.rows.columns if c not in fixed)]
    wanted = listing.attributes if asked is None else asked
    for name in wanted:
        if name not in columns:
            raise CatalogError(f"{listing.source}: {unknown('attribute', name, columns)}")
    if wanted and not _singles(listing, wanted):
        raise CatalogError(
            f"{listing.source}: {', '.join(wanted)} may have several classes at once; name an "
            f"attribute of one class as well: {', '.join(_singles(listing, columns)) or 'none'}"
        )
    if not wanted:
        raise CatalogError(
            f"{listing.source}: no column can be used as an attribute; name some of these with "
            f"--attributes: {', '.join(columns) or 'it has none'}"
        )
    return [c for c in columns if c in wanted]


def _used(rows: pd.DataFrame, listing: Listing, clean: bool) -> tuple[pd.DataFrame, list[Finding]]:
    """The rows with `use` when they are to be cleaned; CatalogError when training has none left."""
    if not clean:
        return rows, []
    use, findings = worth_learning(rows, listing.root)
    if not (use & (rows["split"] == "train")).any():
        raise CatalogError(
            f"{listing.source}: cleaning leaves nothing to train on; leave --clean out "
            f"(the first: {findings[0].subject}, {findings[0].detail})"
        )
    return rows.assign(use=use), findings


def _singles(listing: Listing, names: Sequence[str]) -> list[str]:
    return [name for name in names if name not in listing.multis]


def _key(listing: Listing, names: Sequence[str]) -> tuple[str, ...]:
    singles = _singles(listing, names)
    return tuple(name for name in listing.key if name in singles) or (singles[0],)


def _strata(listing: Listing, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in listing.strata if name in names) or _key(listing, names)


def limited_rows(
    rows: pd.DataFrame, strata: Sequence[str], limit: int | None, seed: int
) -> pd.DataFrame:
    """The rows by item id, or a seeded, stratified subset of `limit` of them."""
    if limit is None:
        return rows
    if limit < 1:
        raise CatalogError(f"a limit of {limit} pictures leaves none; give --limit 1 or more")
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
    listing: Listing,
    settings: dict[str, Any],
    rows: pd.DataFrame,
    singles: Sequence[str],
    findings: list[Finding],
) -> dict[str, Any]:
    return {
        "reader": listing.reader,
        "source": str(listing.source.absolute()),
        **settings,
        "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "splits": _split_counts(rows["split"]),
        "disagreement": {d.attribute: d.facts() for d in disagreements(rows, singles) if d.pairs},
        "findings": summarise(findings),
        "report": REPORT,
    }
