"""Training in fp16: gradients are scaled into what it can tell from nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from tests.training.conftest import SHORT, Killed, KilledAt
from zoo.backbones import Backbone, Transform
from zoo.catalog import Attribute, Catalog
from zoo.progress import Progress
from zoo.training.checkpoint import read_tensors
from zoo.training.model import ZooModel
from zoo.training.network import CHECKPOINT, new_model
from zoo.training.optimizer import make_optimizer, set_rate, take_step
from zoo.training.train import train


class Faint(Backbone):
    """Its gradients are less than the least number of fp16, about 6e-8."""

    name, title, source = "faint", "Faint", "none"

    def network(self) -> nn.Module:
        class Less(nn.Module):
            def forward(self, features: torch.Tensor) -> torch.Tensor:
                return features * 1e-6

        return nn.Sequential(nn.Flatten(), nn.Linear(3 * 16 * 16, 4), Less())

    def transform(self, image_size: int | None = None) -> Transform:
        return Transform(16, 1.0, "bilinear", (0.5,) * 3, (0.5,) * 3)  # type: ignore[arg-type]


def test_small_gradients_teach_and_their_scale_is_resumed(catalog: Catalog, tmp_path: Path) -> None:
    settings = replace(SHORT, epochs_frozen=0, metric=0.0, precision="fp16")
    with pytest.raises(Killed):
        train(Faint(), catalog, settings, tmp_path, KilledAt("epoch 2/2"))
    before = new_model(Faint(), catalog, settings)[0].state_dict()
    tensors, first = read_tensors(tmp_path / CHECKPOINT)
    name = "backbone.1.bias"  # not decayed: only a gradient moves it
    assert (tensors[f"model.{name}"] != before[name]).all()
    train(Faint(), catalog, settings, tmp_path, Progress())
    _, second = read_tensors(tmp_path / CHECKPOINT)
    # It counts the steps since it last changed; of these, none made it.
    steps = [facts["scaler"]["_growth_tracker"] for facts in (first, second)]
    assert steps[1] == 2 * steps[0] > 0


def test_a_step_that_its_scale_made_infinite_is_passed_over() -> None:
    model = ZooModel(nn.Linear(3, 2), 2, [Attribute("kind", ("a", "b"))], (4,), 0.0)
    optimizer = make_optimizer(model, SHORT)
    set_rate(optimizer, 0.1)
    scaler = torch.amp.GradScaler("cpu")
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}

    def step(size: float) -> None:
        optimizer.zero_grad()
        scaler.scale(size * model(torch.ones(1, 3))[1].sum()).backward()
        take_step(model, optimizer, scaler)

    step(1e35)  # finite; 65536 times as much is not
    assert scaler.get_scale() == 2**15
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    step(1.0)
    assert scaler.get_scale() == 2**15
    assert not torch.equal(model.state_dict()["heads.0.3.bias"], before["heads.0.3.bias"])
