"""The zoo that the page shows, opened again when a run has been added or replaced."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zoo.compare import Zoo, open_zoo
from zoo.errors import ZooError
from zoo.page.job import Job
from zoo.page.thumbnails import Thumbnails
from zoo.plugins import Registry, load_plugins
from zoo.progress import read_progress
from zoo.runs import RUN


class PageState:
    """What all visitors of one page share."""

    def __init__(self, folder: Path, plugins: Sequence[Path], job: Job | None) -> None:
        self.folder, self.job = folder, job
        self.plugins = tuple(plugins)
        self.registry: Registry = load_plugins(plugins)
        self.thumbnails = Thumbnails(folder / "thumbnails")
        self._zoo: Zoo | None = None
        self._seen: tuple[Any, ...] = ()
        self._lock = threading.Lock()

    def zoo(self) -> Zoo | None:
        """The zoo as it is now; None while its catalogue is still being made."""
        with self._lock:
            seen = self.version()
            if seen != self._seen:
                ready = (self.folder / "catalog.json").is_file()
                self._zoo = open_zoo(self.folder, self.plugins) if ready else None
                self._seen = seen
            return self._zoo

    def trained(self) -> Zoo:
        """The zoo with a trained backbone at least; ZooError while there is none."""
        zoo = self.zoo()
        if zoo is None or not zoo.runs:
            raise ZooError("no backbone is trained yet; the page fills as each becomes ready")
        return zoo

    def version(self) -> tuple[Any, ...]:
        """Changes whenever the catalogue or a run does."""
        files = [self.folder / "catalog.json", *sorted(self.folder.glob(f"[!.]*/{RUN}"))]
        return tuple((str(f), f.stat().st_mtime_ns) for f in files if f.is_file())

    def progress(self) -> dict[str, Any] | None:
        """What a training in this zoo last said; None when none is at work."""
        return read_progress(self.folder)
