"""What all visitors of one page share: the zoo it shows, and what was made of it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zoo.building import sole_writer
from zoo.compare import Zoo
from zoo.errors import ZooError, unknown
from zoo.evaluation.votes import why_not_kept
from zoo.outputs.documents import full_report
from zoo.page.job import Job
from zoo.page.language import _, marked
from zoo.page.thumbnails import Thumbnails
from zoo.page.watched import Version, Watched, open_parts
from zoo.plugins import Registry, load_plugins
from zoo.progress import read_progress
from zoo.remembered import Remembered
from zoo.runs import Run

GO_ON = marked("Start it again from the tab Models: unfinished training goes on where it was.")


def run_of(zoo: Zoo, name: str | None) -> Run:
    """The run of a trained backbone, the first for no name; ZooError names those there are.

    Unlike `Zoo.run`, it does not tell where the zoo lies on the server: that is nobody's business.
    """
    if not name or name in zoo.runs:
        return zoo.run(name or None)
    if name in zoo.registry.backbones:
        untrained = _("backbone {name} is not trained here; available: {there}")
        raise ZooError(untrained.format(name=repr(name), there=", ".join(sorted(zoo.runs))))
    raise ZooError(unknown("backbone", name, zoo.runs))


class PageState:
    """What all visitors of one page share."""

    def __init__(
        self,
        folder: Path,
        plugins: Sequence[Path],
        job: Job | None,
        managed: bool = False,
        makes_maps: bool = True,
        read_only: bool = False,
        cache: Path | None = None,
    ) -> None:
        self.folder, self.job = folder, job
        self.read_only = read_only  # nothing is written into the zoo directory
        self.managed = managed  # whether visitors may train
        self.makes_maps = makes_maps  # whether they may have missing maps made
        self.plugins = tuple(plugins)
        self.registry: Registry = load_plugins(plugins)
        self.thumbnails = Thumbnails((cache or folder) / "thumbnails")
        self.remembered = Remembered()
        self._watched = Watched(folder, plugins, read_only)
        self._reported: tuple[Zoo, dict[str, Any]] | None = None
        self._starting, self._reporting = threading.Lock(), threading.Lock()

    def zoo(self) -> Zoo | None:
        """The zoo as it is now; None while its catalogue is still being made."""
        return self._watched.zoo()

    def at_hand(self) -> Zoo | None:
        """The zoo that is open, at once: another version is seen, but not waited for."""
        return self._watched.at_hand()

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
        """Open every run's network and index now, and say which plugins and runs do not open."""
        zoo = self.zoo()
        if zoo is not None:
            for failure in (*zoo.registry.failed, *zoo.problems):
                print(f"left out: {failure.origin}: {failure.error}", file=sys.stderr, flush=True)
            open_parts(zoo)

    def version(self) -> Version:
        """Changes whenever the catalogue or a run does."""
        return self._watched.version()

    def why_no_votes(self) -> str | None:
        """Why votes cannot be kept; None when they can."""
        if self.read_only:
            return _("this page only reads the zoo")
        return why_not_kept(self.folder)

    def progress(self) -> dict[str, Any] | None:
        """What a training in this zoo last said; None when none is at work."""
        return read_progress(self.folder)
