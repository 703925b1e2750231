"""DeepFashion, In-shop Clothes Retrieval: products, each in several pictures."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pandas as pd

from zoo.catalog.listing import Finding, Listing
from zoo.catalog.readers.counted import read_counted
from zoo.catalog.readers.deepfashion_files import (
    CATEGORY_OF,
    CLOTHES_TYPES,
    FINE,
    FINE_NAMES,
    PARTITION,
    find,
    require,
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

BOXES = "list_bbox_inshop.txt"
GENDER = "gender"
STATUS = {"train": ("train", None), "query": ("test", "query"), "gallery": ("test", "gallery")}


class DeepFashionInShop:
    """52,712 pictures of 7,982 products; queries are searched for in a gallery (Liu, 2016)."""

    name = "deepfashion-inshop"
    layout = f"a folder with {PARTITION} and pictures in Img/img/WOMEN/Dresses/id_.../"

    def recognises(self, path: Path) -> bool:
        """Whether there is a partition, but none of the lists of the other benchmarks."""
        if not path.is_dir() or find(path, PARTITION) is None:
            return False
        return find(path, CATEGORY_OF) is None and find(path, FINE_NAMES, FINE) is None

    def read(self, path: Path) -> Listing:
        """A row for each picture that is there; gender and category are named by its folders."""
        findings: list[Finding] = []
        frame = _partition(require(path, PARTITION), findings)
        if boxes := find(path, BOXES):
            frame = joined(frame, read_boxes(boxes, findings), boxes, findings)
            frame = joined(frame, _worn(boxes), boxes, [])
        else:
            findings.append(Finding("list not there", BOXES, "whole pictures are used"))
        return Listing(
            name=catalogue_name(path),
            reader=self.name,
            source=path,
            root=path,
            attributes=(CATEGORY, GENDER),
            key=(CATEGORY, GENDER),
            rows=with_pictures(path, frame, findings),
            findings=tuple(findings),
        )


def _partition(path: Path, findings: list[Finding]) -> pd.DataFrame:
    table = read_counted(path, (NAME, "item_id", "evaluation_status"), findings)
    strange = sorted(set(table["evaluation_status"]) - set(STATUS))
    if strange:
        raise CatalogError(
            f"{path}: unknown status {', '.join(map(repr, strange))}; known: {', '.join(STATUS)}"
        )
    named = [_by_folders(name) for name in table[NAME]]
    columns = {
        CATEGORY: [category for category, _ in named],
        GENDER: [gender for _, gender in named],
        "identity": table["item_id"],
        "split": [STATUS[status][0] for status in table["evaluation_status"]],
        "role": [STATUS[status][1] for status in table["evaluation_status"]],
    }
    frame = pd.DataFrame(columns, index=table[NAME])
    findings += [
        Finding("path without category", str(name), "expected img/GENDER/CATEGORY/id_.../picture")
        for name in frame.index[frame[CATEGORY].isna()]
    ]
    return each_picture_once(frame, path, findings)


def _by_folders(name: str) -> tuple[str | None, str | None]:
    """Category and gender of img/WOMEN/Dresses/id_00000002/02_1_front.jpg."""
    folders = PurePosixPath(name.replace("\\", "/")).parts[:-1]
    return (folders[2], folders[1].lower()) if len(folders) == 4 else (None, None)


def _worn(boxes: Path) -> pd.DataFrame:
    """The column category_type from the list of boxes, whose encoding is already reported."""
    table = read_counted(boxes, (NAME, "clothes_type"), [])
    strange = sorted(set(table["clothes_type"]) - set(CLOTHES_TYPES))
    if strange:
        known = ", ".join(f"{number} {worn}" for number, worn in CLOTHES_TYPES.items())
        raise CatalogError(f"{boxes}: unknown clothes_type {strange[0]!r}; known: {known}")
    worn = [CLOTHES_TYPES[kind] for kind in table["clothes_type"]]
    frame: pd.DataFrame = pd.DataFrame({CATEGORY_TYPE: worn}, index=table[NAME])
    return frame
