"""Catalogues in object storage: every reader works on them, over a stand-in on this machine.

Their tables are fetched and each other object stands there as an empty file of its name, which is
all that a reader looks at; the pictures are read where they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from zoo import addresses
from zoo.catalog.listing import Finding, Listing
from zoo.errors import CatalogError

TABLES = frozenset({".csv", ".parquet", ".txt"})
MAPS = frozenset({"labels.json", "label_map.json", "dataset_dict.json", "dataset_info.json"})


def stored_name(path: Path) -> str:
    """The name of a catalogue behind an address: that of the folder or file."""
    return (path.stem if _is_table(path.name) else path.name) or "catalogue"


def read_stored(path: Path, read: Callable[[Path], Listing]) -> Listing:
    """What `read` makes of the tables and names behind an address.

    CatalogError when there is nothing, or when the pictures are bytes in tables.
    """
    folder = path.parent if _is_table(path.name) else path
    names = addresses.keys(folder)
    with TemporaryDirectory() as scratch:
        place = Path(scratch) / folder.name
        findings = _lay_out(folder, names, place)
        try:
            listing = read(place / path.relative_to(folder))
        except CatalogError as error:
            raise CatalogError(str(error).replace(str(place), str(folder))) from error
        if listing.unpack is not None:
            raise CatalogError(
                f"{path}: its pictures are bytes in tables; copy it to this machine first"
            )
        root = folder / listing.root.relative_to(place)
    return replace(
        listing,
        name=stored_name(path),
        source=path,
        root=root,
        findings=(*listing.findings, *findings),
    )


def _lay_out(folder: Path, names: list[str], place: Path) -> list[Finding]:
    """Make the stand-in; keys that cannot be files here are found and left out."""
    place.mkdir(parents=True)
    findings, tables = [], []
    for name in sorted(names):
        if not name or name.endswith("/"):  # what stands for a folder in some listings
            continue
        file = place / name
        try:
            if not _is_inside(name):
                raise OSError("it is no path within the catalogue")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            findings.append(Finding("object left out", f"{folder}/{name}", str(reason)))
            continue
        if _is_table(name) or file.name in MAPS:
            tables.append(name)
    if tables:
        addresses.fetch(folder, tables, place)
    return findings


def _is_inside(name: str) -> bool:
    return not {"", ".", ".."} & set(name.split("/"))


def _is_table(name: str) -> bool:
    return Path(name).suffix.lower() in TABLES
