"""Cells of a table that hold lists or thumbnails: how they are read and written out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

ITEM_END = "\x1e"  # after each item, so that an empty list differs from a missing one


def as_list(value: Any) -> list[Any] | None:
    """The list in a cell; None where it is missing."""
    return None if value is None or isinstance(value, float) else list(value)


def as_texts(column: pd.Series[Any]) -> list[str]:
    """The cells as texts, lists with a mark after each item and at the end, "" where missing."""
    if column.dtype != object:
        return column.fillna("").astype(str).to_list()
    return [_as_text(value) for value in column]


def stacked(thumbnails: pd.Series[Any]) -> np.ndarray:
    """A column of colour thumbnails as one array, (n, 432) uint8."""
    flat = np.frombuffer(b"".join(thumbnails), dtype=np.uint8)
    return flat.reshape(len(thumbnails), -1)


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return "".join(f"{item}{ITEM_END}" for item in value) + ITEM_END
    return "" if pd.isna(value) else str(value)
