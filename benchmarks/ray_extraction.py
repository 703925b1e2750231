"""The same catalogue embedded by this process and by a Ray cluster on the same machine.

Random weights, which cost what trained ones do, with all heads on. Both read the files, decode,
forward in the runtime that is accepted there, and write the same shards. The clock runs from when
the network is in memory here; starting a cluster and its workers is told apart.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from machine import made_on

from zoo import devices
from zoo.backbones import Backbone
from zoo.catalog import Catalog, CatalogSettings, read_catalog
from zoo.cluster.extraction import ClusterWork, extract_on_cluster
from zoo.cluster.network import NetworkJob
from zoo.features import extract as extraction
from zoo.features.accepted import CHECKED, Workload, accepted_runtimes
from zoo.features.decoding import PictureReader
from zoo.features.encoder import Encoder
from zoo.features.pixels import PixelSource, spread_rows
from zoo.plugins import load_plugins
from zoo.progress import Progress, Stage
from zoo.training.settings import Settings
from zoo.training.targets import head_attributes
from zoo.training.train import build_model

HEADER = (
    "| engine | networks | runtime | seconds in all | until the first | pictures/s after it |\n"
    "|---|---|---|---|---|---|"
)


class Clock(Progress):
    """When how many pictures were done."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.done = time.perf_counter(), list[tuple[float, int]]()

    @contextmanager
    def stage(self, title: str, total: int, unit: str = "img") -> Iterator[Stage]:
        """A bar that is not shown."""
        clock = self

        class Timed(Stage):
            def advance(self, count: int, **shown: Any) -> None:
                if count:
                    clock.done.append((time.perf_counter() - clock.begun, count))

        yield Timed(title, total, unit, None, shown=False)

    def line(self, engine: str, networks: int, runtime: str) -> str:
        """A row of the table."""
        whole = time.perf_counter() - self.begun
        (first, least), (last, _) = self.done[0], self.done[-1]
        rest = sum(count for _, count in self.done) - least
        rate = rest / (last - first) if last > first else 0.0
        return f"| {engine} | {networks} | {runtime} | {whole:.1f} | {first:.1f} | {rate:.0f} |"


@dataclass(frozen=True)
class Task:
    """A backbone over a catalogue."""

    backbone: Backbone
    catalog: Catalog
    settings: Settings
    runtime: str
    folder: Path

    def lines(self, address: str | None) -> Iterator[str]:
        """Both engines, and whether they gave the same."""
        transform = self.backbone.transform(self.settings.image_size)
        width = self.backbone.network()(transform.normalize(_black(transform.size))).shape[1]
        model = build_model(self.backbone, head_attributes(self.catalog), self.settings, width)
        digests = self.catalog.table["sha256"].tolist()
        catalog = self.catalog
        pictures = PictureReader(catalog.paths(), transform, catalog.boxes(), digests)
        items, singles = len(pictures), len(self.catalog.singles)
        sample = pictures.stack(spread_rows(items, CHECKED).tolist())
        compute = devices.choose(self.settings.device, self.settings.precision)

        clock = Clock()
        work = Workload(model, transform, compute, items, sample)
        runtime, facts = next(accepted_runtimes(self.runtime, work, clock.say))
        source, here = PixelSource(pictures, 0), self.folder / "here"
        extraction.extract(Encoder(runtime, singles), source, items, here, clock, "here")
        yield clock.line("local", 1, f"{facts['runtime']} {facts['precision']}")

        clock, there = Clock(), self.folder / "there"
        job = NetworkJob(
            model, transform, singles, items, sample,
            self.runtime, self.settings.device, self.settings.precision,
        )  # fmt: skip
        outcome = extract_on_cluster(ClusterWork(job, pictures, there, "ray"), address, clock)
        made = outcome.facts
        yield clock.line("ray", made["teams"], f"{made['runtime']} {made['precision']}")
        one, other = (np.load(f / extraction.EMBEDDINGS) for f in (here, there))
        yield f"\nLargest difference of an embedding's number: {np.abs(one - other).max():.2g}"


def _black(size: int) -> Any:
    import torch

    return torch.zeros(2, size, size, 3, dtype=torch.uint8)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--backbone", default="resnet50")
    parser.add_argument("--image-size", type=int, default=96)
    parser.add_argument("--limit", type=int, default=512)
    parser.add_argument("--shard", type=int, default=extraction.SHARD)
    parser.add_argument("--runtime", default="auto")
    parser.add_argument("--address")
    asked = parser.parse_args()
    extraction.SHARD = asked.shard
    backbone = load_plugins().get(asked.backbone)
    catalog, _ = read_catalog(asked.data, CatalogSettings(limit=asked.limit, min_per_class=2))
    settings = Settings(weights="random", image_size=asked.image_size)
    print(
        f"{len(catalog)} pictures, {backbone.title} at {asked.image_size} px, random weights, "
        f"shards of {asked.shard}\n\n{HEADER}"
    )
    with tempfile.TemporaryDirectory() as folder:
        task = Task(backbone, catalog, settings, asked.runtime, Path(folder))
        for line in task.lines(asked.address):
            print(line, flush=True)
    print(f"\n{made_on(['ray', 'openvino'])}")


if __name__ == "__main__":
    main()
