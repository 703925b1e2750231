"""The lines of a CSV file as a frame of texts."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from zoo.catalog.listing import Finding
from zoo.catalog.readers.text import read_text
from zoo.errors import CatalogError

DELIMITERS = ",;\t"


def read_rows(path: Path, findings: list[Finding]) -> pd.DataFrame:
    """A column per named column of the header; lines of another length are left out and found.

    CatalogError when the file is empty, repeats a column or is not a CSV file at all.
    """
    text, encoding = read_text(path)
    findings += encoding
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        header = [name.strip() for name in next(reader, [])]
        rows = []
        for fields in reader:
            if len(fields) == len(header):
                rows.append([field.strip() for field in fields])
            elif fields:
                detail = f"{len(fields)} of {len(header)}"
                subject = f"{path.name} line {reader.line_num}"
                findings.append(Finding("row with a wrong number of columns", subject, detail))
    except csv.Error as error:
        raise CatalogError(f"{path}: line {reader.line_num}: {error}") from error
    _require_columns(path, header)
    named = [position for position, name in enumerate(header) if name]
    findings += [_nameless(position) for position, name in enumerate(header) if not name]
    columns = {header[position]: [row[position] for row in rows] for position in named}
    frame: pd.DataFrame = pd.DataFrame(columns)
    return frame


def _delimiter(text: str) -> str:
    header = text.split("\n", 1)[0]
    return max(DELIMITERS, key=header.count)


def _require_columns(path: Path, header: list[str]) -> None:
    if not any(header):
        raise CatalogError(f"{path}: the file is empty")
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise CatalogError(f"{path}: column {', '.join(twice)} is there more than once")


def _nameless(position: int) -> Finding:
    return Finding("column not used as an attribute", f"column {position + 1}", "it has no name")
