"""Models whose weights are read are not drawn first; who may read a run may read its weights."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from tests.conftest import PLUGINS
from zoo.compare import Zoo
from zoo.plugins import load_plugins
from zoo.training.checkpoint import Undrawn, read_tensors, save_tensors


def test_parameters_are_not_drawn_and_all_else_is() -> None:
    before = torch.get_rng_state()
    with Undrawn():
        layer = nn.Linear(3, 2)
        nn.init.xavier_uniform_(nn.Conv2d(3, 4, 3).weight)
        nn.init.kaiming_normal_(layer.weight)
        norm = nn.BatchNorm1d(2)
    assert torch.equal(torch.get_rng_state(), before)
    assert norm.weight.tolist() == [1, 1]  # a constant is no draw
    with Undrawn():
        drawn = torch.zeros(1000).normal_()
    assert 0.8 < float(drawn.std()) < 1.2


def test_a_loaded_model_has_the_weights_of_its_file(zoo: Zoo) -> None:
    run = zoo.run("tiny_a")
    before = torch.get_rng_state()
    state = run.load_model().state_dict()
    assert torch.equal(torch.get_rng_state(), before)
    saved, _ = read_tensors(run.folder / "model.safetensors")
    assert state.keys() == saved.keys()
    assert all(torch.equal(state[name], saved[name]) for name in saved)
    assert load_plugins([PLUGINS]).get("tiny_a").network()[0].weight.abs().sum() > 0


def test_layers_that_share_a_weight_are_saved(tmp_path: Path) -> None:
    def tied() -> nn.Module:
        network = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
        network[1].weight = network[0].weight
        return network

    first, second = tied(), tied()
    save_tensors(tmp_path / "model.safetensors", first.state_dict(), {})
    second.load_state_dict(read_tensors(tmp_path / "model.safetensors")[0])
    pictures = torch.rand(2, 3)
    assert torch.equal(first(pictures), second(pictures))
    assert second[1].weight is second[0].weight


def test_weights_are_as_readable_as_any_other_file(tmp_path: Path) -> None:
    (tmp_path / "run.json").touch()
    save_tensors(tmp_path / "model.safetensors", {"weight": torch.zeros(2)}, {})
    modes = {path.stat().st_mode for path in tmp_path.iterdir()}
    assert len(modes) == 1
