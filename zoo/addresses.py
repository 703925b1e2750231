"""Folders in object storage (s3://, gs://, whatever fsspec knows) as paths.

pathlib keeps an address but for one of its two slashes; an `Address` says both of them, so that
whatever joins, names and saves paths works on it. Only what reads files has to know the difference.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path, PosixPath
from typing import Any

from zoo.errors import CatalogError, ZooError, one_line

SCHEME = re.compile(r"([a-z][a-z0-9+.-]+):/+(?=[^/])")  # two letters at least: C: is a disk
EXTRAS = {"s3": "s3", "gs": "gs", "gcs": "gs"}  # of this package, by scheme


class Address(PosixPath):
    """A path that begins with a scheme, such as s3://bucket/folder."""

    def __str__(self) -> str:
        return SCHEME.sub(r"\1://", super().__str__(), count=1)

    def absolute(self) -> Address:
        """Itself: an address hangs on no working directory."""
        return self


def located(path: Path | str) -> Path:
    """The path, as an Address where it begins with a scheme; file:// is a path of this machine."""
    scheme = SCHEME.match(str(path))
    if scheme is None:
        return Path(path)
    if scheme[1] == "file":
        return Path("/" + str(path)[scheme.end() :])
    return Address(path)


def is_address(path: Path) -> bool:
    """Whether a path is behind an address; one joined to it that is absolute is not."""
    return isinstance(path, Address) and SCHEME.match(str(path)) is not None


def read(path: Path, most: int) -> bytes:
    """At most so many bytes of an object; FileNotFoundError when it is missing.

    ZooError for anything else (no credentials, no network): it says nothing of the picture.
    """
    files, key = _files(path)
    try:
        data: bytes = files.cat_file(key, start=0, end=most)
    except FileNotFoundError:
        raise
    except Exception as error:  # each kind of storage has errors of its own
        raise _unreachable(path, error) from error
    return data


def keys(path: Path) -> list[str]:
    """The keys of all objects in a folder, relative to it; that of a file alone is ""."""
    files, folder = _files(path)
    folder = folder.rstrip("/")
    try:
        found: list[str] = files.find(folder)
    except FileNotFoundError:
        return []
    except Exception as error:
        raise _unreachable(path, error) from error
    return [key.removeprefix(folder).removeprefix("/") for key in found]


def fetch(path: Path, names: Sequence[str], folder: Path) -> None:
    """Copy these objects of a folder into a local one, several at a time."""
    files, root = _files(path)
    wanted = [f"{root.rstrip('/')}/{name}" for name in names]
    try:
        files.get(wanted, [str(folder / name) for name in names])
    except Exception as error:
        raise _unreachable(path, error) from error


def _files(path: Path) -> tuple[Any, str]:
    """The file system behind an address, and what that one calls the path."""
    scheme = str(path).partition("://")[0]
    files = _system(scheme)
    return files, str(files._strip_protocol(str(path)))


@cache  # one for all threads, with one pool of connections
def _system(scheme: str) -> Any:
    import fsspec

    try:
        return fsspec.filesystem(scheme, skip_instance_cache=True)
    except ImportError as error:
        extra = EXTRAS.get(scheme)
        remedy = f"pip install 'fashion-model-zoo[{extra}]'" if extra else str(error)
        raise ZooError(f"{scheme}:// cannot be read here: {remedy}") from error
    except ValueError as error:
        raise CatalogError(f"{scheme}:// is no storage that fsspec knows") from error


def _unreachable(path: Path, error: Exception) -> ZooError:
    reason = one_line(error)
    if "request time" in str(error):
        return ZooError(f"{path}: this machine's clock is not that of the store; set it ({reason})")
    return ZooError(f"{path}: cannot be read: {reason}; check address, network and credentials")
