"""Progress of long jobs: a bar for people, and a small file that the page reads."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from socket import gethostname
from types import MappingProxyType
from typing import Any

from tqdm import tqdm

from zoo.files import write_json

FILE = "progress.json"
EVERY = 0.5  # seconds between writes of the file


class Stage:
    """One bar: `advance` as work is done."""

    def __init__(
        self,
        title: str,
        total: int,
        unit: str,
        file: Path | None = None,
        job: Mapping[str, Any] = MappingProxyType({}),
        shown: bool = True,
    ) -> None:
        self._bar = tqdm(
            total=total,
            desc=title,
            unit=unit,
            smoothing=0.1,
            dynamic_ncols=True,
            disable=not shown,
            delay=0 if total else EVERY,  # of work that may turn out to be none
        )
        self._facts: dict[str, Any] = {"title": title, "total": total, "unit": unit, **job}
        self._file, self._written = file, 0.0
        self._write()

    def advance(self, count: int, **shown: Any) -> None:
        """Add `count` to what is done and show further values beside the bar."""
        self._bar.update(count)
        if shown:
            self._bar.set_postfix(shown, refresh=False)
        if time.monotonic() - self._written > EVERY:
            self._write()

    def reach(self, done: int) -> None:
        """Say how much is done in all, for work that counts by itself."""
        self.advance(done - self._bar.n)

    def close(self) -> None:
        """Finish the bar."""
        self._write()
        self._bar.close()

    def _write(self) -> None:
        self._written = time.monotonic()
        if self._file is None:
            return
        elapsed = self._bar.format_dict["elapsed"]
        rate = self._bar.n / elapsed if elapsed > 0 else 0.0
        left = (self._facts["total"] - self._bar.n) / rate if rate else None
        facts = {"done": self._bar.n, "rate": rate, "seconds_left": left, "time": time.time()}
        write_json(self._file, {**self._facts, **facts, "host": gethostname(), "pid": os.getpid()})


class Progress:
    """Where long jobs say how far they are; `folder` is the zoo whose page should know.

    `backbones`: those that the job makes, where it makes any.
    """

    def __init__(self, folder: Path | None = None, backbones: Sequence[str] = ()) -> None:
        self._file = folder / FILE if folder else None
        self._job: dict[str, list[str]] = {"backbones": list(backbones), "ready": []}

    @contextmanager
    def stage(self, title: str, total: int, unit: str = "img") -> Iterator[Stage]:
        """A stage of the job with a known amount of work."""
        stage = Stage(title, total, unit, self._file, self._job)
        try:
            yield stage
        finally:
            stage.close()

    def say(self, text: str) -> None:
        """One line for people, above any bar."""
        tqdm.write(text, file=sys.stderr)

    def ready(self, backbone: str) -> None:
        """One of the backbones is made."""
        self._job["ready"].append(backbone)

    def begins(self, title: str) -> None:
        """The training of that title begins; trackers refuse here what they cannot do."""

    def measured(self, title: str, step: int, values: dict[str, Any]) -> None:
        """Hear what an epoch of the training of that title came to; told to trackers."""

    def close(self) -> None:
        """Nothing is under way any more."""
        if self._file is not None:
            self._file.unlink(missing_ok=True)


class Silence(Progress):
    """Says nothing: another process speaks for this one."""

    @contextmanager
    def stage(self, title: str, total: int, unit: str = "img") -> Iterator[Stage]:
        """A stage that is not shown."""
        yield Stage(title, total, unit, shown=False)

    def say(self, text: str) -> None:
        """Nothing."""


def read_progress(folder: Path) -> dict[str, Any] | None:
    """What a job in that zoo last said of itself; None when none is under way."""
    try:
        facts: dict[str, Any] = json.loads((folder / FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return None if _is_gone(facts) else facts


def _is_gone(facts: Mapping[str, Any]) -> bool:
    """Whether the job was killed before it could say that it ended: its process is not there.

    Of another machine's, as of another container's, nothing can be told.
    """
    if os.name != "posix" or facts.get("host") != gethostname():
        return False
    try:
        os.kill(facts["pid"], 0)  # asks only
    except OSError as error:  # or it is there, and another user's
        return isinstance(error, ProcessLookupError)
    return False
