"""Extraction by a Ray cluster of several machines, which come, go and die meanwhile."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from zoo.cluster.connection import QUIET
from zoo.compare import Zoo
from zoo.embedding import Engine, embed_rows
from zoo.features import extract as extraction
from zoo.progress import Progress, Silence, Stage
from zoo.runs import Run

SHARD = 16
OBJECTS = 80 << 20  # bytes of each machine's object store


@dataclass
class Machines:
    """A cluster whose machines are processes of this one."""

    cluster: Any

    @property
    def address(self) -> str:
        return str(self.cluster.address)

    def add(self, cores: int) -> Any:
        return self.cluster.add_node(num_cpus=cores, object_store_memory=OBJECTS)

    def remove(self, node: Any) -> None:
        self.cluster.remove_node(node, allow_graceful=False)


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in QUIET.items():
            patch.setenv(name, value)
        from ray.cluster_utils import Cluster

        head = {"num_cpus": 0, "include_dashboard": False, "object_store_memory": OBJECTS}
        cluster = Cluster(initialize_head=True, head_node_args=head)
        try:
            yield Machines(cluster)
        finally:
            cluster.shutdown()


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "SHARD", SHARD)


@pytest.fixture
def run(zoo: Zoo) -> Run:
    return zoo.run("tiny_a")


class Events(Progress):
    """Does something when so many pictures are embedded; keeps what was said and counted."""

    def __init__(self, **at: Callable[[], None]) -> None:
        super().__init__()
        self.at = {int(name.removeprefix("at_")): event for name, event in at.items()}
        self.said: list[str] = []
        self.counted = 0

    def say(self, text: str) -> None:
        self.said.append(text)

    @contextmanager
    def stage(self, title: str, total: int, unit: str = "img") -> Iterator[Stage]:
        outer = self

        class Counting(Stage):
            def advance(self, count: int, **shown: Any) -> None:
                outer.counted += count
                for moment in [m for m in outer.at if m <= outer.counted]:
                    outer.at.pop(moment)()

        yield Counting(title, total, unit, None, shown=False)


def kill_a(worker: str) -> None:
    """SIGKILL one process of those workers, as the kernel does when memory is short."""
    found = [p for p in psutil.Process().children(recursive=True) if worker in _title(p)]
    os.kill(found[0].pid, signal.SIGKILL)


def _title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def on_cluster(
    run: Run, rows: np.ndarray, folder: Path, progress: Progress, machines: Machines
) -> dict[str, Any]:
    return embed_rows(run, rows, folder, progress, "torch", Engine("ray", machines.address))


def test_machines_and_workers_go_and_nothing_is_lost_or_twice(
    run: Run, tmp_path: Path, machines: Machines
) -> None:
    rows = np.tile(np.arange(len(run.catalog)), 3)
    first, second = machines.add(2), machines.add(2)

    def replace_a_machine() -> None:
        machines.remove(second)
        machines.add(2)

    events = Events(
        at_48=lambda: kill_a("ray::Forwarder"),
        at_144=lambda: kill_a("ray::Decoder"),
        at_240=replace_a_machine,
    )
    facts = on_cluster(run, rows, tmp_path / "there", events, machines)
    print(facts, events.said)
    embed_rows(run, rows, tmp_path / "here", Silence(), "torch")
    for name in ("embeddings.npy", "predictions.npz"):
        assert (tmp_path / "there" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()
    assert not events.at
    assert events.counted == len(rows)
    assert len(list((tmp_path / "there/shards").glob("*.npz"))) == len(rows) // SHARD
    assert sum("others take over" in line for line in events.said) >= 3
