"""A whole catalogue -> embeddings by a Ray cluster, in the shards of `zoo.features.extract`.

A shard is embedded by one team and written here, so that none is there twice or in part. Whatever
goes wrong with a team, its shards go to another one; a machine that comes gets a team.
"""

from __future__ import annotations

import json
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zoo.cluster import connection
from zoo.cluster.network import EmbeddedShard, NetworkJob, Ready
from zoo.cluster.teams import Team, shape_and_room
from zoo.errors import RunError, ZooError
from zoo.features.decoding import PictureReader, Problem
from zoo.features.extract import SHARDS, assemble, missing_shards, write_shard
from zoo.files import write_json
from zoo.progress import Progress, Stage

TRIES = 3  # of a shard, and of teams before any is ready
AHEAD = 2  # shards of a team at a time: one is decoded while the other is at the network
TICK = 2.0  # seconds between looks at which machines there are
PATIENCE = 600.0  # seconds without any team before the cluster is given up
FACTS = "facts.json"  # beside the shards: what embedded them
REASON = 300  # characters told of why a worker died
GETTING_READY = range(0)  # in place of rows


@dataclass
class ClusterWork:
    """A job of the cluster, and where its shards go."""

    job: NetworkJob
    pictures: PictureReader
    folder: Path
    title: str


@dataclass
class Outcome:
    """How an extraction went."""

    images_per_s: float | None  # None when every shard was there already
    facts: dict[str, Any] = field(default_factory=dict)  # none when no cluster had a part in it
    problems: list[Problem] = field(default_factory=list)  # rows without an embedding


def extract_on_cluster(work: ClusterWork, address: str | None, progress: Progress) -> Outcome:
    """Write embeddings.npy and predictions.npz, as `zoo.features.extract.extract` does.

    Where pictures cannot be used, all other shards are written and those pictures told. ZooError
    when the cluster cannot be reached, is too small, or fails with the same shard again and again.
    """
    items = len(work.pictures)
    missing = missing_shards(work.folder, items, progress)
    outcome = Outcome(None)
    facts = work.folder / SHARDS / FACTS
    if not missing and facts.is_file():
        outcome.facts = json.loads(facts.read_text("utf-8"))
    if missing:
        with (
            connection.connected(address) as where,
            progress.stage(work.title, items) as stage,
        ):
            stage.advance(items - sum(map(len, missing)))
            outcome = _Extraction(work, missing, where, progress, stage).run()
    if not outcome.problems:
        assemble(work.folder, items)
    return outcome


