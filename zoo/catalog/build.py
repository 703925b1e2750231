"""A listing checked, cleaned and split: the catalogue that everything else works on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pandas as pd

from zoo.catalog.catalog import OPTIONAL, Attribute, Catalog, split_counts
from zoo.catalog.classes import keep_classes
from zoo.catalog.disagreement import disagreements
from zoo.catalog.listing import Finding, Listing
from zoo.catalog.near_duplicates import near_groups
from zoo.catalog.pictures_check import Step, check_pictures
from zoo.catalog.readers import read_listing
from zoo.catalog.report import REPORT, summarise
from zoo.catalog.selection import (
    category_name,
    check_limit,
    of_category_types,
    of_classes,
    under_cap,
)
from zoo.catalog.settings import CatalogSettings
from zoo.catalog.splits import assign_splits, spread_subset
from zoo.catalog.unseen import drop_unseen
from zoo.catalog.worth_learning import worth_learning
from zoo.errors import CatalogError, unknown
from zoo.plurals import numbered

DEFAULT = CatalogSettings()
COLUMNS = ("item_id", "path", "title", "split", "sha256", "thumbnail")


def read_catalog(
    path: Path, settings: CatalogSettings = DEFAULT, step: Step | None = None
) -> tuple[Catalog, list[Finding]]:
    """The catalogue in a folder or file; see `read_listing` and `build_catalog`."""
    return build_catalog(read_listing(path), settings, step)


def build_catalog(
    listing: Listing, settings: CatalogSettings = DEFAULT, step: Step | None = None
) -> tuple[Catalog, list[Finding]]:
    """Check the pictures, drop rare classes and assign splits; rows are in order of item id.

    `step` is told how many pictures are checked. Returns the catalogue and all findings;
    CatalogError when nothing can be learnt from what is left.
    """
    if listing.unpack is not None:
        raise CatalogError(
            f"{listing.source}: its pictures are bytes; write them to a folder first, with "
            "zoo.catalog.listing.unpacked(listing, folder)"
        )
    names = _chosen(listing, settings)
    rows, replaced = _own_splits(listing, settings.split)
    rows = _selected(rows, listing, names, settings)
    offered = len(rows)
    rows = limited_rows(replace(listing, rows=rows), names, settings.limit, settings.seed)
    chosen = {**settings.as_dict(), "limited": len(rows) < offered}
    rows, unusable = check_pictures(replace(listing, rows=rows), step, settings.box_margin)
    rows, kept, rare = keep_classes(rows, names, settings.min_per_class, listing.multis)
    strata = _strata(listing, [attribute.name for attribute in kept])
    rows = rows.assign(near_group=near_groups(rows))
    splits, moved = assign_splits(rows, strata, settings.seed, settings.shares())
    _require_all(listing, splits)
    rows, unworthy = _used(rows.assign(split=splits), listing, settings.clean)
    rows, kept, unseen = drop_unseen(rows, kept)
    if settings.cap_per_class is not None:
        rows, kept, over = _capped(rows, kept, listing, settings.cap_per_class, settings.seed)
        unseen = [*unseen, *over]
    kept_names = [attribute.name for attribute in kept]
    key = _key(listing, kept_names)
    titles = rows["title"].fillna("") if "title" in rows else ""
    rows = rows.assign(title=titles)
    optional = [name for name in OPTIONAL if name in rows]
    table = rows[[*COLUMNS, *optional, "near_group", *kept_names]]
    findings = [*listing.findings, *replaced, *unusable, *rare, *moved, *unseen, *unworthy]
    singles = _singles(listing, kept_names)
    provenance = _provenance(listing, chosen, rows, singles, findings)
    return Catalog(listing.name, listing.root, kept, key, table, provenance), findings


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
    settings: CatalogSettings,
) -> pd.DataFrame:
    if settings.category_types is not None:
        rows = of_category_types(rows, listing, settings.category_types)
    if settings.categories is not None:
        # The category selects also where it is not learnt.
        offered = _singles(listing, listing.attributes or names)
        category = category_name(offered, _key(listing, offered))
        rows = of_classes(rows, listing, category, settings.categories)
    if rows.empty:
        raise CatalogError(f"{listing.source}: no picture is of these categories and types")
    return rows


def _chosen(listing: Listing, settings: CatalogSettings) -> list[str]:
    """The attributes to use, in the order asked; columns that are not offered may be named."""
    fixed = (*COLUMNS, *OPTIONAL, *listing.attributes)
    columns = [*listing.attributes, *(c for c in listing.rows.columns if c not in fixed)]
    wanted = listing.attributes if settings.attributes is None else settings.attributes
    for name in wanted:
        if name not in columns:
            raise CatalogError(f"{listing.source}: {unknown('attribute', name, columns)}")
    if wanted and not _singles(listing, wanted):
        raise CatalogError(
            f"{listing.source}: {', '.join(wanted)} may have several classes at once; name an "
            f"attribute of one class as well: {', '.join(_singles(listing, columns)) or 'none'}"
        )
    if not wanted:
        remedy = _labels_wanted(listing.rows[_singles(listing, columns)], settings.min_per_class)
        raise CatalogError(f"{listing.source}: no column can be used as an attribute; {remedy}")
    return list(dict.fromkeys(wanted))


def _labels_wanted(columns: pd.DataFrame, least: int) -> str:
    """What to do where no column is an attribute unasked: name one that is, or add one."""
    fit = [str(c) for c in columns if (columns[c].value_counts() >= least).sum() > 1]
    if fit:
        return f"name some of these with --attributes: {', '.join(fit)}"
    return (
        "add a column of labels whose values repeat: two values or more, "
        f"{numbered(least, 'picture')} of each"
    )


def _used(rows: pd.DataFrame, listing: Listing, clean: bool) -> tuple[pd.DataFrame, list[Finding]]:
    """The rows with `use` when they are to be cleaned; CatalogError when training has none left."""
    if not clean:
        return rows, []
    use, findings = worth_learning(rows)
    if not (use & (rows["split"] == "train")).any():
        raise CatalogError(
            f"{listing.source}: cleaning leaves nothing to train on; leave --clean out "
            f"(the first: {findings[0].subject}, {findings[0].detail})"
        )
    return rows.assign(use=use), findings


def _capped(
    rows: pd.DataFrame, kept: Sequence[Attribute], listing: Listing, cap: int, seed: int
) -> tuple[pd.DataFrame, tuple[Attribute, ...], list[Finding]]:
    """The rows with `use` under the cap, without what only pictures over it have."""
    first = _key(listing, [attribute.name for attribute in kept])[0]
    return drop_unseen(rows.assign(use=under_cap(rows, first, cap, seed)), kept)


def _singles(listing: Listing, names: Sequence[str]) -> list[str]:
    return [name for name in names if name not in listing.multis]


def _key(listing: Listing, names: Sequence[str]) -> tuple[str, ...]:
    singles = _singles(listing, names)
    return tuple(name for name in listing.key if name in singles) or tuple(singles[:2])


def _strata(listing: Listing, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in listing.strata if name in names) or _key(listing, names)


def limited_rows(
    listing: Listing, names: Sequence[str], limit: int | None, seed: int
) -> pd.DataFrame:
    """The rows of the listing, or a seeded subset of `limit` of them.

    It is spread over the splits that are given and the strata among the attributes `names`.
    """
    check_limit(limit)
    if limit is None:
        return listing.rows
    given = ["split"] if "split" in listing.rows else []
    return spread_subset(listing.rows, [*given, *_strata(listing, names)], limit, seed)


def _require_all(listing: Listing, splits: pd.Series[str]) -> None:
    counts = split_counts(splits)
    if all(counts.values()):
        return
    found = ", ".join(f"{name} {count}" for name, count in counts.items())
    raise CatalogError(
        f"{listing.source}: {len(splits)} usable pictures do not fill train, val and test "
        f"({found}); add pictures or raise --limit"
    )


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
        "splits": split_counts(rows["split"]),
        "disagreement": {d.attribute: d.facts() for d in disagreements(rows, singles) if d.pairs},
        "findings": summarise(findings),
        "report": REPORT,
    }
