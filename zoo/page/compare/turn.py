"""The order of one visitor's questions, whose answers come in any order."""

from __future__ import annotations

from collections.abc import Callable

# When a question is asked, told to the server as the first of its inputs but for the Turn: several
# may be on their way at once, and begin there in any order.
NOW = "(turn, when, ...inputs) => [turn, performance.now(), ...inputs]"


class Turn:
    """Whose answer may be shown: that of the question which was asked last."""

    def __init__(self) -> None:
        self._last = 0.0

    def begin(self, when: float) -> Callable[[], bool]:
        """Begin the question of that moment; what is returned says whether it is still the last."""
        self._last = max(self._last, when)
        return lambda: when >= self._last
