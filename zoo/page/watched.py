"""A zoo directory as it is now: opened again, whole, when another version takes its place."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from zoo.compare import Zoo, open_zoo
from zoo.errors import ReplacedError, ZooError
from zoo.run_files import RUN

TRIES = 5  # openings of a zoo that changes while it is opened, before the next question goes on
# Where the zoo is, and file by file its name, its time of change and its number on the disk.
Version = tuple[str, tuple[tuple[str, int, int], ...]]
NOTHING: Version = ("", ())


class _Now(NamedTuple):
    """What is answered from: one value, so that nobody sees half of a change."""

    version: Version
    zoo: Zoo | None


class Watched:
    """The newest version of a zoo; questions go on to the one before while it is opened.

    Whoever first sees another version opens it, all its networks and indexes, and is answered by
    it. It is taken up only if the files are still the same afterwards, so that no catalogue is
    ever seen with the indexes of another.
    """

    def __init__(self, folder: Path, plugins: Sequence[Path], read_only: bool) -> None:
        self._folder, self._plugins, self._read_only = folder, tuple(plugins), read_only
        self._now = _Now(NOTHING, None)
        self._opening = threading.Lock()

    def zoo(self) -> Zoo | None:
        """The zoo to answer from; None while its catalogue is still being made."""
        if self._on_disk() == self._now.version:
            return self._now.zoo
        # Only who has nothing yet waits for another who opens.
        if self._opening.acquire(blocking=self._now.zoo is None):
            try:
                self._open()
            finally:
                self._opening.release()
        return self._now.zoo

    def at_hand(self) -> Zoo | None:
        """The zoo that is answered from now; another version is opened beside, without a wait."""
        now = self._now
        if now.zoo is None:
            return self.zoo()
        if self._on_disk() != now.version and not self._opening.locked():
            threading.Thread(target=self.zoo, daemon=True).start()
        return now.zoo

    def version(self) -> Version:
        """Changes whenever the catalogue or a run that is answered from does."""
        self.zoo()
        return self._now.version

    def _open(self) -> None:
        for _ in range(TRIES):
            version, before = self._on_disk(), self._now.zoo
            if version == self._now.version or (version == NOTHING and before is not None):
                return  # another one was quicker; or one folder has gone and the next not come
            try:
                zoo = self._opened(Path(version[0]), before is not None)
            except ZooError as error:
                if self._on_disk() != version:
                    continue
                if before is None:
                    raise
                said = f"{error}; the page goes on with the version before"
                print(said, file=sys.stderr, flush=True)
                zoo = before
            if self._on_disk() == version:
                self._now = _Now(version, zoo)
                return

    def _opened(self, folder: Path, whole: bool) -> Zoo | None:
        if not (folder / "catalog.json").is_file():
            return None
        zoo = open_zoo(folder, self._plugins, read_only=self._read_only)
        if zoo.runs:
            zoo.baselines  # noqa: B018  read now, while they are those of this version
        if whole:
            open_parts(zoo)
        return zoo

    def _on_disk(self) -> Version:
        """What the files say of themselves; NOTHING where there are none."""
        # A link may lead to another version at any time: this one's files are asked by their place.
        folder = self._folder.resolve()
        if folder == self._folder.absolute():
            folder = self._folder
        try:
            files = [folder / "catalog.json", *sorted(folder.glob(f"[!.]*/{RUN}"))]
            facts = [(f, f.stat()) for f in files if f.is_file()]
        except FileNotFoundError:  # being swapped
            return NOTHING
        found = tuple((str(f.relative_to(folder)), s.st_mtime_ns, s.st_ino) for f, s in facts)
        return (str(folder), found) if found else NOTHING


def open_parts(zoo: Zoo) -> None:
    """Open every run's network and index now, so that nobody waits for them; say what fails."""
    for run in zoo.runs.values():
        try:
            run.recommender, run.encoder  # noqa: B018  opened once, and kept
        except ReplacedError:  # there is another version already
            return
        except ZooError as error:  # whoever asks this run is told so too
            print(f"{run.name} does not open: {error}", file=sys.stderr, flush=True)
