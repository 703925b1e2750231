"""Gradio's type stubs, which it looks for and compares whenever it is imported."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

WRITER = "gradio.component_meta"


@contextmanager
def without_stubs() -> Iterator[None]:
    """Import gradio in here, and it leaves the stubs of its components as they are.

    They take much of its import. It has none for a component that is of no file, and so it is told
    of all.
    """
    getfile = inspect.getfile

    def told(thing: Any) -> str:
        if sys._getframe(1).f_globals.get("__name__") == WRITER:
            raise OSError
        return getfile(thing)

    inspect.getfile = told  # type: ignore[assignment]
    try:
        yield
    finally:
        inspect.getfile = getfile
