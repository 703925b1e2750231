"""Text files of unknown making: byte order marks, old code pages, line ends."""

from __future__ import annotations

import codecs
from contextlib import suppress
from pathlib import Path

from zoo.catalog.listing import Finding
from zoo.errors import CatalogError

UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_text(path: Path) -> tuple[str, list[Finding]]:
    """The text of a file and a finding when it is not UTF-8; CatalogError when unreadable."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CatalogError(f"{path}: cannot be read: {error.strerror or error}") from error
    text, encoding = _decoded(data)
    # Null characters come from damaged files and stop the csv module of Python 3.10.
    text = text.replace("\0", "")
    if encoding == "utf-8-sig":
        return text, []
    return text, [Finding("file is not UTF-8", str(path), f"read as {encoding}")]


def _decoded(data: bytes) -> tuple[str, str]:
    """The text, and the encoding by which it is one."""
    marked = ("utf-16",) if data.startswith(UTF16_MARKS) else ()
    for encoding in (*marked, "utf-8-sig", "cp1252"):
        with suppress(UnicodeDecodeError):
            return data.decode(encoding), encoding
    return data.decode("latin-1"), "latin-1"  # has a character for every byte
