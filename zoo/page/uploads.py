"""Uploaded pictures: bounded in number, and without the server's folders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from zoo.errors import ZooError
from zoo.pictures import read_bytes

MOST_PICTURES = 32


def contents(paths: Sequence[str]) -> dict[str, bytes]:
    """Uploaded files by name; their folders are the server's own business."""
    if len(paths) > MOST_PICTURES:
        raise ZooError(f"{len(paths)} pictures are over the limit of {MOST_PICTURES} a query")
    found: dict[str, bytes] = {}
    for path in paths:
        name = Path(path).name
        while name in found:
            name = f"{name} (again)"
        found[name] = read_bytes(Path(path))
    return found
