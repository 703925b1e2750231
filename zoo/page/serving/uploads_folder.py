"""Where uploads lie while they are needed: a folder of this page alone, bounded."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

from zoo.files import bytes_in

MOST_KEPT = 4 * 1024**3  # bytes of uploads, all visitors together
LEAST_FREE = 256 * 1024**2  # bytes of the disk (in a container: of memory) that they leave
COUNTED_EVERY = 5.0  # seconds


class UploadsFolder:
    """A temporary folder that gradio is told to use, and that goes when the page ends."""

    def __init__(self, most: int = MOST_KEPT, least_free: int = LEAST_FREE) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="zoo-page-")).resolve()
        os.environ["GRADIO_TEMP_DIR"] = str(self.folder)
        self._most, self._least_free = most, least_free
        self._counted, self._bytes = -COUNTED_EVERY, 0
        self._lock = threading.Lock()

    def has_room(self) -> bool:
        """Whether another upload may come, as of a few seconds ago."""
        with self._lock:
            if time.monotonic() - self._counted >= COUNTED_EVERY:
                self._bytes = bytes_in(self.folder)
                self._counted = time.monotonic()
            free = shutil.disk_usage(self.folder).free
            return self._bytes < self._most and free >= self._least_free

    def remove(self) -> None:
        """Delete it with all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)
