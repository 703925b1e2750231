"""The table of readers, and which of them a folder or file is for."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from zoo.addresses import is_address, located
from zoo.catalog.listing import Finding, Listing, Reader
from zoo.catalog.readers.attribute_folders import AttributeFolders
from zoo.catalog.readers.csv_rows import read_rows
from zoo.catalog.readers.csv_table import Table
from zoo.catalog.readers.deepfashion_coarse import DeepFashionCoarse
from zoo.catalog.readers.deepfashion_fine import DeepFashionFine
from zoo.catalog.readers.deepfashion_inshop import DeepFashionInShop
from zoo.catalog.readers.entries import catalogue_name, is_picture, visible
from zoo.catalog.readers.fashion_products import FashionProducts
from zoo.catalog.readers.hf_dataset import HfDataset
from zoo.catalog.readers.image_folder import ImageFolder
from zoo.catalog.readers.object_storage import read_stored, stored_name
from zoo.catalog.readers.parquet_rows import read_parquet_rows
from zoo.errors import CatalogError, unknown

ALL: tuple[Reader, ...] = (
    FashionProducts(),
    DeepFashionCoarse(),
    DeepFashionFine(),
    DeepFashionInShop(),
    ImageFolder(),
    AttributeFolders(),
    Table("csv", read_rows),
    Table("parquet", read_parquet_rows),
    HfDataset(),
)
TABLES = (".csv", ".parquet")
OTHER_TABLES = (".tsv", ".txt", ".xlsx", ".xls", ".ods", ".json", ".jsonl")
# Kinds of findings that leave out no picture.
HARMLESS = frozenset(
    {
        "attribute with labels of 0 taken as absent",
        "column not used as an attribute",
        "file is not UTF-8",
        "label without a name",
        "labels without a row",
        "list not there",
        "picture without labels",
    }
)
READERS: dict[str, Reader] = {reader.name: reader for reader in ALL}


def read_listing(path: Path, reader: str | None = None) -> Listing:
    """What `path` lists, each item once, read by the named or the recognised reader.

    The path may be an address, such as s3://bucket/folder. CatalogError when it is missing, empty,
    not recognised, ambiguous or unreadable, when there is no such reader, or when no row has a
    picture.
    """
    path = located(path)
    if is_address(path):
        listing = read_stored(path, lambda place: _chosen(place, reader).read(place))
    else:
        listing = _chosen(path, reader).read(path)
    if listing.rows.empty:
        raise CatalogError(
            f"{path}: the {listing.reader} reader found no picture; {_why_none(listing)}"
        )
    return _each_once(listing)


def listing_name(path: Path, reader: str | None = None) -> str:
    """The name that `read_listing` gives, without reading; CatalogError as there, if on disk."""
    path = located(path)
    if is_address(path):
        return stored_name(path)
    _chosen(path, reader)
    return catalogue_name(path)


def _chosen(path: Path, reader: str | None) -> Reader:
    if reader is not None and reader not in READERS:
        raise CatalogError(unknown("reader", reader, READERS))
    _require_content(path)
    return READERS[reader] if reader else _recognised(path)


def _require_content(path: Path) -> None:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise CatalogError(f"{path}: no such file or folder") from error
    except OSError as error:
        raise CatalogError(f"{path}: cannot be read: {error.strerror or error}") from error
    if path.is_dir() and not visible(path):
        raise CatalogError(f"{path}: the folder is empty")


def _recognised(path: Path) -> Reader:
    found = [r for r in READERS.values() if r.recognises(path)]
    if len(found) > 1:
        names = ", ".join(r.name for r in found)
        raise CatalogError(
            f"{path}: may be read in several ways ({names}); choose one with --reader NAME"
        )
    if not found:
        raise CatalogError(_unrecognised(path))
    return found[0]


def _unrecognised(path: Path) -> str:
    """What to do with what is often given, else all that could be."""
    if path.is_file() and path.suffix.lower() in OTHER_TABLES:
        return f"{path}: {path.suffix} is not read; save it as CSV"
    entries = visible(path) if path.is_dir() else []
    tables = any(Path(entry.name).suffix.lower() in TABLES for entry in entries)
    if any(map(is_picture, entries)) and not tables:
        return (
            f"pictures lie directly in {path}: put each class into a folder of its own, "
            "or give a CSV"
        )
    layouts = "; ".join(f"{r.name}: {r.layout}" for r in READERS.values())
    return f"{path}: not recognised as a catalogue; known layouts are {layouts}"


def _each_once(listing: Listing) -> Listing:
    again = listing.rows["item_id"].duplicated()
    if not again.any():
        return listing
    findings = [
        Finding("duplicate item id", item_id, f"left out: {path}; the first one is kept")
        for item_id, path in listing.rows.loc[again, ["item_id", "path"]].itertuples(index=False)
    ]
    rows = listing.rows[~again].reset_index(drop=True)
    return replace(listing, rows=rows, findings=(*listing.findings, *findings))


def _why_none(listing: Listing) -> str:
    """The first finding of the kind that cost most rows."""
    costly = [finding for finding in listing.findings if finding.kind not in HARMLESS]
    if not costly:
        return "the table has no rows"
    ((kind, _),) = Counter(finding.kind for finding in costly).most_common(1)
    first = next(finding for finding in costly if finding.kind == kind)
    remedy = ""
    if kind == "path outside the catalogue":
        remedy = (
            f"; paths are relative to the table's folder {listing.root}; write them so, "
            "or put the table above the pictures"
        )
    return f"the first: {first}{remedy}"
