"""Trees of folders that end in class/picture: what their folders are, and what strays in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from zoo.catalog.listing import Finding
from zoo.catalog.readers.entries import folders, is_picture, misnamed, not_a_picture, visible
from zoo.catalog.splits import SPLIT_NAMES
from zoo.errors import CatalogError

NAMED = 6  # folders named in a message


@dataclass(frozen=True)
class Tops:
    """The folders at the top of a tree that hold something."""

    all: list[Path]
    nested: list[Path]  # those with folders that hold something
    splits: dict[Path, str]  # nested ones named train, val or test

    @property
    def attributes(self) -> list[Path]:
        """Nested folders that name no split."""
        return [folder for folder in self.nested if folder not in self.splits]


def tops(root: Path) -> Tops:
    """What the folders in `root` are, by their names and contents."""
    found = [folder for folder in folders(root) if holds(folder)]
    # A class may be called "test": its folder holds pictures, that of a split holds folders.
    nested = [folder for folder in found if any(map(holds, folders(folder)))]
    splits = {f: SPLIT_NAMES[f.name.lower()] for f in nested if f.name.lower() in SPLIT_NAMES}
    return Tops(found, nested, splits)


def holds(folder: Path) -> bool:
    """Whether a folder holds pictures or folders."""
    return any(entry.is_dir() or is_picture(entry) for entry in visible(folder))


def pictures_in_classes(
    root: Path, parent: Path, findings: list[Finding]
) -> Iterator[tuple[str, str]]:
    """(path relative to `root`, class) of each picture; CatalogError when pictures lie deeper."""
    findings += strays(root, parent)
    for folder in folders(parent):
        deeper = [inner for inner in folders(folder) if holds(inner)]
        if deeper:
            raise CatalogError(too_deep(root, folder, [folder]))
        names = [entry.name for entry in visible(folder) if is_picture(entry)]
        findings += [
            not_a_picture(relative(root, Path(entry.path)))
            for entry in visible(folder)
            if not is_picture(entry)
        ]
        findings += misnamed(root, folder)
        if not names:
            findings.append(Finding("class without pictures", relative(root, folder)))
        for name in names:
            yield relative(root, folder / name), folder.name


def strays(root: Path, folder: Path) -> list[Finding]:
    """Files that lie beside the folders of classes or splits, and what is left out for its name."""
    beside = [
        Finding("picture outside a class folder", relative(root, Path(entry.path)))
        if is_picture(entry)
        else not_a_picture(relative(root, Path(entry.path)))
        for entry in visible(folder)
        if not entry.is_dir()
    ]
    return beside + misnamed(root, folder)


def relative(root: Path, path: Path) -> str:
    """The path relative to `root`, with forward slashes."""
    return path.relative_to(root).as_posix()


def some_names(names: Iterator[str]) -> str:
    """The first few names, for a message."""
    shown = list(islice(names, NAMED + 1))
    return ", ".join(shown[:NAMED]) + (", ..." if len(shown) > NAMED else "")


def too_deep(root: Path, example: Path, nested: list[Path]) -> str:
    """The message for folders within class folders."""
    inner = next(folder for folder in folders(example) if holds(folder))
    return (
        f"{root}: found folders within class folders, such as {relative(root, inner)}; "
        "image-folder reads class/picture or train|val|test/class/picture, attribute-folders reads "
        "attribute/class/picture; if the folders name attributes, read one of them: "
        f"{some_names(relative(root, f) for f in nested)}"
    )
