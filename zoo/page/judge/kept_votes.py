"""The votes of a zoo and what they come to, made again only when the file of votes is another."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from zoo.compare import Zoo
from zoo.evaluation.votes import VOTES, Votes, read_votes
from zoo.outputs.votes import votes_report

Stamp = tuple[int, int, int] | None  # time of change, size, number on the disk; None: no file


class KeptVotes:
    """What all visitors of a page share of its votes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: tuple[Stamp, Votes] | None = None
        # By the version of the zoo: the zoo itself would stay in memory until somebody asks again.
        self._reported: tuple[str, Votes, dict[str, Any]] | None = None
        self._reading, self._reporting = threading.Lock(), threading.Lock()

    def all(self) -> Votes:
        """All votes, oldest first, and how many lines are none."""
        with self._reading:
            stamp = self._stamp()  # before they are read: one that comes meanwhile is read later
            if self._read is None or self._read[0] != stamp:
                self._read = stamp, read_votes(self._folder)
            return self._read[1]

    def report(self, zoo: Zoo) -> dict[str, Any]:
        """What they say of the runs of this zoo."""
        with self._reporting:
            votes, kept = self.all(), self._reported
            if kept is None or kept[0] != zoo.version or kept[1] is not votes:
                kept = self._reported = zoo.version, votes, votes_report(zoo, votes)
            return kept[2]

    def _stamp(self) -> Stamp:
        try:
            found = (self._folder / VOTES).stat()
        except OSError:  # reading it says why, if it is there
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
