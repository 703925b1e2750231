"""Items of a catalogue through a trained network, here or by a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np

from zoo import devices
from zoo.catalog import write_report
from zoo.catalog.listing import Finding
from zoo.cluster.connection import check_installed
from zoo.cluster.extraction import ClusterWork, extract_on_cluster
from zoo.cluster.network import NetworkJob
from zoo.cluster.workers import cluster_workers
from zoo.errors import PictureError, RunError, ZooError, unknown
from zoo.features.accepted import CHECKED, Workload, accepted_runtimes
from zoo.features.decoding import PictureReader, Problem
from zoo.features.encoder import Encoder
from zoo.features.extract import UnusableError, extract
from zoo.features.pixels import PixelSource, spread_rows
from zoo.plurals import numbered
from zoo.progress import Progress
from zoo.runs import Run
from zoo.training.settings import Settings

ENGINES = ("local", "ray")
REPORT = "embed_report.csv"  # in the zoo: pictures that have no embedding


@dataclass(frozen=True)
class Engine:
    """What runs the extraction: this process, or a Ray cluster at an address."""

    name: str = "local"
    address: str | None = None  # left out: RAY_ADDRESS, else a cluster on this machine

    def check(self) -> None:
        """ZooError for an engine that is unknown or not installed, or an address for none."""
        if self.name not in ENGINES:
            raise ZooError(unknown("engine", self.name, ENGINES))
        if self.name == "ray":
            check_installed()
        elif self.address is not None:
            raise ZooError(f"--address {self.address} is of a Ray cluster; add --engine ray")

    @contextmanager
    def workers(self) -> Iterator[Executor | None]:
        """The cluster's workers, for other work than this room's; None of this process."""
        if self.name == "local":
            yield None
            return
        with cluster_workers(self.address) as workers:
            yield workers


LOCAL = Engine()


def embed_rows(
    run: Run,
    rows: np.ndarray,
    folder: Path,
    progress: Progress,
    runtime: str,
    engine: Engine = LOCAL,
) -> dict[str, Any]:
    """Embed those rows of the run's catalogue into files of `folder`; returns the facts of it."""
    task = _Task(run, rows, folder, progress, runtime)
    facts = task.here() if engine.name == "local" else task.on_cluster(engine.address)
    return {**facts, "finished": datetime.now(timezone.utc).isoformat(timespec="seconds")}


class _Task:
    """Rows of a run's catalogue that are to be embedded."""

    def __init__(
        self, run: Run, rows: np.ndarray, folder: Path, progress: Progress, runtime: str
    ) -> None:
        self._run, self._rows, self._folder = run, rows, folder
        self._progress, self._runtime = progress, runtime
        self._title = f"{run.name}: embeddings"
        digests = run.catalog.table["sha256"].iloc[rows].tolist()
        self._pictures = PictureReader(
            run.catalog.paths(rows), run.transform, run.catalog.boxes(rows), digests
        )
        settings = Settings.from_dict(run.facts["settings"])
        self._precision = settings.precision
        self._device = "cpu" if runtime == "openvino" else settings.device  # whatever trained it

    def here(self) -> dict[str, Any]:
        """The first runtime that does not fail embeds all; the shards of one that did are kept."""
        run = self._run
        compute = self._compute()
        source = PixelSource(self._pictures, 0, compute.decoding_processes, compute.room)
        sample = self._usable_sample()
        work = Workload(run.load_model(), run.transform, compute, len(self._rows), sample)
        failure: RuntimeError | None = None
        for chosen, facts in accepted_runtimes(self._runtime, work, self._progress.say):
            encoder = Encoder(chosen, len(run.catalog.singles))
            try:
                rate = extract(
                    encoder,
                    source,
                    len(self._rows),
                    self._folder,
                    self._progress,
                    self._title,
                )
            except UnusableError as error:
                raise RunError(f"{self._title}: {self._reported(error.problems)}") from error
            except RuntimeError as error:
                failure = error
                self._progress.say(f"{chosen.name} in {chosen.precision} failed: {error}")
                continue
            return {"images_per_s": rate, **facts, "device": compute.device.type}
        raise RunError(f"{self._title}: every runtime failed; the last: {failure}") from failure

    def _compute(self) -> devices.Compute:
        """What trained the run, so far as it is there; what embeds is checked in any case."""
        there = devices.available()
        if self._device in ("auto", *there):
            return devices.choose(self._device, self._precision)
        self._progress.say(f"{self._title}: no {self._device} here, by {there[0]}")
        return devices.choose()

    def on_cluster(self, address: str | None) -> dict[str, Any]:
        """RunError when pictures have no embedding, after all others have; a report lists them."""
        job = NetworkJob(
            self._run.load_model(),
            self._run.transform,
            len(self._run.catalog.singles),
            len(self._rows),
            self._usable_sample(),
            self._runtime,
            self._device,
            self._precision,
        )
        work = ClusterWork(job, self._pictures, self._folder, self._title)
        outcome = extract_on_cluster(work, address, self._progress)
        if outcome.problems:
            raise RunError(f"{self._title}: {self._reported(outcome.problems)}")
        if not outcome.facts:  # a killed call had embedded all of it here
            return self.here()
        return {"images_per_s": outcome.images_per_s, **outcome.facts}

    def _usable_sample(self) -> np.ndarray:
        """Pixels of a few pictures, on which runtimes are checked."""
        rows = spread_rows(len(self._rows), CHECKED).tolist()
        pixels = list[np.ndarray]()
        for row in rows:
            with suppress(PictureError):  # told when all others are embedded
                pixels.append(self._pictures.pixels(row))
        return np.stack(pixels or [self._pictures.pixels(rows[0])])

    def _reported(self, problems: list[Problem]) -> str:
        """Write down which pictures have no embedding; returns what to say."""
        ids = self._run.catalog.table["item_id"]
        findings = [
            Finding("picture without embedding", str(ids.iat[self._rows[place]]), reason)
            for place, reason in sorted(problems)
        ]
        path = write_report(findings, self._run.folder.parent, REPORT)
        return (
            f"{len(findings)} of {numbered(len(self._rows), 'picture')} left without, listed in "
            f"{path}; first {findings[0].detail}; shards without such pictures are kept, the same "
            "command goes on"
        )
