"""FashionNet's folders: attribute/class/picture, one known attribute per picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from zoo.catalog.listing import Finding, Listing
from zoo.catalog.readers.csv_columns import RESERVED
from zoo.catalog.readers.deepfashion_files import is_deepfashion
from zoo.catalog.readers.entries import STYLES, catalogue_name
from zoo.catalog.readers.folder_tree import pictures_in_classes, relative, strays, tops
from zoo.catalog.selection import CATEGORY
from zoo.errors import CatalogError


class AttributeFolders:
    """Pictures sorted once per attribute; of the other attributes a picture's class is unknown."""

    name = "attribute-folders"
    layout = "folders attribute/class/picture"

    def recognises(self, path: Path) -> bool:
        """Whether there are two folders or more and one with folders in it names no split."""
        if not path.is_dir() or (path / STYLES).is_file() or is_deepfashion(path):
            return False
        found = tops(path)
        return len(found.all) > 1 and bool(found.attributes)

    def read(self, path: Path) -> Listing:
        """A row for each picture; the category, or else the first attribute, is the key."""
        if not path.is_dir():
            raise CatalogError(f"{path}: not a folder")
        findings = strays(path, path)
        attributes = _attributes(path, findings)
        rows = list(_rows(path, attributes, findings))
        names = tuple(folder.name for folder in attributes)
        return Listing(
            name=catalogue_name(path),
            reader=self.name,
            source=path,
            root=path,
            attributes=names,
            key=(CATEGORY if CATEGORY in names else names[0],),
            rows=pd.DataFrame(rows, columns=["item_id", "path", *names]),
            # A picture has one known class: only all attributes together balance the splits.
            strata=names,
            findings=tuple(findings),
        )


def _attributes(root: Path, findings: list[Finding]) -> list[Path]:
    found = tops(root)
    flat = [folder for folder in found.all if folder not in found.nested]
    findings += [
        Finding("folder without classes", relative(root, folder), "its pictures are left out")
        for folder in flat
    ]
    reserved = [folder.name for folder in found.nested if folder.name in RESERVED]
    if reserved:
        raise CatalogError(
            f"{root}: a folder named {', '.join(reserved)} cannot be an attribute; rename it"
        )
    if not found.nested:
        raise CatalogError(f"{root}: no folder of an attribute with folders of classes in it")
    return found.nested


def _rows(
    root: Path, attributes: list[Path], findings: list[Finding]
) -> Iterator[dict[str, str | None]]:
    for attribute in attributes:
        for path, label in pictures_in_classes(root, attribute, findings):
            yield {"item_id": path, "path": path, attribute.name: label}
