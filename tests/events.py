"""A job that is watched, and interfered with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from zoo.progress import Progress, Stage


class Events(Progress):
    """Does something when so many pictures are embedded; keeps what was said and counted."""

    def __init__(self, at: dict[int, Callable[[], None]] | None = None) -> None:
        super().__init__()
        self.at = at or {}
        self.said: list[str] = []
        self.steps: list[int] = []

    @property
    def counted(self) -> int:
        return sum(self.steps)

    def say(self, text: str) -> None:
        self.said.append(text)

    @contextmanager
    def stage(self, title: str, total: int, unit: str = "img") -> Iterator[Stage]:
        events = self

        class Counting(Stage):
            def advance(self, count: int, **shown: Any) -> None:
                events.steps.append(count)
                for moment in [m for m in events.at if m <= events.counted]:
                    events.at.pop(moment)()

        yield Counting(title, total, unit, None, shown=False)
