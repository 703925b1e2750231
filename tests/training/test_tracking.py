"""Epochs as a tracker sees them."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import PLUGINS, TINY
from zoo.catalog import Catalog
from zoo.errors import ZooError
from zoo.plugins import load_plugins
from zoo.progress import Progress, read_progress
from zoo.training.tracking import make_progress
from zoo.training.train import train


def test_tensorboard_has_every_epoch(catalog: Catalog, tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    tiny = load_plugins([PLUGINS]).get("tiny_a")
    progress = make_progress(tmp_path, ["tiny_a"], "tensorboard")
    (tmp_path / "run").mkdir()
    trained = train(tiny, catalog, replace(TINY, epochs_unfrozen=2), tmp_path / "run", progress)
    progress.close()
    events = EventAccumulator(str(tmp_path / "tracking" / "tiny_a"))
    events.Reload()
    losses = events.Scalars("loss")
    assert [e.step for e in losses] == [1, 2, 3]
    assert [e.value for e in losses] == pytest.approx([e.loss for e in trained.history])


def test_no_tracker_and_an_unknown_one(tmp_path: Path) -> None:
    assert type(make_progress(tmp_path, [], "none")) is Progress
    with pytest.raises(ZooError, match="unknown tracker 'paper'; available: none, tensorboard"):
        make_progress(tmp_path, [], "paper")


def test_wandb_without_an_account_is_one_line_before_any_training(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_MODE", "online")
    monkeypatch.setenv("WANDB_API_KEY", "")
    monkeypatch.setenv("NETRC", str(tmp_path / "none"))
    wandb = pytest.importorskip("wandb")
    wandb.teardown()  # it reads the environment once in a process
    progress = make_progress(tmp_path, ["tiny_a"], "wandb")
    tiny = load_plugins([PLUGINS]).get("tiny_a")
    with pytest.raises(ZooError, match=r"'wandb' did not start \(.+\); .* WANDB_MODE=offline$"):
        train(tiny, catalog, TINY, tmp_path / "run", progress)
    assert read_progress(tmp_path) is None  # no stage of the training began
    wandb.teardown()


def test_wandb_keeps_every_epoch_offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    progress = make_progress(tmp_path, ["tiny_a"], "wandb")
    progress.begins("tiny_a")
    shown = {"loss": 0.5, "val_accuracy": 0.25, "learning_rate": 1e-3, "images_per_s": 80.0}
    for epoch in (1, 2):
        progress.measured("tiny_a", epoch, shown)
    progress.close()
    (kept,) = (tmp_path / "tracking").rglob("*.wandb")
    ends = time.monotonic() + 30  # a process of its own writes the file, also after the end
    while b"0.25" not in kept.read_bytes():
        assert time.monotonic() < ends, kept.read_bytes()
        time.sleep(0.05)
    assert b"val_accuracy" in kept.read_bytes()
