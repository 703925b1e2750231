"""The pictures of a Hugging Face dataset, named by their contents and written as files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from zoo.catalog.readers.places import inside
from zoo.files import written_whole
from zoo.pictures import digest

BATCH = 256  # rows held in memory at once
SUFFIXES = {b"\xff\xd8\xff": ".jpg", b"\x89PNG": ".png", b"RIFF": ".webp", b"GIF8": ".gif"}


def picture_paths(root: Path, part: Any, column: str) -> list[str | None]:
    """Where `unpack` writes the picture of each row; None for a row without any."""
    contents = _contents(root, part, column)
    return [None if data is None else picture_path(data) for data in contents]


def picture_path(data: bytes) -> str:
    """The name of a picture file, by its contents: the same picture is written once."""
    name = digest(data)
    suffix = next((s for start, s in SUFFIXES.items() if data.startswith(start)), ".picture")
    return f"{name[:2]}/{name}{suffix}"


def unpack(root: Path, parts: Sequence[Any], column: str, folder: Path) -> None:
    """Write the pictures of these parts into `folder`; those that are there stay."""
    for part in parts:
        for data in _contents(root, part, column):
            if data is None:
                continue
            path = folder / picture_path(data)
            if path.is_file():
                continue
            with written_whole(path) as partial:
                partial.write_bytes(data)


def _contents(root: Path, part: Any, column: str) -> Iterator[bytes | None]:
    """The encoded picture of each row; a row may name a file in the dataset instead."""
    for table in part.select_columns([column]).with_format("arrow").iter(batch_size=BATCH):
        for value in table.column(column).to_pylist():
            yield _content(root, value or {})


def _content(root: Path, value: dict[str, Any]) -> bytes | None:
    if value.get("bytes") is not None:
        return bytes(value["bytes"])
    place = inside(root, value.get("path") or "")
    path = root / (place or "")
    return path.read_bytes() if path.is_file() else None
