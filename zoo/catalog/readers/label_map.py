"""Names of integer labels, from a small file beside the table."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from zoo.catalog.readers.text import read_text
from zoo.errors import CatalogError

TABLES = ("labels.csv", "label_map.csv")
FILES = ("labels.json", "label_map.json", *TABLES)


def read_label_map(table: Path) -> dict[str, str] | None:
    """Class names by label, from the first map beside `table`; None when there is none."""
    for name in FILES:
        path = table.parent / name
        if path.is_file() and path != table:
            return _named(path, _pairs(path))
    return None


def integer_label(text: str) -> str | None:
    """A label in its shortest form, "3" for "3", "03" and "3.0"; None when not an integer."""
    try:
        number = float(text)
    except ValueError:
        return None
    return str(int(number)) if number.is_integer() else None


def _pairs(path: Path) -> list[tuple[str, str]]:
    text, _ = read_text(path)
    if path.suffix == ".csv":
        lines = csv.reader(io.StringIO(text, newline=""))
        return [(line[0].strip(), line[1].strip()) for line in lines if len(line) == 2]
    try:
        content: Any = json.loads(text)
    except ValueError as error:
        raise CatalogError(f"{path}: not a JSON document: {error}") from error
    if not isinstance(content, dict):
        raise CatalogError(f'{path}: expected labels with names, such as {{"0": "Blazer"}}')
    return [(str(left), str(right)) for left, right in content.items()]


def _named(path: Path, pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Either column may hold the integers; a line without any is a header."""
    names: dict[str, str] = {}
    for left, right in pairs:
        if (label := integer_label(left)) is not None:
            names[label] = right
        elif (label := integer_label(right)) is not None:
            names[label] = left
    if not names:
        raise CatalogError(f"{path}: no line has an integer label and a name")
    return names
