"""Uploaded pictures: bounded in number, and without the server's folders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from zoo.errors import ZooError
from zoo.page.language import _
from zoo.pictures import read_bytes

MOST_PICTURES = 32


def contents(paths: Sequence[str]) -> dict[str, bytes]:
    """Uploaded files by name; ZooError, without the server's folders, for one that has gone."""
    return {name: _content(name, path) for name, path in named(few(paths)).items()}


def _content(name: str, path: Path) -> bytes:
    if not path.is_file():  # uploads are kept for a day, and go with the page
        gone = _("this upload has expired; choose it again: {name}")
        raise ZooError(gone.format(name=name))
    return read_bytes(path)


def few(paths: Sequence[str]) -> Sequence[str]:
    """The same; ZooError when they are more than a query may have."""
    if len(paths) > MOST_PICTURES:
        raise ZooError(
            _("{n} pictures are over the limit of {most} a query").format(
                n=len(paths), most=MOST_PICTURES
            )
        )
    return paths


def named(paths: Sequence[str]) -> dict[str, Path]:
    """Uploaded files by a name that no other of them has."""
    found: dict[str, Path] = {}
    for path in paths:
        name = Path(path).name
        while name in found:
            name = _("{name} (again)").format(name=name)
        found[name] = Path(path)
    return found
