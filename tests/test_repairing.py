"""The command that a damaged run names repairs it, with the settings that it had."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import PLUGINS, TINY
from tests.test_runs import drop
from tests.typed import run
from zoo.building import discard_unfinished, make_zoo
from zoo.catalog import load_catalog
from zoo.commands.training import train
from zoo.compare import open_zoo
from zoo.plugins import load_plugins
from zoo.progress import Progress
from zoo.run_files import repair
from zoo.runs import verify
from zoo.training.settings import OPTIONS, Settings

DAMAGES: dict[str, Callable[[Path], None]] = {
    "model": lambda run: (run / "model.safetensors").unlink(),
    "unfinished": lambda run: drop(run, "evaluated"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_run_is_made_anew(place: Path, damage: str) -> None:
    DAMAGES[damage](place / "tiny_a")
    (problem,) = open_zoo(place, [PLUGINS]).problems
    again = load_plugins([PLUGINS]).select(["tiny_a"])
    discard_unfinished(place, again)
    make_zoo(again, load_catalog(place), TINY, place, Progress())
    assert open_zoo(place, [PLUGINS]).problems == ()
    asked = "--restart --weights random --image-size 32 --batch-size 16 --epochs-frozen 1"
    assert f"python train.py tiny_a --runs {place} {asked} --epochs-unfrozen 4" in problem.error


CHEAP: dict[str, tuple[str, Callable[[Path], None]]] = {
    "embeddings": ("embed", lambda run: os.truncate(run / "embeddings.npy", 200)),
    "predictions": ("embed", lambda run: (run / "predictions.npz").unlink()),
    "scores": ("index", lambda run: (run / "scores.json").unlink()),
}


@pytest.mark.parametrize("part", CHEAP)
def test_what_the_network_says_costs_no_training(place: Path, part: str) -> None:
    command, damage = CHEAP[part]
    written = (place / "tiny_a" / "model.safetensors").stat()
    damage(place / "tiny_a")
    (problem,) = open_zoo(place, [PLUGINS]).problems
    assert problem.error.endswith(f"; repair it with: zoo {command} tiny_a --runs {place}")
    done = run(command, "tiny_a", "--runs", place, "--plugins", PLUGINS)
    assert done.returncode == 0, done.stderr
    zoo = open_zoo(place, [PLUGINS])
    assert zoo.problems == ()
    assert verify(zoo.run("tiny_a")) == []
    assert (place / "tiny_a" / "model.safetensors").stat().st_mtime_ns == written.st_mtime_ns


def test_a_damaged_index_costs_no_training(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.truncate(place / "tiny_a" / "index.ann", 200)
    again = load_plugins([PLUGINS]).select(["tiny_a"])
    make_zoo(again, load_catalog(place), TINY, place, Progress())
    assert "tiny_a: already trained with these settings" in capsys.readouterr().err


def test_the_settings_are_options_of_the_command() -> None:
    assert set(OPTIONS) < set(inspect.signature(train).parameters)
    assert Settings(save_every=5, device="cpu").options() == []
    other = replace(TINY, hidden=(64, 32), networks="per-attribute", layer_decay=0.5)
    assert " ".join(other.options()) == (
        "--weights random --image-size 32 --batch-size 16 --epochs-frozen 1 --epochs-unfrozen 4 "
        "--hidden 64,32 --networks per-attribute --layer-decay 0.5"
    )


def test_what_a_run_was_asked_for_is_asked_again(tmp_path: Path) -> None:
    settings = Settings(weights="my weights.pth").as_dict()
    facts = {"settings": settings, "index": "lance", "index_uri": "s3://bucket/index"}
    assert repair(tmp_path / "a", facts).endswith(
        "--restart --weights 'my weights.pth' --index lance --index-uri s3://bucket/index"
    )
    assert repair(tmp_path / "a", {}).endswith("--restart and the options that it was trained with")
