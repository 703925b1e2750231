"""Where uploads lie while they are needed: a folder of this page alone, bounded."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from zoo.files import bytes_in

MOST_KEPT = 4 * 1024**3  # bytes of uploads, all visitors together
LEAST_FREE = 256 * 1024**2  # bytes of the disk (in a container: of memory) that they leave
COUNTED_EVERY = 5.0  # seconds
KEPT_FOR = 86400.0  # seconds, a whole upload and what is taken away
QUIET_FOR = 3600.0  # seconds after which nobody is about to finish what was begun
PREFIX = "zoo-page-"
HELD = ".held"  # a file in it that is locked as long as its page lives
JUST_MADE = 60.0  # seconds in which it may not be locked yet
BEGUN = "tmp*"  # files of uploads that are not yet whole; whole ones lie in folders


class UploadsFolder:
    """A temporary folder that gradio is told to use, and that goes when the page ends."""

    def __init__(
        self,
        most: int = MOST_KEPT,
        least_free: int = LEAST_FREE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
        self._held = FileLock(self.folder / HELD)
        self._held.acquire()
        _discard_abandoned(self.folder, clock())
        os.environ["GRADIO_TEMP_DIR"] = str(self.folder)
        self._most, self._least_free, self._clock = most, least_free, clock
        self._counted, self._bytes = -COUNTED_EVERY, 0
        self._lock = threading.Lock()

    def has_room(self) -> bool:
        """Whether another upload may come, as of a few seconds ago."""
        with self._lock:
            if time.monotonic() - self._counted >= COUNTED_EVERY:
                _sweep(self.folder, self._clock())
                self._bytes = bytes_in(self.folder)
                self._counted = time.monotonic()
            free = shutil.disk_usage(self.folder).free
            return self._bytes < self._most and free >= self._least_free

    def remove(self) -> None:
        """Delete it with all that is in it."""
        self._held.release()
        shutil.rmtree(self.folder, ignore_errors=True)


def _discard_abandoned(own: Path, now: float) -> None:
    """Delete what killed pages have left beside a folder: pictures of their visitors."""
    for held in own.parent.glob(f"{PREFIX}*/{HELD}"):
        with suppress(OSError, Timeout):
            # What lies in somebody else's folder may be a link to anything.
            ours = held.parent.stat().st_uid == own.stat().st_uid
            if ours and _untouched(held, now) > JUST_MADE:
                with FileLock(held, timeout=0):
                    shutil.rmtree(held.parent, ignore_errors=True)


def _sweep(folder: Path, now: float) -> None:
    """Delete uploads that broke off, which gradio forgets, and whatever has had its time."""
    for begun in folder.glob(BEGUN):
        if begun.is_file() and _untouched(begun, now) > QUIET_FOR:
            begun.unlink(missing_ok=True)
    for place, _, names in os.walk(folder, topdown=False):
        for path in (Path(place, name) for name in names if name != HELD):
            if _untouched(path, now) > KEPT_FOR:
                path.unlink(missing_ok=True)
        if Path(place) != folder and _untouched(Path(place), now) > QUIET_FOR:
            with suppress(OSError):  # it is not empty
                Path(place).rmdir()


def _untouched(path: Path, now: float) -> float:
    """Seconds since it was written or put there; 0 where it has gone."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0.0
    return now - max(found.st_mtime, found.st_ctime)  # a copy has the time of what it is of
