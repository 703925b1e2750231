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
from zoo.catalog.catalog import Catalog, split_counts
from zoo.catalog.cells import as_list
from zoo.catalog.classes import only_classes
from zoo.catalog.listing import Finding, Listing
from zoo.catalog.new_rows import box_margin, checked_rows, extended_table
from zoo.catalog.pictures_check import WORKERS, Step, used_part
from zoo.catalog.readers import read_listing
from zoo.errors import CatalogError, PictureError
from zoo.pictures import Box, digest, read_bytes

SELECTED_BY = ("limit", "categories", "category_types")  # settings that leave listed rows out
RENAMED = {"path": "picture moved", "title": "title changed"}  # columns, and what is found of each
Seen = tuple[str, Box | None]  # sha256 of a file and the part of the picture that is used


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
    checked, findings = checked_rows(catalog, rows, step)
    old = dict(zip(catalog.table["item_id"], catalog.table["sha256"], strict=True))
    known, fresh = dict(old), []
    columns = (checked[name] for name in ("item_id", "sha256", "path"))
    for place, (item_id, sha256, path) in enumerate(zip(*columns, strict=True)):
        if item_id not in known:
            known[item_id] = sha256
            fresh.append(place)
        elif known[item_id] != sha256:
            where = "" if item_id in old else "it stands twice in what is added: "
            remedy = f"{where}give it another id, in a CSV with a column item_id"
            detail = f"of another picture than {path}; {remedy}"
            findings.append(Finding("id taken", item_id, detail))
        else:
            findings.append(Finding("already in the catalogue", item_id))
    added = checked.iloc[fresh].reset_index(drop=True)
    table = extended_table(catalog.table, added)
    origin = np.concatenate([np.arange(len(catalog)), np.full(len(added), -1)])
    return Change(_dated(catalog, table), origin, added=len(added), findings=tuple(findings))


def synchronisation(catalog: Catalog, step: Step | None = None) -> Change:
    """As the data it was made of lists it now: new, changed, moved and vanished pictures, labels.

    Items that came by `addition` stay, and so do those whose picture is listed but cannot be used
    now. CatalogError when the catalogue is a selection of its data, or its pictures are not files
    there.
    """
    listing = _source(catalog)
    rows, seen, unread = _looked_at(catalog, listing)
    theirs = ~catalog.table["path"].map(lambda path: Path(path).is_absolute()).to_numpy(dtype=bool)
    old = catalog.table["item_id"]
    same = _same(catalog, seen, "box" in rows)
    known = {*old[~theirs], *old[same], *(finding.subject for finding in unread)}
    anew = rows[~rows.index.isin(known)].reset_index(drop=True)
    checked, findings = checked_rows(catalog, anew, step)
    # A picture that cannot be used now may be mended: its item keeps its split until then.
    replaced = old.isin(checked["item_id"]).to_numpy()
    keep = np.flatnonzero(~theirs | (old.isin(rows.index).to_numpy() & ~replaced))
    kept, relabelled = _relabelled(catalog, catalog.table.iloc[keep], rows, theirs[keep])
    kept, renamed = _renamed(kept, rows, theirs[keep])
    table = extended_table(kept.reset_index(drop=True), checked, catalog.table)
    changed = int(checked["item_id"].isin(old).sum())
    return Change(
        _dated(catalog, table),
        np.concatenate([keep, np.full(len(checked), -1)]),
        added=len(checked) - changed,
        changed=changed,
        removed=len(catalog) - len(keep) - changed,
        findings=(
            *unread,
            *findings,
            *_taken(old[~theirs & old.isin(rows.index)]),
            *relabelled,
            *renamed,
            *listing.findings,
        ),
    )


def _source(catalog: Catalog) -> Listing:
    facts = catalog.provenance
    narrowed = [name for name in SELECTED_BY if facts.get(name) is not None]
    if "limit" in narrowed and not facts.get("limited", True):  # older ones do not say
        narrowed.remove("limit")
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


