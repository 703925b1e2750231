"""Files written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from zoo.errors import ZooError

# What reading an .npz comes to that is missing, cut short or damaged.
UNREADABLE = (OSError, EOFError, ValueError, KeyError, zlib.error, zipfile.BadZipFile)
SWAPPING = 0.5  # seconds within which the second move follows the first


@contextmanager
def written_whole(path: Path, parents: bool = True) -> Iterator[Path]:
    """Give a path beside `path` to write to; move it into place only when all went well.

    A full disk or a refused write becomes a ZooError and leaves the old file as it was. Without
    `parents`, no more than the last folder is made: not a zoo that is being swapped just then.
    """
    # A name of its own: threads, and processes of other machines, may write the same file.
    own = f"{os.getpid()}-{secrets.token_hex(4)}"
    partial = path.with_name(f".{path.name}.{own}.partial")
    try:
        path.parent.mkdir(parents=parents, exist_ok=True)
        partial.touch()
        usual = partial.stat().st_mode
        yield partial
        if partial.stat().st_mode != usual:  # safetensors lets nobody else read what it writes
            partial.chmod(usual)
        os.replace(partial, path)
    except OSError as error:
        raise ZooError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):  # gone into its place, or never made
            partial.unlink()


def discard_unwritten(folder: Path) -> None:
    """Delete what killed writers left of files; for a folder that nobody else writes to."""
    for path in list(folder.rglob(".*-????????.partial")):
        if path.is_file():
            path.unlink()


def write_json(path: Path, value: Any) -> None:
    """Write one JSON document whole."""
    with written_whole(path) as partial:
        partial.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", "utf-8")


def swap_in(new: Path, place: Path) -> None:
    """Move a finished folder into its place; what it replaces stays until that is done.

    Where the place is a link, the folder that it leads to is replaced, and the link stays.
    """
    place = place.resolve()
    old = _replaced(place)
    if place.exists():
        shutil.rmtree(old, ignore_errors=True)
        os.replace(place, old)
    os.replace(new, place)
    shutil.rmtree(old, ignore_errors=True)


def linked(source: str, target: str) -> None:
    """Have a file by a second name, or copied where the disk knows no such links; for copytree."""
    try:
        os.link(source, target)
    except OSError:  # exFAT, many network disks, or another disk
        shutil.copy2(source, target)


def recover(place: Path) -> None:
    """Undo a `swap_in` that was killed between its two moves."""
    place = place.resolve()
    old = _replaced(place)
    if place.exists() or not old.exists():
        return
    time.sleep(SWAPPING)  # whoever is not dead makes the second move at once
    if not place.exists():
        with suppress(OSError):  # another one was quicker
            os.replace(old, place)


def _replaced(place: Path) -> Path:
    return place.with_name(f".{place.name}.old")


def bytes_in(folder: Path) -> int:
    """Bytes of all files in a folder, 0 when there is none; what goes meanwhile is not counted."""
    total = 0
    for place, _, names in os.walk(folder):  # unlike rglob, it passes over folders that have gone
        for name in names:
            with suppress(FileNotFoundError):
                total += (Path(place) / name).stat().st_size
    return total


def sha256_of(path: Path) -> str:
    """sha256 of a file's contents, read in blocks."""
    state = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            state.update(block)
    return state.hexdigest()
