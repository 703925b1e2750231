"""Where the pictures that a table names lie, never outside the catalogue."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from zoo.catalog.listing import Finding

IMAGES = "images"  # paths of a table may be relative to this folder beside it


def picture_places(
    folder: Path, texts: Iterable[str], below: Sequence[str], findings: list[Finding]
) -> Iterator[str | None]:
    """Each path relative to `folder`, sought in its folders `below` ("" for itself) in turn.

    None, with a finding, where there is no such picture.
    """
    for line, text in enumerate(texts, start=1):
        place = inside(folder, text)
        if not text:
            findings.append(Finding("row without picture", f"row {line}", "the path is empty"))
            yield None
        elif place is None:
            findings.append(Finding("path outside the catalogue", text))
            yield None
        else:
            places = (f"{parent}/{place}" if parent else place for parent in below)
            found = next((p for p in places if os.path.isfile(f"{folder}/{p}")), None)  # noqa: PTH113
            if found is None:
                findings.append(Finding("row without picture", text, "no such file"))
            yield found


def inside(folder: Path, text: str) -> str | None:
    """The path relative to `folder`, with forward slashes; None when it leads outside."""
    # By names alone, not resolved: a folder of pictures may well be a link to another disk.
    root = os.path.normpath(folder.absolute())
    full = os.path.normpath(os.path.join(root, with_slashes(text)))  # noqa: PTH118
    if full == root:
        return "."
    edge = root if root.endswith(os.sep) else root + os.sep
    return full[len(edge) :].replace(os.sep, "/") if full.startswith(edge) else None


def with_slashes(text: str) -> str:
    """A path of a table, which separates folders by backslashes where it was made on Windows."""
    return text.replace("\\", "/")
