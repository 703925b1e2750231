"""Pictures with attributes: the table that every backbone trains, searches and is scored on."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from zoo.addresses import is_address, located
from zoo.catalog.cells import as_list, as_texts, stacked
from zoo.errors import CatalogError, typed, unknown
from zoo.files import recover, write_json, written_whole
from zoo.pictures import Box

SPLITS = ("train", "val", "test")
UNKNOWN = -1  # as a code, in place of a class
PICTURES = "pictures"  # in a zoo: those drawn, those that came as bytes, those brought along
FORMAT = 2
OPTIONAL = ("box", "identity", "role", "use")  # columns that a catalogue may lack

Kind = Literal["single", "multi"]


@dataclass(frozen=True)
class Attribute:
    """One thing a picture is labelled with, or unknown.

    An item has exactly one class of a `single` attribute, any number of those of a `multi` one.
    """

    name: str
    classes: tuple[str, ...]
    kind: Kind = "single"


@dataclass(frozen=True)
class Catalog:
    """A row a picture.

    `table` has the columns item_id (unique), path (relative to `root`, or absolute), title (or ""),
    split, sha256 (of the file), thumbnail (12 * 12 * 3 bytes) and one per attribute: the class,
    for multi attributes the list of classes (empty: known to have none), missing where unknown.
    It may have box (four ints: left, top, right, bottom, the part of the upright picture that is
    used), identity (id of the product that is shown), role (query or gallery, where the data says
    which pictures are searched for in which), use (False: a training picture over the cap or
    cleaned away) and near_group (a number that near-duplicates share).
    `key` names the single attributes that must all be equal for a retrieval hit.
    """

    name: str
    root: Path
    attributes: tuple[Attribute, ...]
    key: tuple[str, ...]
    table: pd.DataFrame
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.table)

    @property
    def singles(self) -> tuple[Attribute, ...]:
        """The attributes of which an item has exactly one class."""
        return tuple(a for a in self.attributes if a.kind == "single")

    @property
    def multis(self) -> tuple[Attribute, ...]:
        """The attributes of which an item may have any number of classes."""
        return tuple(a for a in self.attributes if a.kind == "multi")

    def attribute(self, name: str) -> Attribute:
        """The attribute of that name; CatalogError lists the known ones."""
        for attribute in self.attributes:
            if attribute.name == name:
                return attribute
        raise CatalogError(unknown("attribute", name, (a.name for a in self.attributes)))

    def single(self, name: str) -> Attribute:
        """The single attribute of that name; CatalogError for any other."""
        return self._of_kind(name, "single")

    def multi(self, name: str) -> Attribute:
        """The multi attribute of that name; CatalogError for any other."""
        return self._of_kind(name, "multi")

    def _of_kind(self, name: str, kind: Kind) -> Attribute:
        attribute = self.attribute(name)
        if attribute.kind != kind:
            known = ", ".join(a.name for a in self.attributes if a.kind == kind) or "none"
            raise CatalogError(
                f"attribute {name!r} is {attribute.kind}; {kind} is asked for here: {known}"
            )
        return attribute

    def name_of(self, row: int) -> str:
        """What people know the item of that row by: its title, its id where it has none."""
        return str(self.table["title"].iat[row]) or str(self.table["item_id"].iat[row])

    def path(self, row: int) -> Path:
        """Where the picture of that row lies."""
        return self.root / str(self.table["path"].iat[row])

    def paths(self, rows: np.ndarray | slice = slice(None)) -> list[Path]:
        """Where the pictures of those rows lie, or all of them."""
        return [self.root / str(path) for path in self.table["path"].iloc[rows]]

    def rows(self, *splits: str) -> np.ndarray:
        """Row numbers, (n,) int64, of the items in any of these splits."""
        return np.flatnonzero(self.table["split"].isin(splits).to_numpy())

    def training_rows(self) -> np.ndarray:
        """Row numbers, (n,) int64, of the train split that training uses: those under the cap."""
        rows = self.rows("train")
        return rows[self.table["use"].to_numpy(dtype=bool)[rows]] if "use" in self.table else rows

    def query_rows(self) -> np.ndarray:
        """Row numbers, (n,) int64, that retrieval searches for: role query, else the test split."""
        return self._in_role("query") if "role" in self.table else self.rows("test")

    def database_rows(self) -> np.ndarray:
        """Row numbers, (n,) int64, that it searches in: role gallery, else train and val."""
        return self._in_role("gallery") if "role" in self.table else self.rows("train", "val")

    def _in_role(self, role: str) -> np.ndarray:
        return np.flatnonzero((self.table["role"] == role).to_numpy(dtype=bool))

    def boxes(self, rows: np.ndarray | slice = slice(None)) -> list[Box | None]:
        """The part of each of those pictures that is used, in pixels; None for all of it."""
        if "box" not in self.table:
            return [None] * len(self.table.iloc[rows])
        return [None if box is None else _box(box) for box in self.table["box"].iloc[rows]]

    def labels_of(self, row: int) -> dict[str, list[str]]:
        """The item's own classes by attribute, [] where it is known to have none of several.

        Attributes of which the catalogue knows nothing are left out.
        """
        found = {}
        for attribute in self.attributes:
            has = self.table[attribute.name].iat[row]
            classes = [has] if isinstance(has, str) else as_list(has)
            if classes is not None:
                found[attribute.name] = classes
        return found

    def near_groups(self) -> np.ndarray:
        """A number per item, (N,) int64, shared by near-duplicates; older catalogues know none."""
        if "near_group" not in self.table:
            return np.arange(len(self))
        return self.table["near_group"].to_numpy(dtype=np.int64)

    def codes(self, name: str) -> np.ndarray:
        """Class indices of one single attribute, (N,) int64; -1 where unknown."""
        classes = list(self.single(name).classes)
        return pd.Categorical(self.table[name], categories=classes).codes.astype(np.int64)

    def label_matrix(self) -> np.ndarray:
        """Class indices of the single attributes, (N, m) int64; -1 where unknown."""
        columns = [self.codes(a.name) for a in self.singles]
        return np.stack(columns, axis=1) if columns else np.empty((len(self), 0), dtype=np.int64)

    def multi_labels(self, name: str) -> np.ndarray:
        """Which classes of one multi attribute each item has, (N, C) int8; -1 in unknown rows."""
        classes = self.multi(name).classes
        places = {label: place for place, label in enumerate(classes)}
        labels = np.zeros((len(self), len(classes)), dtype=np.int8)
        for row, has in enumerate(self.table[name]):
            if has is None:
                labels[row] = UNKNOWN
            else:
                labels[row, [places[label] for label in has]] = 1
        return labels

    def thumbnails(self) -> np.ndarray:
        """The colour thumbnails, (N, 432) uint8."""
        return stacked(self.table["thumbnail"])

    def row_of(self, item_id: str) -> int:
        """The row of that item; CatalogError when there is none."""
        found = np.flatnonzero((self.table["item_id"] == item_id).to_numpy())
        if not len(found):
            raise CatalogError(f"no item {item_id!r} in catalogue {self.name!r}")
        return int(found[0])

    def fingerprint(self) -> str:
        """sha256 of what runs depend on: items, files, splits, labels, classes, boxes and roles."""
        return self._fingerprint

    @cached_property
    def _fingerprint(self) -> str:
        # Once: every run that is opened asks for it, and a table is replaced, never changed.
        columns = ["item_id", "sha256", "split", *(a.name for a in self.attributes)]
        columns += [name for name in OPTIONAL if name in self.table]
        # Single attributes count as they did in format 1, so that its runs still open.
        kinds = [[a.name, a.classes, *([a.kind] * (a.kind == "multi"))] for a in self.attributes]
        state = hashlib.sha256(json.dumps(kinds).encode())
        for column in columns:
            state.update("\x1f".join(as_texts(self.table[column])).encode())
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
            "attributes": {
                a.name: {"kind": a.kind, "classes": list(a.classes)} for a in self.attributes
            },
            "key": list(self.key),
            "items": len(self),
            "fingerprint": self.fingerprint(),
            "provenance": dict(self.provenance),
        }
        write_json(folder / "catalog.json", facts)


def split_counts(splits: pd.Series[str]) -> dict[str, int]:
    """How many rows there are in each split."""
    return {name: int((splits == name).sum()) for name in SPLITS}


def load_catalog(folder: Path) -> Catalog:
    """Open what `Catalog.save` wrote; CatalogError names the file that is missing or differs."""
    recover(folder)
    facts_path, table_path = folder / "catalog.json", folder / "catalog.parquet"
    try:
        facts = json.loads(facts_path.read_text(encoding="utf-8"))
        table = pd.read_parquet(table_path)
    except FileNotFoundError as error:
        missing = Path(error.filename or facts_path).name
        raise CatalogError(
            f"no zoo at {folder}: {missing} is missing; {_others(folder)}"
        ) from error
    except (OSError, ValueError) as error:
        raise CatalogError(f"{folder}: the catalogue is damaged ({error}); train again") from error
    if facts.get("format", 0) > FORMAT:
        raise CatalogError(
            f"{facts_path}: format {facts['format']} is newer than this version reads ({FORMAT}); "
            "upgrade fashion-model-zoo"
        )
    attributes = tuple(_attribute(name, known) for name, known in facts["attributes"].items())
    catalog = Catalog(
        name=facts["name"],
        root=_root(folder, located(facts["root"])),
        attributes=attributes,
        key=tuple(facts["key"]),
        table=_with_lists(table.assign(title=table["title"].fillna("")), attributes),
        provenance=facts["provenance"],
    )
    if catalog.fingerprint() != facts["fingerprint"]:
        raise CatalogError(f"{table_path} does not agree with {facts_path.name}; train again")
    return catalog


def _others(folder: Path) -> str:
    """What to do without a zoo: name one that is there, or make it."""
    there = sorted(path.parent for path in folder.parent.glob("[!.]*/catalog.json"))[:5]
    known = f"name one that is there with --runs ({', '.join(map(str, there))}), or " * bool(there)
    return f"{known}make one with: zoo train --data YOUR_PICTURES --runs {typed(folder)}"


def _root(folder: Path, root: Path) -> Path:
    """Where the pictures are: of a zoo that was moved to another machine, in the zoo itself."""
    inside = folder / PICTURES
    if is_address(root):
        return root
    # os.path: a root that may not even be looked at is as good as none.
    return inside if not os.path.isdir(root) and inside.is_dir() else root  # noqa: PTH112


def _attribute(name: str, known: Any) -> Attribute:
    if isinstance(known, list):  # format 1: the classes alone, all attributes single
        return Attribute(name, tuple(known))
    return Attribute(name, tuple(known["classes"]), known["kind"])


def _with_lists(table: pd.DataFrame, attributes: tuple[Attribute, ...]) -> pd.DataFrame:
    """Parquet gives arrays for lists; the table holds lists."""
    names = [a.name for a in attributes if a.kind == "multi"]
    names += ["box"] if "box" in table else []
    lists = {n: pd.Series([as_list(v) for v in table[n]], table.index, object) for n in names}
    typed: pd.DataFrame = table.assign(**lists)
    return typed


def _box(box: list[int]) -> Box:
    left, top, right, bottom = box
    return int(left), int(top), int(right), int(bottom)
