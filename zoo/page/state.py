"""The zoo that the page shows, opened again when a run has been added or replaced."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zoo.building import sole_writer
from zoo.compare import Zoo, open_zoo
from zoo.errors import ZooError
from zoo.page.job import Job
from zoo.page.language import _, marked
from zoo.page.thumbnails import Thumbnails
from zoo.plugins import Registry, load_plugins
from zoo.progress import read_progress
from zoo.remembered import Remembered
from zoo.reports import full_report
from zoo.runs import RUN

GO_ON = marked("Start it again from the tab Models: unfinished training goes on where it was.")


class PageState:
    """What all visitors of one page share."""

    def __init__(
        self,
        folder: Path,
        plugins: Sequence[Path],
        job: Job | None,
        managed: bool = False,
        makes_maps: bool = True,
    ) -> None:
        self.folder, self.job = folder, job
        self.managed = managed  # whether visitors may train
        self.makes_maps = makes_maps  # whether they may have missing maps made
        self.plugins = tuple(plugins)
        self.registry: Registry = load_plugins(plugins)
        self.thumbnails = Thumbnails(folder / "thumbnails")
        self.remembered = Remembered()
        self._zoo: Zoo | None = None
        self._seen: tuple[Any, ...] = ()
        self._reported: tuple[Zoo, dict[str, Any]] | None = None
        self._lock, self._starting, self._reporting = (threading.Lock() for _ in range(3))

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
            raise ZooError(_("no backbone is trained yet; the page fills as each becomes ready"))
        return zoo

    def report(self) -> tuple[Zoo, dict[str, Any]]:
        """The trained zoo and its whole leaderboard, made once for each version of it."""
        zoo = self.trained()
        with self._reporting:
            if self._reported is None or self._reported[0] is not zoo:
                self._reported = zoo, full_report(zoo)
            return self._reported

    def begin(self, command: list[str], title: str) -> None:
        """Start a job of the page; ZooError while it, or another process, is at work."""
        if not self.managed:
            raise ZooError(_("nobody trains from this page; start it with --manage"))
        with self._starting:
            if self.job is not None and self.job.running():
                busy = _("{job} is under way; one job at a time")
                raise ZooError(busy.format(job=self.job.title))
            with sole_writer(self.folder):
                pass  # said now rather than by a process that ends at once
            self.job = Job(command, self.folder, title, _(GO_ON))

    def warm_up(self) -> None:
        """Open every run's network and index now, so that the first visitor does not wait."""
        zoo = self.zoo()
        for run in zoo.runs.values() if zoo else ():
            try:
                run.recommender, run.encoder  # noqa: B018  opened once, and kept
            except ZooError as error:  # whoever asks this run is told so too
                print(f"{run.name} does not open: {error}", file=sys.stderr, flush=True)

    def version(self) -> tuple[Any, ...]:
        """Changes whenever the catalogue or a run does."""
        files = [self.folder / "catalog.json", *sorted(self.folder.glob(f"[!.]*/{RUN}"))]
        return tuple((str(f), f.stat().st_mtime_ns) for f in files if f.is_file())

    def progress(self) -> dict[str, Any] | None:
        """What a training in this zoo last said; None when none is at work."""
        return read_progress(self.folder)
