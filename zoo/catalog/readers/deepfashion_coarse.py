"""DeepFashion, Category and Attribute Prediction: fifty categories, a thousand attributes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from zoo.catalog.listing import Finding, Listing
from zoo.catalog.readers.counted import read_counted
from zoo.catalog.readers.csv_columns import named_splits
from zoo.catalog.readers.deepfashion_files import (
    CATEGORIES,
    CATEGORY_OF,
    PARTITION,
    find,
    require,
)
from zoo.catalog.readers.deepfashion_labels import (
    category_at,
    read_categories,
    read_label_lists,
    read_labels,
)
from zoo.catalog.readers.deepfashion_rows import (
    NAME,
    each_picture_once,
    joined,
    read_boxes,
    with_pictures,
)
from zoo.catalog.readers.entries import catalogue_name
from zoo.catalog.selection import CATEGORY, CATEGORY_TYPE
from zoo.errors import CatalogError

GROUPS = {"1": "texture", "2": "fabric", "3": "shape", "4": "part", "5": "style"}
LABELS, LABELS_OF, BOXES = "list_attr_cloth.txt", "list_attr_img.txt", "list_bbox.txt"


class DeepFashionCoarse:
    """289,222 pictures; one category each, any of the attributes of five groups (Liu, 2016)."""

    name = "deepfashion"
    layout = f"a folder with {CATEGORY_OF} in Anno/ or Anno_coarse/ and pictures in Img/img/"

    def recognises(self, path: Path) -> bool:
        """Whether the lists of categories are there."""
        return path.is_dir() and bool(find(path, CATEGORIES) and find(path, CATEGORY_OF))

    def read(self, path: Path) -> Listing:
        """A row for each picture that is there, with its box and its given split."""
        findings: list[Finding] = []
        annotations = read_annotations(path, findings)
        rows = with_pictures(path, annotations, findings)
        groups = tuple(group for group in GROUPS.values() if group in rows)
        return Listing(
            name=catalogue_name(path),
            reader=self.name,
            source=path,
            root=path,
            attributes=(CATEGORY, *groups),
            key=(CATEGORY,),
            rows=rows,
            multis=frozenset(groups),
            findings=tuple(findings),
        )


def read_annotations(root: Path, findings: list[Finding]) -> pd.DataFrame:
    """All lists joined, a row per picture by its name; lists that are not there are found."""
    frame = _categories(root, findings)
    labels, labels_of = find(root, LABELS), find(root, LABELS_OF)
    if labels and labels_of:
        lists = read_label_lists(labels_of, read_labels(labels, GROUPS, findings), findings)
        frame = joined(frame, lists, labels_of, findings)
    elif labels_of:
        raise CatalogError(f"{labels_of}: there is no {LABELS} beside it to name its columns")
    else:
        findings.append(Finding("list not there", LABELS_OF, "no attributes but the category"))
    if boxes := find(root, BOXES):
        frame = joined(frame, read_boxes(boxes, findings), boxes, findings)
    else:
        findings.append(Finding("list not there", BOXES, "whole pictures are used"))
    if partition := find(root, PARTITION):
        frame = joined(frame, _splits(partition, findings), partition, findings)
    else:
        findings.append(Finding("list not there", PARTITION, "splits are dealt"))
    return frame


def _categories(root: Path, findings: list[Finding]) -> pd.DataFrame:
    known = read_categories(require(root, CATEGORIES), findings)
    path = require(root, CATEGORY_OF)
    table = read_counted(path, (NAME, "category_label"), findings)
    pairs = zip(table[NAME], table["category_label"], strict=True)
    found = [category_at(path, known, text, name) for name, text in pairs]
    columns = {CATEGORY: [c.name for c in found], CATEGORY_TYPE: [c.worn for c in found]}
    return each_picture_once(pd.DataFrame(columns, index=table[NAME]), path, findings)


def _splits(path: Path, findings: list[Finding]) -> pd.DataFrame:
    table = read_counted(path, (NAME, "evaluation_status"), findings)
    status = pd.Series(table["evaluation_status"], index=table[NAME], dtype="str")
    return named_splits(path, status).to_frame("split")
