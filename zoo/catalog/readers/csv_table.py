"""A table with a column of picture paths; its other columns are attributes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from zoo.catalog.listing import Finding, Listing
from zoo.catalog.readers.csv_columns import (
    LABEL_NAMES,
    RESERVED,
    Roles,
    find_roles,
    named_splits,
    unfit_columns,
    without_unknown,
)
from zoo.catalog.readers.entries import STYLES, catalogue_name, visible
from zoo.catalog.readers.label_map import TABLES, integer_label, read_label_map
from zoo.catalog.readers.places import IMAGES, picture_places
from zoo.catalog.selection import CATEGORY
from zoo.errors import CatalogError
from zoo.plurals import numbered


class Table:
    """A table of paths and labels in one file, such as the one that comes with the sample."""

    def __init__(self, name: str, rows: Callable[[Path, list[Finding]], pd.DataFrame]) -> None:
        self.name, self._rows = name, rows
        self._suffix = f".{name}"
        self.layout = (
            f"a {self._suffix} file, or a folder with exactly one, that has a column of picture "
            "paths"
        )

    def recognises(self, path: Path) -> bool:
        """Whether `path` is such a file, or a folder with one that can be meant."""
        if path.is_file():
            return path.suffix.lower() == self._suffix and path.name != STYLES
        return len(_tables(path, self._suffix)) == 1 and not (path / STYLES).is_file()

    def read(self, path: Path) -> Listing:
        """A row for each line with a picture; the first two attributes are the key."""
        file = path if path.is_file() else _only_table(path, self._suffix)
        findings: list[Finding] = []
        table = self._rows(file, findings)
        roles = find_roles(file, table.columns)
        places = list(picture_places(file.parent, table[roles.path], ("", IMAGES), findings))
        paths = pd.Series(places, index=table.index, dtype=object)
        table = table[paths.notna()]
        labels, attributes = _labels(file, table.drop(columns=roles.taken), findings)
        rows = _items(file, table, roles, paths.dropna()).join(labels)
        return Listing(
            name=catalogue_name(path),
            reader=self.name,
            source=path,
            root=file.parent,
            attributes=attributes,
            key=(),
            rows=rows.reset_index(drop=True),
            findings=tuple(findings),
        )


def _tables(folder: Path, suffix: str) -> list[Path]:
    """The files that can be meant: not the label map beside another one."""
    found = [Path(e.path) for e in visible(folder) if e.name.lower().endswith(suffix)]
    if len(found) < 2:
        return found
    return [path for path in found if path.name not in TABLES]


def _only_table(folder: Path, suffix: str) -> Path:
    tables = _tables(folder, suffix)
    if len(tables) != 1:
        names = ", ".join(path.name for path in tables) or "none"
        raise CatalogError(f"{folder}: expected one {suffix} file, found: {names}; name the file")
    return tables[0]


def _items(file: Path, table: pd.DataFrame, roles: Roles, paths: pd.Series[str]) -> pd.DataFrame:
    given = without_unknown(table[roles.taken])
    # Where a row has no id its path, which is as unique, takes the place.
    ids = given[roles.item_id].fillna(paths) if roles.item_id else paths
    items: pd.DataFrame = pd.DataFrame({"item_id": ids, "path": paths})
    if roles.title:
        items["title"] = given[roles.title]
    if roles.split:
        items["split"] = named_splits(file, given[roles.split])
    return items


def _labels(
    file: Path, columns: pd.DataFrame, findings: list[Finding]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """All columns that may be attributes, and the names of those that are so unasked."""
    columns = without_unknown(columns)
    if _is_coded(columns):
        return _named_categories(file, columns.iloc[:, 0], findings), (CATEGORY,)
    unfit = unfit_columns(columns)
    findings += unfit
    refused = {finding.subject for finding in unfit}
    attributes = tuple(str(c) for c in columns if c not in refused)
    return columns.drop(columns=[c for c in columns if c in RESERVED]), attributes


def _is_coded(columns: pd.DataFrame) -> bool:
    """Whether the only column is one of integer labels, as in image_name,category_label."""
    if columns.shape[1] != 1 or columns.columns[0].lower() not in LABEL_NAMES:
        return False
    return bool(columns.iloc[:, 0].dropna().map(integer_label).notna().all())


def _named_categories(file: Path, coded: pd.Series[str], findings: list[Finding]) -> pd.DataFrame:
    labels = coded.map(integer_label, na_action="ignore")
    names = read_label_map(file)
    if names is None:
        return labels.to_frame(CATEGORY)
    nameless = labels[~labels.isin(list(names))].dropna().value_counts()
    findings += [
        Finding("label without a name", str(label), f"category unknown in {numbered(count, 'row')}")
        for label, count in nameless.items()
    ]
    return labels.map(names, na_action="ignore").to_frame(CATEGORY)
