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
COUNTED_EVERY = 5.0  # seconds


class UploadsFolder:
    """A temporary folder that gradio is told to use, and that goes when the page ends."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="zoo-page-")).resolve()
        os.environ["GRADIO_TEMP_DIR"] = str(self.folder)
        self._most, self._counted, self._bytes = most, -COUNTED_EVERY, 0
        self._lock = threading.Lock()

    def has_room(self) -> bool:
        """Whether another upload may come, as of a few seconds ago."""
        with self._lock:
            if time.monotonic() - self._counted >= COUNTED_EVERY:
                self._bytes = bytes_in(self.folder)
                self._counted = time.monotonic()
            return self._bytes < self._most

    def remove(self) -> None:
        """Delete it with all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)
