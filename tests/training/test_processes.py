"""Two processes train as one does: the same steps, the same weights but for rounding."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from tests.conftest import ROOT
from zoo.processes import Processes
from zoo.training.checkpoint import read_tensors

PLUGINS = Path(__file__).parent.parent / "plugins_plain"
TORCHRUN = ["-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-port"]
# Without --multi_gpu it starts one process; with it as many as asked for, on CPUs too.
ACCELERATE = [
    "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2",
    "--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no",
    "--main_process_port",
]  # fmt: skip


def free_port() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


def train(launcher: list[str], data: Path, runs: Path) -> str:
    command = [
        sys.executable, *launcher, str(ROOT / "train.py"), "plain", "--plugins", str(PLUGINS),
        "--data", str(data), "--runs", str(runs), "--weights", "random", "--image-size", "32",
        "--batch-size", "16", "--epochs-frozen", "1", "--epochs-unfrozen", "3", "--device", "cpu",
        "--precision", "fp32", "--dropout", "0",
    ]  # fmt: skip
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=240)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stderr


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


@pytest.fixture(scope="module")
def alone(shapes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of one process."""
    runs = tmp_path_factory.mktemp("one") / "runs"
    train([], shapes, runs)
    return runs / "plain"


@pytest.mark.parametrize("launcher", [TORCHRUN, ACCELERATE], ids=["torchrun", "accelerate"])
def test_two_processes_give_the_weights_of_one(
    alone: Path, shapes: Path, tmp_path: Path, launcher: list[str]
) -> None:
    said = train([*launcher, free_port()], shapes, tmp_path / "two")
    assert "2 processes" in said
    one, two = alone, tmp_path / "two" / "plain"
    expected, _ = read_tensors(one / "model.safetensors")
    got, _ = read_tensors(two / "model.safetensors")
    for name, tensor in expected.items():
        torch.testing.assert_close(got[name], tensor, atol=2e-3, rtol=1e-2, msg=name)
    histories = [pd.read_csv(run / "history.csv") for run in (one, two)]
    np.testing.assert_allclose(histories[0]["loss"], histories[1]["loss"], rtol=1e-3)
    assert len(json.loads((two / "scores.json").read_text())["accuracy"]) == 2
