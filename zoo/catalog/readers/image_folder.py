"""Folders named by class: class/picture, or train|val|test/class/picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from zoo.catalog.listing import Finding, Listing
from zoo.catalog.readers.deepfashion_files import is_deepfashion
from zoo.catalog.readers.entries import STYLES, catalogue_name
from zoo.catalog.readers.folder_tree import (
    pictures_in_classes,
    some_names,
    strays,
    too_deep,
    tops,
)
from zoo.catalog.selection import CATEGORY
from zoo.errors import CatalogError


class ImageFolder:
    """One attribute, the name of the folder that a picture lies in."""

    name = "image-folder"
    layout = "folders class/picture or train|val|test/class/picture"

    def recognises(self, path: Path) -> bool:
        """Whether there are two folders or more, of pictures or named as splits."""
        if not path.is_dir() or (path / STYLES).is_file() or is_deepfashion(path):
            return False
        found = tops(path)
        return len(found.all) > 1 and len(found.attributes) < len(found.all)

    def read(self, path: Path) -> Listing:
        """A row for each picture; CatalogError when pictures lie deeper or splits are mixed."""
        findings: list[Finding] = []
        rows = list(_pictures(path, findings))
        has_splits = any(row["split"] for row in rows)
        columns = ["item_id", "path", *(["split"] if has_splits else []), CATEGORY]
        return Listing(
            name=catalogue_name(path),
            reader=self.name,
            source=path,
            root=path,
            attributes=(CATEGORY,),
            key=(CATEGORY,),
            rows=pd.DataFrame(rows, columns=columns),
            findings=tuple(findings),
        )


def _pictures(root: Path, findings: list[Finding]) -> Iterator[dict[str, str | None]]:
    if not root.is_dir():
        raise CatalogError(f"{root}: not a folder")
    splits = _split_folders(root)
    if splits:
        findings += strays(root, root)
    for folder, split in (splits or {root: None}).items():
        for path, label in pictures_in_classes(root, folder, findings):
            yield {"item_id": path, "path": path, "split": split, CATEGORY: label}


def _split_folders(root: Path) -> dict[Path, str | None]:
    """The split of each folder; empty when the folders of `root` are the classes themselves."""
    found = tops(root)
    others = [folder.name for folder in found.all if folder not in found.splits]
    if found.splits and others:
        raise CatalogError(
            f"{root}: found the splits {some_names(f.name for f in found.splits)} beside other "
            f"folders ({some_names(iter(others))}); leave only train, val and test there"
        )
    if found.nested and not found.splits:
        raise CatalogError(too_deep(root, found.nested[0], found.nested))
    return dict(found.splits)
