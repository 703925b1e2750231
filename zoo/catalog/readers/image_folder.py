"""Folders named by class: class/picture, or train|val|test/class/picture."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pandas as pd

from zoo.catalog.listing import Finding, Listing
from zoo.catalog.readers.entries import catalogue_name, folders, is_picture, visible
from zoo.catalog.readers.fashion_products import STYLES
from zoo.catalog.splits import SPLIT_NAMES
from zoo.errors import CatalogError

ATTRIBUTE = "category"
NAMED = 6  # folders named in a message


class ImageFolder:
    """One attribute, the name of the folder that a picture lies in."""

    name = "image-folder"
    layout = "folders class/picture or train|val|test/class/picture"

    def recognises(self, path: Path) -> bool:
        """Whether two folders or more hold pictures or folders of their own."""
        if not path.is_dir() or (path / STYLES).is_file():
            return False
        return len(list(islice(filter(_holds, folders(path)), 2))) == 2

    def read(self, path: Path) -> Listing:
        """A row for each picture; CatalogError when pictures lie deeper or splits are mixed."""
        findings: list[Finding] = []
        rows = list(_pictures(path, findings))
        has_splits = any(row["split"] for row in rows)
        columns = ["item_id", "path", *(["split"] if has_splits else []), ATTRIBUTE]
        return Listing(
            name=catalogue_name(path),
            reader=self.name,
            source=path,
            root=path,
            attributes=(ATTRIBUTE,),
            key=(ATTRIBUTE,),
            rows=pd.DataFrame(rows, columns=columns),
            findings=tuple(findings),
        )


def _holds(folder: Path) -> bool:
    """Whether a folder holds pictures or folders."""
    return any(entry.is_dir() or is_picture(entry) for entry in visible(folder))


def _pictures(root: Path, findings: list[Finding]) -> Iterator[dict[str, str | None]]:
    if not root.is_dir():
        raise CatalogError(f"{root}: not a folder")
    splits = _split_folders(root)
    if not splits:
        yield from _in_classes(root, root, None, findings)
        return
    findings += _strays(root, root)
    for folder, split in splits.items():
        yield from _in_classes(root, folder, split, findings)


def _split_folders(root: Path) -> dict[Path, str]:
    """The split of each folder; empty when the folders of `root` are the classes themselves."""
    tops = [folder for folder in folders(root) if _holds(folder)]
    # A class may be called "test": its folder holds pictures, that of a split holds folders.
    nested = [folder for folder in tops if any(map(_holds, folders(folder)))]
    splits = {f: SPLIT_NAMES[f.name.lower()] for f in nested if f.name.lower() in SPLIT_NAMES}
    others = [folder.name for folder in tops if folder not in splits]
    if splits and others:
        raise CatalogError(
            f"{root}: found the splits {_names(f.name for f in splits)} beside other folders "
            f"({_names(iter(others))}); leave only train, val and test there"
        )
    if nested and not splits:
        raise CatalogError(_too_deep(root, nested[0], nested))
    return splits


def _in_classes(
    root: Path, parent: Path, split: str | None, findings: list[Finding]
) -> Iterator[dict[str, str | None]]:
    findings += _strays(root, parent)
    for folder in folders(parent):
        deeper = [inner for inner in folders(folder) if _holds(inner)]
        if deeper:
            raise CatalogError(_too_deep(root, folder, [folder]))
        names = [entry.name for entry in visible(folder) if is_picture(entry)]
        findings += _not_pictures(root, folder)
        if not names:
            findings.append(Finding("class without pictures", _inside(root, folder)))
        for name in names:
            path = _inside(root, folder / name)
            yield {"item_id": path, "path": path, "split": split, ATTRIBUTE: folder.name}


def _strays(root: Path, folder: Path) -> list[Finding]:
    """Files that lie beside the folders of classes or splits."""
    return [
        Finding("picture outside a class folder", _inside(root, Path(entry.path)))
        if is_picture(entry)
        else Finding("file is not a picture", _inside(root, Path(entry.path)))
        for entry in visible(folder)
        if not entry.is_dir()
    ]


def _not_pictures(root: Path, folder: Path) -> list[Finding]:
    return [
        Finding("file is not a picture", _inside(root, Path(entry.path)))
        for entry in visible(folder)
        if not is_picture(entry)
    ]


def _inside(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def _names(names: Iterator[str]) -> str:
    shown = list(islice(names, NAMED + 1))
    return ", ".join(shown[:NAMED]) + (", ..." if len(shown) > NAMED else "")


def _too_deep(root: Path, example: Path, nested: list[Path]) -> str:
    inner = next(folder for folder in folders(example) if _holds(folder))
    return (
        f"{root}: found folders within class folders, such as {_inside(root, inner)}; "
        "image-folder reads class/picture or train|val|test/class/picture; if the folders name "
        f"attributes, read one of them: {_names(_inside(root, f) for f in nested)}"
    )
