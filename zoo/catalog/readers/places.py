"""Where the pictures that a table names lie, never outside the catalogue."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from zoo.catalog.listing import Finding

IMAGES = "images"  # paths of a table may be relative to this folder beside it
ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG}


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
            found = next((p for p in places if may_be_file(f"{folder}/{p}")), None)
            if found is None:
                findings.append(Finding("row without picture", text, "no such file"))
            yield found


def may_be_file(path: str) -> bool:
    """Whether there is a file, or something that keeps one from knowing, which reading it tells."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116
    except OSError as error:
        return error.errno not in ABSENT
    except ValueError:  # a path with a zero byte
        return False


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
