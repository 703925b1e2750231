"""Training from weights that know something already."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.conftest import PLUGINS, TINY
from zoo.catalog import Catalog
from zoo.plugins import load_plugins
from zoo.progress import Progress
from zoo.training.checkpoint import read_tensors
from zoo.training.network import MODEL
from zoo.training.train import train

SETTINGS = replace(TINY, epochs_unfrozen=1)


def trained(catalog: Catalog, weights: str, folder: Path) -> dict[str, torch.Tensor]:
    """What a short training from these weights ends with, by name."""
    folder.mkdir()
    backbone = load_plugins([PLUGINS]).get("tiny_a")
    settings = replace(SETTINGS, weights=weights)
    return dict(train(backbone, catalog, settings, folder, Progress()).model.state_dict())


@pytest.fixture
def known(zoo_folder: Path) -> Path:
    """Weights that learnt these pictures."""
    return zoo_folder / "tiny_a" / MODEL


def test_batch_norm_keeps_the_statistics_of_trained_weights(
    catalog: Catalog, known: Path, tmp_path: Path
) -> None:
    before, after = read_tensors(known)[0], trained(catalog, str(known), tmp_path / "tuned")
    held = {name: value for name, value in after.items() if "running" in name}
    assert held
    assert all(torch.equal(value, before[name]) for name, value in held.items())
    weight = "backbone.0.weight"
    assert not torch.equal(after[weight], before[weight])


def test_batch_norm_finds_its_statistics_from_random_weights(
    catalog: Catalog, tmp_path: Path
) -> None:
    state = trained(catalog, "random", tmp_path / "scratch")
    assert all(value.any() for name, value in state.items() if name.endswith("running_mean"))
