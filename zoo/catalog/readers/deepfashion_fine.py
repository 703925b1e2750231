"""DeepFashion, the fine annotations: 26 cleaned attributes of 20,000 pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from zoo.catalog.catalog import SPLITS
from zoo.catalog.listing import Finding, Listing
from zoo.catalog.readers.deepfashion_files import (
    CATEGORIES,
    COARSE,
    FINE,
    FINE_NAMES,
    find,
    require,
)
from zoo.catalog.readers.deepfashion_labels import (
    Category,
    Label,
    LabelLists,
    category_at,
    read_categories,
    read_labels,
)
from zoo.catalog.readers.deepfashion_rows import box_column, each_picture_once, with_pictures
from zoo.catalog.readers.entries import catalogue_name
from zoo.catalog.readers.text import read_text
from zoo.catalog.selection import CATEGORY, CATEGORY_TYPE
from zoo.errors import CatalogError
from zoo.plurals import numbered

GROUPS = {"1": "texture", "2": "sleeve", "3": "length", "4": "neckline", "5": "fabric", "6": "fit"}
LABELS = "list_attr_cloth.txt"


class DeepFashionFine:
    """The later, cleaner labels: a category and one or more classes of each of six groups."""

    name = "deepfashion-fine"
    layout = "a folder with train.txt, train_attr.txt, ... in Anno_fine/ and pictures in Img/img/"

    def recognises(self, path: Path) -> bool:
        """Whether there is an Anno_fine/train.txt."""
        return path.is_dir() and find(path, FINE_NAMES, FINE) is not None

    def read(self, path: Path) -> Listing:
        """A row for each picture that is there; a group that always has one class is single."""
        findings: list[Finding] = []
        labels = read_labels(require(path, LABELS, FINE), GROUPS, findings)
        categories = read_categories(require(path, CATEGORIES, (*FINE, *COARSE)), findings)
        parts = [_part(path, split, labels, categories, findings) for split in SPLITS]
        frame = each_picture_once(pd.concat(parts), require(path, FINE_NAMES, FINE), findings)
        groups = [group for group in GROUPS.values() if group in frame]
        multis = frozenset(group for group in groups if not _always_one(frame[group]))
        for group in set(groups) - multis:
            frame[group] = [has[0] for has in frame[group]]
        return Listing(
            name=catalogue_name(path),
            reader=self.name,
            source=path,
            root=path,
            attributes=(CATEGORY, *groups),
            key=(CATEGORY,),
            rows=with_pictures(path, frame, findings),
            multis=multis,
            findings=tuple(findings),
        )


def _part(
    root: Path,
    split: str,
    labels: Sequence[Label],
    categories: Sequence[Category],
    findings: list[Finding],
) -> pd.DataFrame:
    """The pictures of one split; its lists have no header and a line per picture."""
    names = _lines(require(root, f"{split}.txt", FINE), findings)
    attributes = require(root, f"{split}_attr.txt", FINE)
    lists = LabelLists(attributes, labels, zero_is_unknown=False)
    for number, line in enumerate(_as_many(names, attributes, findings), start=1):
        lists.add(number, line.encode())
    frame = lists.frame(names)
    path = require(root, f"{split}_cate.txt", FINE)
    numbers = zip(names, _as_many(names, path, findings), strict=True)
    found = [category_at(path, categories, text, name) for name, text in numbers]
    frame.insert(0, CATEGORY, [category.name for category in found])
    frame[CATEGORY_TYPE] = [category.worn for category in found]
    frame["split"] = split
    boxes = find(root, f"{split}_bbox.txt", FINE)
    if boxes is None:
        findings.append(Finding("list not there", f"{split}_bbox.txt", "whole pictures are used"))
        frame["box"] = pd.Series([None] * len(frame), dtype=object).to_numpy()
        return frame
    lines = [_corners(boxes, line) for line in _as_many(names, boxes, findings)]
    frame["box"] = box_column(boxes, names, lines)["box"].to_numpy()
    return frame


def _corners(path: Path, line: str) -> list[str]:
    corners = line.split()
    if len(corners) != 4:
        raise CatalogError(f"{path}: box {line!r} is not four whole numbers")
    return corners


def _lines(path: Path, findings: list[Finding]) -> list[str]:
    text, encoding = read_text(path)
    findings += encoding
    return [line.strip() for line in text.split("\n") if line.strip()]


def _as_many(names: Sequence[str], path: Path, findings: list[Finding]) -> list[str]:
    lines = _lines(path, findings)
    if len(lines) != len(names):
        raise CatalogError(
            f"{path}: {numbered(len(lines), 'line')} for {numbered(len(names), 'picture')}; the "
            "file is cut short or was edited; get it again"
        )
    return lines


def _always_one(lists: pd.Series[list[str]]) -> bool:
    return all(len(has) == 1 for has in lists)
