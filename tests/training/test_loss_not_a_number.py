"""Networks that cannot be trained: a loss that is no number, nothing to learn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.training.conftest import SHORT
from zoo.backbones import Backbone, Transform
from zoo.catalog import Catalog
from zoo.errors import ZooError
from zoo.progress import Progress
from zoo.training.checkpoint import read_tensors
from zoo.training.train import train


class Exploding(Backbone):
    """Gives infinities as soon as it is trained."""

    name, title, source = "exploding", "Exploding", "none"

    def network(self) -> torch.nn.Module:
        layer = torch.nn.Linear(3 * 16 * 16, 4)
        torch.nn.init.constant_(layer.weight, torch.inf)
        return torch.nn.Sequential(torch.nn.Flatten(), layer)

    def transform(self, image_size: int | None = None) -> Transform:
        return Transform(16, 1.0, "bilinear", (0.5,) * 3, (0.5,) * 3)  # type: ignore[arg-type]


def test_a_loss_that_is_not_a_number_stops_with_a_clear_line(
    catalog: Catalog, tmp_path: Path
) -> None:
    with pytest.raises(ZooError, match=r"nan in epoch 1, step 1; the best weights so far are in"):
        train(Exploding(), catalog, replace(SHORT, epochs_frozen=0), tmp_path, Progress())


class Steep(Exploding):
    """Its loss is a number, its gradient none: the slope of a root at nothing."""

    def network(self) -> torch.nn.Module:
        class Root(torch.nn.Module):
            def forward(self, features: torch.Tensor) -> torch.Tensor:
                return features + torch.sqrt(features * 0)

        layer = torch.nn.Linear(3 * 16 * 16, 4)
        return torch.nn.Sequential(torch.nn.Flatten(), layer, Root())


@pytest.mark.parametrize("precision", ["fp32", "fp16"])
def test_a_gradient_that_is_not_a_number_stops_before_it_spoils_the_weights(
    catalog: Catalog, tmp_path: Path, precision: str
) -> None:
    settings = replace(SHORT, precision=precision, batch_size=4)
    last = r"step 1;" if precision == "fp32" else r"step 17;"  # no scale was small enough
    with pytest.raises(ZooError, match=rf"the gradient became nan in epoch 1, {last} the best"):
        train(Steep(), catalog, settings, tmp_path, Progress())


class SpoiltAt(Progress):
    """Makes the model's weights infinite when the stage begins whose title holds `title`."""

    def __init__(self, title: str, network: torch.nn.Module) -> None:
        super().__init__()
        self.title, self.network = title, network

    def stage(self, title: str, total: int, unit: str = "img"):  # type: ignore[no-untyped-def]
        if self.title in title:
            torch.nn.init.constant_(next(self.network.parameters()), torch.inf)
        return super().stage(title, total, unit)


def test_the_best_weights_outlast_a_loss_that_is_not_a_number(
    tiny: Backbone, catalog: Catalog, tmp_path: Path
) -> None:
    network = tiny.network()

    class Same(type(tiny)):  # type: ignore[misc]
        def network(self) -> torch.nn.Module:
            return network

    backbone = Same("tiny_a", 16)
    # So long between checkpoints that the best weights are nowhere but in memory.
    settings = replace(SHORT, epochs_frozen=0, save_every=60.0)
    with pytest.raises(ZooError, match=r"nan in epoch 2, step 1; .*model\.safetensors .*--restart"):
        train(backbone, catalog, settings, tmp_path, SpoiltAt("epoch 2/2", network))
    state, _ = read_tensors(tmp_path / "model.safetensors")
    assert state["backbone.1.num_batches_tracked"] > 0  # trained, for an epoch
    assert all(torch.isfinite(tensor).all() for tensor in state.values())


def test_a_backbone_without_parameters_trains_its_heads_only(
    catalog: Catalog, tmp_path: Path
) -> None:
    class Flat(Exploding):
        def network(self) -> torch.nn.Module:
            return torch.nn.Flatten()

    trained = train(Flat(), catalog, SHORT, tmp_path, Progress())
    assert trained.origin.kind == "none"
    assert [e.phase for e in trained.history] == ["frozen"]
