"""DeepFashion's lists joined by picture name, and the pictures found."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from zoo.catalog.listing import Finding
from zoo.catalog.readers.counted import read_counted
from zoo.catalog.readers.deepfashion_files import picture_folder
from zoo.catalog.readers.places import picture_places
from zoo.errors import CatalogError

CORNERS = ("x_1", "y_1", "x_2", "y_2")
NAME = "image_name"


def each_picture_once(frame: pd.DataFrame, path: Path, findings: list[Finding]) -> pd.DataFrame:
    """The frame without later rows of a picture, which its index names."""
    again = frame.index.duplicated()
    findings += [
        Finding("duplicate row of a picture", str(name), f"{path.name}; the first one is kept")
        for name in frame.index[again]
    ]
    return frame[~again] if again.any() else frame


def joined(
    frame: pd.DataFrame, other: pd.DataFrame, path: Path, findings: list[Finding]
) -> pd.DataFrame:
    """`frame` with the columns that `path` has for the same pictures; those it lacks: missing."""
    other = each_picture_once(other, path, findings)
    if not frame.index.equals(other.index):
        lacking, more = frame.index.difference(other.index), other.index.difference(frame.index)
        findings += [
            Finding("picture without labels", f"{path.name}: {name}", "unknown") for name in lacking
        ]
        findings += [Finding("labels without a row", f"{path.name}: {name}") for name in more]
        other = other.reindex(frame.index)
        other = other.astype(object).where(other.notna(), None)
    both: pd.DataFrame = pd.concat([frame, other], axis=1)
    return both


def read_boxes(path: Path, findings: list[Finding]) -> pd.DataFrame:
    """The column box, four ints per picture, from a list with x_1, y_1, x_2 and y_2."""
    table = read_counted(path, (NAME, *CORNERS), findings)
    corners = [table[corner] for corner in CORNERS]
    return box_column(path, table[NAME], zip(*corners, strict=True))


def box_column(path: Path, names: Sequence[str], boxes: Any) -> pd.DataFrame:
    """Texts of four corners as lists of ints; CatalogError names the picture of a wrong one."""
    found = []
    for name, box in zip(names, boxes, strict=True):
        try:
            found.append([int(corner) for corner in box])
        except ValueError as error:
            raise CatalogError(
                f"{path}: {name}: box {' '.join(box)!r} is not four whole numbers"
            ) from error
    column: pd.Series[Any] = pd.Series(found, pd.Index(list(names)), dtype=object)
    return column.to_frame("box")


def with_pictures(root: Path, frame: pd.DataFrame, findings: list[Finding]) -> pd.DataFrame:
    """A row, with item_id and path, for each picture of the frame's index that is there."""
    folder = picture_folder(root)
    paths = list(picture_places(root, frame.index, (folder,), findings))
    there = [path is not None for path in paths]
    rows: pd.DataFrame = frame[there].rename_axis("item_id").reset_index()
    rows.insert(1, "path", [path for path in paths if path is not None])
    return rows
