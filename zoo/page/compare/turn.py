"""The order of one visitor's questions, of which a slow one may be answered after a later one."""

from __future__ import annotations

from collections.abc import Callable


class Turn:
    """Whose answer may be shown: that of the question which was begun last."""

    def __init__(self) -> None:
        self._last: object = None

    def begin(self) -> Callable[[], bool]:
        """Begin a question; what is returned says whether it still is the last one."""
        # One assignment is atomic; handlers of one visitor run in several threads.
        mine = self._last = object()
        return lambda: self._last is mine
