"""The rows of a Parquet file as a frame of texts, read by the rules for CSV files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from zoo.catalog.listing import Finding
from zoo.errors import CatalogError, one_line


def read_parquet_rows(path: Path, findings: list[Finding]) -> pd.DataFrame:
    """Every column of plain values as texts, "" where missing; nested and binary ones are found.

    CatalogError when the file cannot be read or has no rows of plain values.
    """
    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        reason = one_line(error)
        raise CatalogError(f"{path}: not a Parquet file that can be read: {reason}") from error
    frame = plain_texts(table, findings)
    if frame.empty:
        raise CatalogError(f"{path}: the file is empty")
    return frame


def plain_texts(table: pa.Table, findings: list[Finding]) -> pd.DataFrame:
    """The columns of plain values as texts, "" where missing; a finding for each other one."""
    columns = {}
    for name in table.column_names:
        kind = table.schema.field(name).type
        if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            findings.append(Finding("column not used as an attribute", name, f"its type is {kind}"))
            continue
        values = table.column(name).to_pylist()
        columns[name] = ["" if value is None else str(value).strip() for value in values]
    frame: pd.DataFrame = pd.DataFrame(columns, dtype="str")
    return frame
