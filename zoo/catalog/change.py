"""A catalogue with pictures added, removed or brought up to date; splits and classes stay.

Models are trained on the classes there are and judged on the test split there is, so what is added
joins the database alone: split train, never trained on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from zoo.addresses import located
from zoo.catalog.boxes import MARGIN
from zoo.catalog.catalog import Attribute, Catalog, split_counts
from zoo.catalog.cells import stacked
from zoo.catalog.classes import only_classes
from zoo.catalog.listing import Finding, Listing
from zoo.catalog.near_duplicates import extended_groups
from zoo.catalog.pictures_check import WORKERS, Step, usable_pictures
from zoo.catalog.readers import read_listing
from zoo.errors import CatalogError, PictureError
from zoo.pictures import digest, read_bytes

SELECTED_BY = ("limit", "categories", "category_types")  # settings that leave listed rows out
RENAMED = {"path": "picture moved", "title": "title changed"}  # columns, and what is found of each


@dataclass(frozen=True)
class Change:
    """A catalogue as it will be, and where each of its items comes from."""

    catalog: Catalog
    origin: np.ndarray  # (N,) int64: the row an item had before; -1 for a new or changed picture
    added: int = 0
    changed: int = 0
    removed: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def is_one(self) -> bool:
        """Whether anything is different, labels, paths and titles included."""
        same_rows = np.array_equal(self.origin, np.arange(len(self.origin)))
        return self.removed > 0 or not same_rows or self.relabelled > 0 or self.renamed > 0

    @property
    def relabelled(self) -> int:
        """Labels of kept items that are others now."""
        return sum(f.kind == "label changed" for f in self.findings)

    @property
    def renamed(self) -> int:
        """Paths and titles of kept items that are others now."""
        return sum(f.kind in RENAMED.values() for f in self.findings)

    def added_to(self, earlier: Mapping[str, int]) -> dict[str, int]:
        """What happened in earlier changes and in this one, by kind."""
        names = ("added", "changed", "removed", "relabelled")
        return {name: earlier.get(name, 0) + int(getattr(self, name)) for name in names}


def removal(catalog: Catalog, item_ids: Sequence[str]) -> Change:
    """Without these items; CatalogError for one that is not there."""
    rows = [catalog.row_of(item_id) for item_id in dict.fromkeys(item_ids)]
    keep = np.setdiff1d(np.arange(len(catalog)), rows)
    if not len(keep):
        raise CatalogError(f"that would remove all {len(catalog)} items; delete the zoo instead")
    table = catalog.table.iloc[keep].reset_index(drop=True)
    return Change(_dated(catalog, table), keep, removed=len(rows))


def addition(catalog: Catalog, rows: pd.DataFrame, step: Step | None = None) -> Change:
    """With the pictures in `rows`: item_id, path (absolute), perhaps title and attributes.

    Classes the catalogue does not have count as unknown. An item that is there already is left as
    it is; an id that another picture has is a finding, and that row is left out.
    """
    checked, findings = _checked(catalog, rows, step)
    known = dict(zip(catalog.table["item_id"], catalog.table["sha256"], strict=True))
    fresh = []
    columns = (checked[name] for name in ("item_id", "sha256", "path"))
    for place, (item_id, sha256, path) in enumerate(zip(*columns, strict=True)):
        if item_id not in known:
            known[item_id] = sha256
            fresh.append(place)
        elif known[item_id] != sha256:
            detail = f"of another picture than {path}; give ids in a CSV with a column item_id"
            findings.append(Finding("id taken", item_id, detail))
        else:
            findings.append(Finding("already in the catalogue", item_id))
    added = checked.iloc[fresh].reset_index(drop=True)
    table = _extended(catalog.table, added)
    origin = np.concatenate([np.arange(len(catalog)), np.full(len(added), -1)])
    return Change(_dated(catalog, table), origin, added=len(added), findings=tuple(findings))


def synchronisation(catalog: Catalog, step: Step | None = None) -> Change:
    """As the data it was made of lists it now: new, changed, moved and vanished pictures, labels.

    Items that came by `addition` stay. CatalogError when the catalogue is a selection of its data,
    or its pictures are not files there.
    """
    listing = _source(catalog)
    rows = listing.rows.drop_duplicates("item_id").set_index("item_id", drop=False)
    theirs = ~catalog.table["path"].map(lambda path: Path(path).is_absolute()).to_numpy(dtype=bool)
    digests = _digests(listing, rows)
    old = catalog.table["item_id"]
    stays = ~theirs | old.isin(digests).to_numpy()
    same = catalog.table["sha256"] == old.map(digests)
    keep = np.flatnonzero(stays & (same.to_numpy() | ~theirs))
    kept, relabelled = _relabelled(catalog, catalog.table.iloc[keep], rows)
    kept, renamed = _renamed(kept, rows, theirs[keep])
    known = set(old[keep])
    anew = [item for item in digests if item not in known]
    checked, findings = _checked(catalog, rows.loc[anew].reset_index(drop=True), step)
    before = catalog.table.set_index("item_id")["split"]
    table = _extended(kept.reset_index(drop=True), checked, before)
    changed = int(checked["item_id"].isin(old).sum())
    return Change(
        _dated(catalog, table),
        np.concatenate([keep, np.full(len(checked), -1)]),
        added=len(checked) - changed,
        changed=changed,
        removed=len(catalog) - len(keep) - changed,
        findings=(*relabelled, *renamed, *findings),
    )


def _source(catalog: Catalog) -> Listing:
    facts = catalog.provenance
    narrowed = [name for name in SELECTED_BY if facts.get(name) is not None]
    if narrowed:
        raise CatalogError(
            f"catalogue {catalog.name!r} was made with --{narrowed[0].replace('_', '-')}: what it "
            "leaves out cannot be told from what is new; use zoo add and zoo remove"
        )
    listing = read_listing(located(facts["source"]), facts["reader"])
    if listing.unpack is not None or listing.root.absolute() != catalog.root.absolute():
        raise CatalogError(
            f"the pictures of catalogue {catalog.name!r} are copies in its zoo; "
            "use zoo add and zoo remove"
        )
    return listing


def _digests(listing: Listing, rows: pd.DataFrame) -> dict[str, str]:
    """sha256 of each listed picture that can be read, by item."""

    def of(path: str) -> str | None:
        try:
            return digest(read_bytes(listing.root / path))
        except PictureError:
            return None

    with ThreadPoolExecutor(WORKERS) as threads:
        found = threads.map(of, rows["path"])
        return {i: sha for i, sha in zip(rows["item_id"], found, strict=True) if sha is not None}


def _checked(
    catalog: Catalog, rows: pd.DataFrame, step: Step | None
) -> tuple[pd.DataFrame, list[Finding]]:
    """The usable rows with what a table needs of each picture, labels the catalogue knows."""
    names = tuple(a.name for a in catalog.attributes)
    listing = Listing(catalog.name, "change", catalog.root, catalog.root, names, (), rows)
    margin = float(catalog.provenance.get("box_margin", MARGIN))
    checked, findings = usable_pictures(listing, step, margin)
    for attribute in catalog.singles:
        if attribute.name not in checked:
            continue
        strange = checked[attribute.name].notna() & ~checked[attribute.name].isin(attribute.classes)
        findings += [
            Finding("unknown class", item, f"{attribute.name}={value} counts as unknown")
            for item, value in zip(
                checked["item_id"][strange], checked[attribute.name][strange], strict=True
            )
        ]
        checked = checked.assign(**{attribute.name: checked[attribute.name].mask(strange)})
    for attribute in catalog.multis:
        if attribute.name not in checked:
            continue
        listed = checked[attribute.name]
        findings += _strange_in_lists(checked["item_id"], listed, attribute)
        checked = checked.assign(**{attribute.name: only_classes(listed, attribute)})
    return checked, findings


def _strange_in_lists(
    items: pd.Series[str], listed: pd.Series[Any], attribute: Attribute
) -> Iterator[Finding]:
    """A finding for each label that is no class of a multi attribute, and for what is no list."""
    name = attribute.name
    for item, has in zip(items, listed, strict=True):
        if isinstance(has, list):
            for label in sorted(set(has).difference(attribute.classes)):
                yield Finding("unknown class", item, f"{name}={label} is left out")
        elif not pd.isna(has):
            detail = f"{name}={has} counts as unknown; {name} takes lists, which a CSV cannot hold"
            yield Finding("unknown class", item, detail)


def _extended(
    kept: pd.DataFrame,
    checked: pd.DataFrame,
    before: pd.Series[str] | None = None,
) -> pd.DataFrame:
    """The kept rows and the checked ones after them; `before` has splits of changed pictures."""
    if checked.empty:
        return kept
    count = len(checked)
    split = checked["item_id"].map(before) if before is not None else pd.Series([None] * count)
    fresh = split.isna().to_numpy()
    columns: dict[str, object] = {
        name: checked[name] if name in checked else pd.Series([None] * count, dtype=object)
        for name in kept.columns
    }
    columns["split"] = split.fillna("train")
    columns["use"] = ~fresh
    if "near_group" in kept:
        columns["near_group"] = -1  # found below
    used = kept["use"] if "use" in kept else np.ones(len(kept), dtype=bool)
    parts = [kept.assign(use=used), pd.DataFrame(columns)]
    table: pd.DataFrame = pd.concat(parts, ignore_index=True)
    for name in kept.columns:  # texts stay texts, where a column of the new rows was all missing
        if kept[name].dtype != object:
            table[name] = table[name].astype(kept[name].dtype)
    if "near_group" in kept:
        known = kept["near_group"].to_numpy(dtype=np.int64)
        table["near_group"] = extended_groups(known, stacked(table["thumbnail"]))
    return table


def _relabelled(
    catalog: Catalog, kept: pd.DataFrame, rows: pd.DataFrame
) -> tuple[pd.DataFrame, list[Finding]]:
    """The kept rows with the labels that are listed now, where the catalogue knows the class."""
    findings = []
    for attribute in catalog.singles:
        if attribute.name not in rows:
            continue
        listed = kept["item_id"].map(rows[attribute.name])
        new = listed.isin(attribute.classes) & (listed != kept[attribute.name])
        findings += [
            Finding("label changed", item, f"{attribute.name} is {value}")
            for item, value in zip(kept["item_id"][new], listed[new], strict=True)
        ]
        labels = kept[attribute.name].mask(new, listed)
        kept = kept.assign(**{attribute.name: labels})
    return kept, findings


def _renamed(
    kept: pd.DataFrame, rows: pd.DataFrame, theirs: np.ndarray
) -> tuple[pd.DataFrame, list[Finding]]:
    """The kept rows with the paths and titles that are listed now, `theirs` (n,) bool alone."""
    findings = []
    for name, kind in RENAMED.items():
        if name not in rows:
            continue
        listed = kept["item_id"].map(rows[name])
        new = theirs & listed.notna() & (listed != kept[name])
        findings += [
            Finding(kind, item, f"{name} is {value}")
            for item, value in zip(kept["item_id"][new], listed[new], strict=True)
        ]
        kept = kept.assign(**{name: kept[name].mask(new, listed)})
    return kept, findings


def _dated(catalog: Catalog, table: pd.DataFrame) -> Catalog:
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    facts = {**catalog.provenance, "updated": now, "splits": split_counts(table["split"])}
    return replace(catalog, table=table, provenance=facts)
