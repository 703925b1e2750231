"""Pictures with attributes: the table that every backbone trains, searches and is scored on."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from zoo.errors import CatalogError, unknown
from zoo.files import write_json, written_whole

SPLITS = ("train", "val", "test")
UNKNOWN = -1
FORMAT = 1


@dataclass(frozen=True)
class Attribute:
    """One thing a picture is labelled with; an item has one of the classes or is unknown."""

    name: str
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Catalog:
    """A row a picture.

    `table` has the columns item_id (unique), path (relative to `root`, or absolute), title,
    split, sha256 (of the file), thumbnail (12 * 12 * 3 bytes) and one per attribute, the class
    or missing. `key` names the attributes that must all be equal for a retrieval hit.
    """

    name: str
    root: Path
    attributes: tuple[Attribute, ...]
    key: tuple[str, ...]
    table: pd.DataFrame
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.table)

    def attribute(self, name: str) -> Attribute:
        """The attribute of that name; CatalogError lists the known ones."""
        for attribute in self.attributes:
            if attribute.name == name:
                return attribute
        raise CatalogError(unknown("attribute", name, (a.name for a in self.attributes)))

    def path(self, row: int) -> Path:
        """Where the picture of that row lies."""
        return self.root / str(self.table["path"].iat[row])

    def paths(self) -> list[Path]:
        """Where all pictures lie, in the order of the rows."""
        return [self.root / str(path) for path in self.table["path"]]

    def rows(self, *splits: str) -> np.ndarray:
        """Row numbers, (n,) int64, of the items in any of these splits."""
        return np.flatnonzero(self.table["split"].isin(splits).to_numpy())

    def codes(self, name: str) -> np.ndarray:
        """Class indices of one attribute, (N,) int64; -1 where unknown."""
        classes = list(self.attribute(name).classes)
        return pd.Categorical(self.table[name], categories=classes).codes.astype(np.int64)

    def label_matrix(self) -> np.ndarray:
        """Class indices of all attributes, (N, m) int64; -1 where unknown."""
        return np.stack([self.codes(a.name) for a in self.attributes], axis=1)

    def thumbnails(self) -> np.ndarray:
        """The colour thumbnails, (N, 432) uint8."""
        data = b"".join(self.table["thumbnail"])
        return np.frombuffer(data, dtype=np.uint8).reshape(len(self), -1)

    def row_of(self, item_id: str) -> int:
        """The row of that item; CatalogError when there is none."""
        found = np.flatnonzero((self.table["item_id"] == item_id).to_numpy())
        if not len(found):
            raise CatalogError(f"no item {item_id!r} in catalogue {self.name!r}")
        return int(found[0])

    def fingerprint(self) -> str:
        """sha256 of what runs depend on: items, files, splits, labels and classes."""
        columns = ["item_id", "sha256", "split", *(a.name for a in self.attributes)]
        state = hashlib.sha256(json.dumps([[a.name, a.classes] for a in self.attributes]).encode())
        for column in columns:
            state.update("\x1f".join(self.table[column].fillna("").astype(str)).encode())
        return state.hexdigest()

    def save(self, folder: Path) -> None:
        """Write catalog.parquet and catalog.json, each whole."""
        folder.mkdir(parents=True, exist_ok=True)
        with written_whole(folder / "catalog.parquet") as path:
            self.table.to_parquet(path, index=False)
        facts = {
            "format": FORMAT,
            "name": self.name,
            "root": os.fspath(self.root.absolute()),
            "attributes": {a.name: list(a.classes) for a in self.attributes},
            "key": list(self.key),
            "items": len(self),
            "fingerprint": self.fingerprint(),
            "provenance": dict(self.provenance),
        }
        write_json(folder / "catalog.json", facts)


def load_catalog(folder: Path) -> Catalog:
    """Open what `Catalog.save` wrote; CatalogError names the file that is missing or differs."""
    facts_path, table_path = folder / "catalog.json", folder / "catalog.parquet"
    try:
        facts = json.loads(facts_path.read_text(encoding="utf-8"))
        table = pd.read_parquet(table_path)
    except FileNotFoundError as error:
        raise CatalogError(
            f"no zoo at {folder}: {Path(error.filename or facts_path).name} is missing; "
            f"make one with: python train.py --runs {folder}"
        ) from error
    except (OSError, ValueError) as error:
        raise CatalogError(f"{folder}: the catalogue is damaged ({error}); train again") from error
    if facts.get("format", 0) > FORMAT:
        raise CatalogError(
            f"{facts_path}: format {facts['format']} is newer than this version reads ({FORMAT}); "
            "upgrade fashion-model-zoo"
        )
    catalog = Catalog(
        name=facts["name"],
        root=Path(facts["root"]),
        attributes=tuple(Attribute(n, tuple(c)) for n, c in facts["attributes"].items()),
        key=tuple(facts["key"]),
        table=table,
        provenance=facts["provenance"],
    )
    if catalog.fingerprint() != facts["fingerprint"]:
        raise CatalogError(f"{table_path} does not agree with {facts_path.name}; train again")
    return catalog
