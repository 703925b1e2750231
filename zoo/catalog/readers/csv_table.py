"""A CSV file with a column of picture paths; its other columns are attributes."""

from __future__ import annotations

import os
from collections.abc import Iterator
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
from zoo.catalog.readers.csv_rows import read_rows
from zoo.catalog.readers.entries import catalogue_name, visible
from zoo.catalog.readers.fashion_products import STYLES
from zoo.catalog.readers.label_map import TABLES, integer_label, read_label_map
from zoo.errors import CatalogError

IMAGES = "images"
CATEGORY = "category"


class CsvTable:
    """A table of paths and labels, such as the one that comes with the sample."""

    name = "csv"
    layout = "a .csv file, or a folder with exactly one, that has a column of picture paths"

    def recognises(self, path: Path) -> bool:
        """Whether `path` is a CSV file, or a folder with one that can be meant."""
        if path.is_file():
            return path.suffix.lower() == ".csv" and path.name != STYLES
        return len(_tables(path)) == 1 and not (path / STYLES).is_file()

    def read(self, path: Path) -> Listing:
        """A row for each line with a picture; the first two attributes are the key."""
        file = path if path.is_file() else _only_table(path)
        findings: list[Finding] = []
        table = read_rows(file, findings)
        roles = find_roles(file, table.columns)
        located = list(_located(file.parent, table[roles.path], findings))
        paths = pd.Series(located, index=table.index, dtype=object)
        table = table[paths.notna()]
        labels, attributes = _labels(file, table.drop(columns=roles.taken), findings)
        rows = _items(file, table, roles, paths.dropna()).join(labels)
        return Listing(
            name=catalogue_name(path),
            reader=self.name,
            source=path,
            root=file.parent,
            attributes=attributes,
            key=attributes[:2],
            rows=rows.reset_index(drop=True),
            findings=tuple(findings),
        )


def _tables(folder: Path) -> list[Path]:
    """The CSV files that can be meant: not the label map beside another one."""
    found = [Path(e.path) for e in visible(folder) if e.name.lower().endswith(".csv")]
    if len(found) < 2:
        return found
    return [path for path in found if path.name not in TABLES]


def _only_table(folder: Path) -> Path:
    tables = _tables(folder)
    if len(tables) != 1:
        names = ", ".join(path.name for path in tables) or "none"
        raise CatalogError(f"{folder}: expected one .csv file, found: {names}; name the file")
    return tables[0]


def _located(folder: Path, paths: pd.Series[str], findings: list[Finding]) -> Iterator[str | None]:
    """Each path relative to `folder`; None, with a finding, where there is no such picture."""
    for line, text in enumerate(paths, start=1):
        # Tables made on Windows separate folders by backslashes.
        inside = _inside(folder, text.replace("\\", "/"))
        if not text:
            findings.append(Finding("row without picture", f"row {line}", "the path is empty"))
            yield None
        elif inside is None:
            findings.append(Finding("path outside the catalogue", text))
            yield None
        else:
            places = (inside, f"{IMAGES}/{inside}")
            found = next((place for place in places if _is_file(folder / place)), None)
            if found is None:
                findings.append(Finding("row without picture", text, "no such file"))
            yield found


def _inside(folder: Path, text: str) -> str | None:
    # By names alone, not resolved: a folder of pictures may well be a link to another disk.
    root = Path(os.path.normpath(folder.absolute()))
    full = Path(os.path.normpath(root / text))
    return full.relative_to(root).as_posix() if full.is_relative_to(root) else None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a text, such as encoded bytes, too long for a name
        return False


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
        Finding("label without a name", str(label), f"{count} rows; their category is unknown")
        for label, count in nameless.items()
    ]
    return labels.map(names, na_action="ignore").to_frame(CATEGORY)
