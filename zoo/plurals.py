"""Numbers of things as commands say them; the page's are of its language."""

from __future__ import annotations


def numbered(count: int, one: str, several: str = "") -> str:
    """1 picture, 2 pictures; `several` where it is not `one` with an s."""
    return f"{count} {one if count == 1 else several or f'{one}s'}"
