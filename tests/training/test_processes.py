"""Two processes train as one does: the same steps, the same weights but for rounding."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest
import torch

from tests.conftest import PLUGINS as TINY_PLUGINS
from tests.conftest import ROOT, TINY
from tests.ports import free_port
from zoo import building, devices, pipeline
from zoo.catalog import Catalog, load_catalog
from zoo.indexing import Wish
from zoo.pipeline import Means
from zoo.plugins import load_plugins
from zoo.processes import Processes
from zoo.progress import Silence
from zoo.training import unfrozen
from zoo.training.checkpoint import read_tensors
from zoo.training.data import training_data
from zoo.training.network import CHECKPOINT, new_model

PLUGINS = Path(__file__).parent.parent / "plugins_plain"
TORCHRUN = ["-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port"]


def machine(rank: int, port: int) -> list[str]:
    """The launcher of one of two machines with a process each.

    Without --multi_gpu it starts one process; with it as many as asked for, on CPUs too.
    """
    return [
        "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2",
        "--num_machines", "2", "--machine_rank", str(rank), "--main_process_ip", "127.0.0.1",
        "--main_process_port", str(port), "--mixed_precision", "no", "--dynamo_backend", "no",
    ]  # fmt: skip


def started(launcher: list[str], data: Path, runs: Path, *more: str) -> subprocess.Popen[str]:
    """A training that is under way."""
    command = [
        sys.executable, *launcher, str(ROOT / "train.py"), "plain", "--plugins", str(PLUGINS),
        "--data", str(data), "--runs", str(runs), "--weights", "random", "--image-size", "32",
        "--batch-size", "16", "--epochs-frozen", "1", "--epochs-unfrozen", "3", "--device", "cpu",
        "--precision", "fp32", "--dropout", "0", "--save-every", "0", *more,
    ]  # fmt: skip
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env=environment,
    )  # fmt: skip


def ended(process: subprocess.Popen[str], code: int = 0) -> str:
    """What a training said, once it has ended that way."""
    try:
        said = process.communicate(timeout=240)[1]
    finally:
        if process.poll() is None:
            switch_off(process)
    assert process.returncode == code, said[-3000:]
    return said


def switch_off(process: subprocess.Popen[str]) -> None:
    """SIGKILL a launcher and what it started, which is in groups of its own."""
    for part in [*psutil.Process(process.pid).children(recursive=True), process]:
        os.kill(part.pid, signal.SIGKILL)


def train(launcher: list[str], data: Path, runs: Path) -> str:
    return ended(started(launcher, data, runs))


def test_one_alone_shares_with_nobody() -> None:
    alone = Processes()
    rows = np.arange(5)
    assert alone.share(rows).tolist() == rows.tolist()
    assert alone.joined(torch.arange(5), 5).tolist() == [0, 1, 2, 3, 4]
    assert alone.agreed(True)
    assert not alone.agreed(False)
    assert alone.mean(0.5) == 0.5


def test_shares_are_all_of_it_once() -> None:
    rows = np.arange(7)
    shares = [Processes(3, rank).share(rows) for rank in range(3)]
    assert sorted(np.concatenate(shares)) == rows.tolist()


@dataclass(frozen=True)
class First(Processes):
    """The first of two, which notes what the other one has to be told."""

    count: int = 2
    said: deque[object] = field(default_factory=deque)

    def agreed(self, answer: bool) -> bool:
        self.said.append(answer)
        return answer

    def wait(self) -> None:
        self.said.append("wait")


class Second(First):
    """The other one, which is told in that order."""

    def agreed(self, answer: bool) -> bool:
        return bool(self.said.popleft())

    def wait(self) -> None:
        assert self.said.popleft() == "wait"


def test_all_come_to_the_same_exchanges_where_one_only_indexes_anew(
    zoo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Path(shutil.copytree(zoo_folder, tmp_path / "zoo"))
    registry, catalog = load_plugins([TINY_PLUGINS]), load_catalog(place)
    backbones = registry.select(["tiny_a", "tiny_b"])
    means = Means(wish=Wish("exact", known=registry.indexes))
    said: deque[object] = deque()
    group = First(said=said)
    for module in (building, pipeline):
        monkeypatch.setattr(module, "processes", lambda: group)
    building.make_zoo(backbones, catalog, TINY, place, Silence(), means)
    group = Second(rank=1, said=said)
    building.follow(backbones, TINY, place)
    assert not said


def test_one_without_a_picture_to_validate_on_exchanges_as_often(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined: list[tuple[int, ...]] = []

    class Last(Processes):
        def joined(self, mine: torch.Tensor, total: int) -> torch.Tensor:
            joined.append(tuple(mine.shape))
            return mine.new_zeros((total, *mine.shape[1:]))

    tiny = load_plugins([TINY_PLUGINS]).get("tiny_a")
    model, _ = new_model(tiny, catalog, TINY)
    data = training_data(tiny, catalog, TINY)
    monkeypatch.setattr(unfrozen, "processes", Processes)
    phase = unfrozen.Unfrozen(
        model, replace(data, val=data.val[:1]), TINY, tiny.recipe, devices.choose("cpu", "fp32"),
        torch.optim.SGD(model.parameters()),
    )  # fmt: skip
    phase.group = Last(count=2, rank=1)
    phase.validate(32)
    assert joined == [(0, 2), (0, 3)]  # of the head of either attribute, no rows


@pytest.fixture(scope="module")
def alone(shapes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of one process."""
    runs = tmp_path_factory.mktemp("one") / "runs"
    train([], shapes, runs)
    return runs / "plain"


@pytest.fixture(scope="module")
def two(shapes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of two processes that torchrun started."""
    runs = tmp_path_factory.mktemp("two") / "runs"
    assert "2 processes" in train([*TORCHRUN, str(free_port())], shapes, runs)
    return runs / "plain"


def test_two_processes_give_the_weights_of_one(alone: Path, two: Path) -> None:
    expected, _ = read_tensors(alone / "model.safetensors")
    got, _ = read_tensors(two / "model.safetensors")
    for name, tensor in expected.items():
        torch.testing.assert_close(got[name], tensor, atol=2e-3, rtol=1e-2, msg=name)
    histories = [pd.read_csv(run / "history.csv") for run in (alone, two)]
    np.testing.assert_allclose(histories[0]["loss"], histories[1]["loss"], rtol=1e-3)
    assert len(json.loads((two / "scores.json").read_text())["accuracy"]) == 2


def test_a_machine_that_is_gone_ends_the_other_and_both_go_on_later(
    two: Path, shapes: Path, tmp_path: Path
) -> None:
    """As accelerate starts them, and to the weights of the two that torchrun started."""
    runs, port = tmp_path / "runs", free_port()
    first, second = (started(machine(rank, port), shapes, runs) for rank in (0, 1))
    checkpoint = runs / ".plain.partial" / CHECKPOINT
    while not checkpoint.is_file() and first.poll() is None:
        time.sleep(0.01)
    switch_off(second)
    second.communicate()
    said = ended(first, code=1)
    assert "error: a process of this training is gone (" in said
    assert "start all of them again with --resume" in said
    assert checkpoint.is_file()
    port = free_port()
    again = [started(machine(rank, port), shapes, runs, "--resume") for rank in (0, 1)]
    for process in again:
        ended(process)
    expected, _ = read_tensors(two / "model.safetensors")
    got, _ = read_tensors(runs / "plain" / "model.safetensors")
    for name, tensor in expected.items():
        assert torch.equal(got[name], tensor), name