class _Extraction:
    """The shards that are missing, and the teams at work on them."""

    def __init__(
        self, work: ClusterWork, missing: list[range], where: str, progress: Progress, stage: Stage
    ) -> None:
        import ray

        self._work, self._where, self._progress, self._stage = work, where, progress, stage
        self._job = ray.put(work.job)  # once for all teams
        self._waiting = deque(missing)
        self._teams: list[Team] = []
        # What is under way, oldest first: whose it is, and which rows.
        self._pending: dict[Any, tuple[Team, range]] = {}
        self._tries: Counter[range] = Counter()
        self._outcome, self._done, self._ready = Outcome(None), 0, 0

    def run(self) -> Outcome:
        """All of it; the teams are gone afterwards."""
        import ray

        shape_and_room(connection.nodes(), self._work.job.device, self._where)  # or says so
        started = alive = time.monotonic()
        try:
            while self._waiting or any(rows for _, rows in self._pending.values()):
                self._staff()
                self._look()
                if any(team.batch for team in self._teams):
                    alive = time.monotonic()
                elif time.monotonic() - alive > PATIENCE:
                    raise RunError(self._kept(f"{self._where} had no room for {PATIENCE:g} s"))
        except ray.exceptions.RayError as error:  # of the cluster itself
            raise RunError(self._kept(f"{self._where} failed: {_reason(error)}")) from error
        finally:
            for team in self._teams:
                team.stop()
        if self._done:
            self._outcome.images_per_s = self._done / (time.monotonic() - started)
        return self._outcome

    def _staff(self) -> None:
        """Have as many teams as there is room and work for, and give each its shards."""
        try:
            shape, room = shape_and_room(connection.nodes(), self._work.job.device, self._where)
        except ZooError:  # machines are gone; others may come
            room = 0
        unready = sum(not team.batch for team in self._teams)
        for _ in range(min(room - len(self._teams), len(self._waiting) - unready)):
            team = Team(self._job, shape)
            self._teams.append(team)
            self._pending[team.readiness] = (team, GETTING_READY)
        busy = Counter(id(team) for team, _ in self._pending.values())
        for team in self._teams * AHEAD:  # each gets one before any gets two
            if team.batch and self._waiting and busy[id(team)] < AHEAD:
                rows = self._waiting.popleft()
                reference = team.embed(self._work.pictures.some(rows))
                self._pending[reference] = (team, rows)
                busy[id(team)] += 1

    def _look(self) -> None:
        """Wait a moment for whatever is finished."""
        import ray

        if not self._pending:
            time.sleep(TICK)
            return
        finished, _ = ray.wait(list(self._pending), timeout=TICK)
        for reference in finished:
            if reference in self._pending:  # or its team was lost just now
                self._settle(reference)

    def _settle(self, reference: Any) -> None:
        """Take what is finished: a team is ready, a shard is embedded, or a team is lost."""
        import ray

        team, rows = self._pending[reference]
        try:
            answer: Ready | EmbeddedShard = ray.get(reference)
        except ray.exceptions.RayError as error:
            cause = getattr(error, "cause", None)
            if isinstance(cause, ZooError):
                raise RunError(self._kept(str(cause))) from error
            self._lose(team, _reason(error))
            return
        del self._pending[reference]
        for line in answer.said:
            self._progress.say(line)
        if isinstance(answer, Ready):
            self._welcome(team, answer)
        elif answer.features is not None:
            write_shard(self._work.folder, rows, answer.features)
            self._done += len(rows)
            self._stage.advance(len(rows))
        for place, reason in getattr(answer, "problems", ()):
            self._outcome.problems.append((rows[place], self._named(rows[place], reason)))

    def _welcome(self, team: Team, ready: Ready) -> None:
        team.batch = ready.batch
        self._tries[GETTING_READY] = 0
        self._ready += 1
        facts = self._outcome.facts or ready.facts
        self._outcome.facts = {**facts, "engine": "ray", "teams": self._ready}
        write_json(self._work.folder / SHARDS / FACTS, self._outcome.facts)

    def _lose(self, team: Team, reason: str) -> None:
        """Give a team's shards to others; RunError when the oldest of them was lost too often."""
        team.stop()
        self._teams.remove(team)
        theirs = {ref: rows for ref, (whose, rows) in self._pending.items() if whose is team}
        for reference in theirs:
            del self._pending[reference]
        self._waiting.extendleft(rows for rows in reversed(theirs.values()) if rows)
        oldest = next(iter(theirs.values()))
        self._tries[oldest] += 1
        if self._tries[oldest] == TRIES:
            what = f"pictures {oldest[0]} to {oldest[-1]}" if oldest else "loading the network"
            raise RunError(
                self._kept(f"{what} failed {TRIES} times on {self._where}; the last: {reason}")
            )
        self._progress.say(f"workers were lost ({reason}): others take over")

    def _named(self, row: int, reason: str) -> str:
        path = str(self._work.pictures.paths[row])
        return reason if path in reason else f"{path}: {reason}"

    def _kept(self, reason: str) -> str:
        return f"{self._work.title}: {reason}; what is embedded is kept, the same command goes on"


def _reason(error: Exception) -> str:
    """One line of what Ray says of a failed task or a dead worker."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if getattr(error, "cause", None) is not None:
        return lines[-1][:REASON]  # the others are where it happened
    # The names of actors and addresses, one a line, say nothing to a reader.
    return " ".join(line for line in lines if ": " not in line[:20])[:REASON]
