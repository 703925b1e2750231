"""What lies in a folder, hidden things aside."""

from __future__ import annotations

import os
from pathlib import Path

from zoo.catalog.listing import Finding
from zoo.errors import CatalogError
from zoo.pictures import EXTENSIONS, UNREAD, unknown_format

STYLES = "styles.csv"  # the table of Fashion Product Images, which its folder names
ARCHIVE_DEBRIS = "__MACOSX"  # the second tree in archives packed on a Mac


def visible(folder: Path) -> list[os.DirEntry[str]]:
    """The entries of a folder in order of name; CatalogError if unreadable.

    Without hidden ones, and those of `misnamed`.
    """
    return [entry for entry in _unhidden(folder) if is_utf8(entry.name)]


def misnamed(root: Path, folder: Path) -> list[Finding]:
    """A finding for each entry of a folder in `root` that is left out for its name."""
    return [
        not_utf8(Path(entry.path).relative_to(root).as_posix())
        for entry in _unhidden(folder)
        if not is_utf8(entry.name)
    ]


def is_hidden(name: str) -> bool:
    """Whether a name is of what systems and archives leave beside what people put there."""
    return name.startswith((".", ARCHIVE_DEBRIS))


def is_utf8(name: str) -> bool:
    """Whether a name is UTF-8 on the disk; no table can hold any other."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def not_utf8(name: str) -> Finding:
    """The finding for such a name, its strange bytes written out."""
    shown = os.fsencode(name).decode("utf-8", "backslashreplace")
    return Finding("file name is not UTF-8", shown, "left out; rename it")


def _unhidden(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            found = [entry for entry in entries if not is_hidden(entry.name)]
    except OSError as error:
        raise CatalogError(f"{folder}: cannot be read: {error.strerror or error}") from error
    return sorted(found, key=lambda entry: entry.name)


def folders(folder: Path) -> list[Path]:
    """The visible folders in a folder."""
    return [Path(entry.path) for entry in visible(folder) if entry.is_dir()]


def is_picture(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a file with the name of a picture."""
    return Path(entry.name).suffix.lower() in EXTENSIONS and entry.is_file()


def not_a_picture(name: str) -> Finding:
    """The finding for another file, by its name; a format that is not read is told."""
    suffix = Path(name).suffix
    if suffix.lower() in UNREAD:
        return Finding("format is not read", name, unknown_format(suffix))
    return Finding("file is not a picture", name)


def catalogue_name(path: Path) -> str:
    """The name of a catalogue, from the folder or file that holds it."""
    full = Path(os.path.normpath(path.absolute()))
    if path.is_file() and path.name == STYLES:
        return full.parent.name or "catalogue"
    return (full.stem if path.is_file() else full.name) or "catalogue"
