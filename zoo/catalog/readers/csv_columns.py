"""What the columns of a CSV file are for: path, id, title, split, attributes, or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from zoo.catalog.catalog import OPTIONAL
from zoo.catalog.listing import Finding
from zoo.catalog.splits import SPLIT_NAMES
from zoo.errors import CatalogError

PATH_NAMES = ("image", "path", "image_path", "image_name", "file", "filename", "file_name")
ID_NAMES = ("item_id", "id")
TITLE_NAMES = ("title", "name")
SPLIT_COLUMNS = ("split",)
LABEL_NAMES = ("category_label", "category", "label", "class", "category_id", "class_id", "target")
MADE = ("sha256", "thumbnail", "phash", "shorter_side", "near_group")  # of the pictures themselves
RESERVED = frozenset({"item_id", "path", "title", "split", *MADE, *OPTIONAL})
UNKNOWN = frozenset({"", "na", "n/a", "nan", "null"})
MOST_CLASSES = 200
ROWS_PER_CLASS = 20  # beyond the classes above, a table may have one for so many rows


@dataclass(frozen=True)
class Roles:
    """The columns with a fixed meaning."""

    path: str
    item_id: str | None
    title: str | None
    split: str | None

    @property
    def taken(self) -> list[str]:
        """All of them."""
        return [c for c in (self.path, self.item_id, self.title, self.split) if c is not None]


def find_roles(file: Path, columns: Iterable[str]) -> Roles:
    """The roles by the columns' names in any case; CatalogError when no column holds paths."""
    names = list(columns)
    path = _first(names, PATH_NAMES)
    if path is None:
        raise CatalogError(
            f"{file}: no column of picture paths; found: {', '.join(names)}; "
            f"it must be named one of: {', '.join(PATH_NAMES)}"
        )
    return Roles(
        path=path,
        item_id=_first(names, ID_NAMES),
        title=_first(names, TITLE_NAMES),
        split=_first(names, SPLIT_COLUMNS),
    )


def _first(columns: list[str], accepted: Iterable[str]) -> str | None:
    by_lower = {column.lower(): column for column in reversed(columns)}
    return next((by_lower[name] for name in accepted if name in by_lower), None)


def without_unknown(columns: pd.DataFrame) -> pd.DataFrame:
    """The columns with missing values in place of empty cells and the usual marks for them."""
    known: pd.DataFrame = columns.map(lambda text: None if text.lower() in UNKNOWN else text)
    return known


def named_splits(file: Path, column: pd.Series[str]) -> pd.Series[str]:
    """train, val, test or missing; CatalogError lists other names."""
    lower = column.str.lower()
    strange = sorted(set(column[column.notna() & ~lower.isin(list(SPLIT_NAMES))]))
    if strange:
        raise CatalogError(
            f"{file}: unknown split {', '.join(map(repr, strange))}; "
            f"known: {', '.join(SPLIT_NAMES)}, or empty"
        )
    return lower.map(SPLIT_NAMES)


def unfit_columns(columns: pd.DataFrame) -> list[Finding]:
    """A finding for each column that is no attribute unless named, or cannot be one."""
    reasons = {str(name): _unfit(str(name), columns[name]) for name in columns}
    return [
        Finding("column not used as an attribute", name, reason)
        for name, reason in reasons.items()
        if reason
    ]


def _unfit(name: str, column: pd.Series[str]) -> str | None:
    known = column.dropna()
    distinct = known.nunique()
    if name in RESERVED:
        return "the name is reserved"
    if distinct < 2:
        return "fewer than two values"
    if pd.to_numeric(known, errors="coerce").notna().all():
        return "numbers; name it with --attributes to use it"
    if 2 * distinct > len(known):
        return "values hardly repeat"
    if distinct > max(MOST_CLASSES, len(column) // ROWS_PER_CLASS):
        return f"{distinct} different values"
    return None
