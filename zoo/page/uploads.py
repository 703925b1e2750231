"""Uploaded pictures: bounded in number, and without the server's folders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from zoo.errors import ZooError
from zoo.page.language import _
from zoo.pictures import read_bytes

MOST_PICTURES = 32


def contents(paths: Sequence[str]) -> dict[str, bytes]:
    """Uploaded files by name; their folders are the server's own business."""
    if len(paths) > MOST_PICTURES:
        raise ZooError(
            _("{n} pictures are over the limit of {most} a query").format(
                n=len(paths), most=MOST_PICTURES
            )
        )
    return {name: read_bytes(path) for name, path in named(paths).items()}


def named(paths: Sequence[str]) -> dict[str, Path]:
    """Uploaded files by a name that no other of them has."""
    found: dict[str, Path] = {}
    for path in paths:
        name = Path(path).name
        while name in found:
            name = _("{name} (again)").format(name=name)
        found[name] = Path(path)
    return found