def _looked_at(
    catalog: Catalog, listing: Listing
) -> tuple[pd.DataFrame, dict[str, Seen], list[Finding]]:
    """The rows whose pictures are there, what each is, by item, and which cannot be read."""
    rows = listing.rows.drop_duplicates("item_id").set_index("item_id", drop=False)
    if "box" not in catalog.table:  # whole pictures were embedded, and will be
        rows = rows.drop(columns="box", errors="ignore")
    found = dict(zip(rows["item_id"], _seen(listing, rows, box_margin(catalog)), strict=True))
    seen = {item: what for item, what in found.items() if isinstance(what, tuple)}
    unread = [
        Finding("unreadable picture", item, str(error))
        for item, error in found.items()
        if isinstance(error, PictureError)
    ]
    return rows[[what is not None for what in found.values()]], seen, unread


def _seen(listing: Listing, rows: pd.DataFrame, margin: float) -> list[Seen | PictureError | None]:
    """What each picture is, why it cannot be read, or None where there is none any more."""

    def of(path: str, box: Any) -> Seen | PictureError | None:
        try:
            data = read_bytes(listing.root / path)
            part, _ = used_part(data, listing.root / path, as_list(box), margin)
        except PictureError as error:
            return None if isinstance(error.__cause__, FileNotFoundError) else error
        return digest(data), part

    boxes = rows["box"] if "box" in rows else [None] * len(rows)
    with ThreadPoolExecutor(WORKERS) as threads:
        return list(threads.map(of, rows["path"], boxes))


def _same(catalog: Catalog, seen: Mapping[str, Seen], boxed: bool) -> np.ndarray:
    """Whose file, and whose part of it where boxes are listed, are those embedded, (N,) bool."""
    boxes = catalog.boxes() if boxed else [None] * len(catalog)
    whole = zip(catalog.table["item_id"], catalog.table["sha256"], boxes, strict=True)
    return np.array([seen.get(item) == (sha256, box) for item, sha256, box in whole], dtype=bool)


def _taken(items: pd.Series[str]) -> Iterator[Finding]:
    """A finding for each item that came by `addition` and whose id the data has too."""
    detail = "it came by zoo add and stays; what the data lists under it is left out"
    return (Finding("id taken", item, detail) for item in items)


def _relabelled(
    catalog: Catalog, kept: pd.DataFrame, rows: pd.DataFrame, theirs: np.ndarray
) -> tuple[pd.DataFrame, list[Finding]]:
    """The kept rows with the labels that are listed now, `theirs` (n,) bool alone.

    A label that is withdrawn, or of no class that the catalogue knows, is unknown from then on.
    """
    findings = []
    for attribute in catalog.attributes:
        if attribute.name not in rows:
            continue
        listed = kept["item_id"].map(rows[attribute.name])
        known = only_classes(listed, attribute)
        new = theirs & _others(kept[attribute.name], known)
        findings += [
            Finding("label changed", item, f"{attribute.name} is {_said(label, given)}")
            for item, label, given in zip(
                kept["item_id"][new], known[new], listed[new], strict=True
            )
        ]
        kept = kept.assign(**{attribute.name: kept[attribute.name].mask(new, known)})
    return kept, findings


def _others(has: pd.Series[Any], listed: pd.Series[Any]) -> np.ndarray:
    """Where the labels listed now are others, (n,) bool; lists are compared as sets."""
    pairs = zip(has, listed, strict=True)
    return np.array([_classes(a) != _classes(b) for a, b in pairs], dtype=bool)


def _classes(cell: Any) -> frozenset[str] | None:
    """The classes in a cell, which has one or a list of them; None where they are unknown."""
    if isinstance(cell, list):
        return frozenset(cell)
    return None if pd.isna(cell) else frozenset([cell])


def _said(known: Any, given: Any) -> str:
    """What a label is now, and which part of what is listed counts as unknown."""
    classes = _classes(known)
    now = "unknown" if classes is None else ", ".join(sorted(classes)) or "none"
    strange = (_classes(given) or frozenset()) - (classes or frozenset())
    if not strange:
        return now
    is_none = "is no class" if len(strange) == 1 else "are no classes"
    return f"{now}: {', '.join(sorted(map(str, strange)))} {is_none} of the zoo"


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
