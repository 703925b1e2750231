"""DeepFashion's lists: a line with the count, a line with the columns' names, then the rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from zoo.catalog.listing import Finding
from zoo.catalog.readers.text import read_text
from zoo.errors import CatalogError
from zoo.plurals import numbered


def read_counted(
    path: Path, wanted: Sequence[str], findings: list[Finding]
) -> dict[str, list[str]]:
    """The wanted columns by name; only the first column of a list may hold spaces.

    CatalogError names the file, and the line, when the count or a column is wrong.
    """
    text, encoding = read_text(path)
    findings += encoding
    lines = text.split("\n")
    count = parse_count(path, lines[0])
    header = parse_header(path, lines[1] if len(lines) > 1 else "", wanted)
    rows = []
    for number, line in enumerate(lines[2:], start=3):
        if not line.strip():
            continue
        fields = line.strip().rsplit(None, len(header) - 1)
        if len(fields) != len(header):
            raise CatalogError(f"{path}: line {number}: {len(fields)} of {len(header)} columns")
        rows.append(fields)
    require_count(path, count, len(rows))
    places = {column: header.index(column) for column in wanted}
    return {column: [row[place] for row in rows] for column, place in places.items()}


def parse_count(path: Path, line: str) -> int:
    """The number of rows that the first line promises."""
    text = line.strip()
    if not (text.isascii() and text.isdigit()):
        shown = text if len(text) <= 40 else f"{text[:40]}..."
        raise CatalogError(f"{path}: line 1: expected the number of rows, found {shown!r}")
    return int(text)


def parse_header(path: Path, line: str, wanted: Sequence[str]) -> list[str]:
    """The names of the columns; CatalogError when one of the wanted is not among them."""
    header = line.split()
    missing = [column for column in wanted if column not in header]
    if missing:
        raise CatalogError(
            f"{path}: line 2: no column {', '.join(missing)}; "
            f"found: {', '.join(header[:10]) or 'none'}"
        )
    return header


def require_count(path: Path, promised: int, found: int) -> None:
    """CatalogError when there are not as many rows as the first line promises."""
    if promised != found:
        raise CatalogError(
            f"{path}: line 1 promises {numbered(promised, 'row')}, found {found}; the file is cut "
            "short or was edited; get it again, or correct its first line"
        )
