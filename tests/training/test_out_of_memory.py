"""A step that memory cannot hold is made of smaller forwards, or refused in one line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.training.conftest import SHORT
from zoo.backbones import Backbone, Transform
from zoo.catalog import Catalog
from zoo.errors import ZooError
from zoo.processes import Processes
from zoo.progress import Progress
from zoo.training import unfrozen
from zoo.training.train import train


class Small(Backbone):
    """Runs out of memory with more than four pictures a forward."""

    name, title, source = "small", "Small", "none"

    def network(self) -> torch.nn.Module:
        class Network(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.layer = torch.nn.Linear(3 * 16 * 16, 8)

            def forward(self, pictures: torch.Tensor) -> torch.Tensor:
                if self.training and len(pictures) > self.limit():
                    raise torch.OutOfMemoryError("out of memory")
                return torch.relu(self.layer(pictures.flatten(1)))

            def limit(self) -> int:
                return 4

        return Network()

    def transform(self, image_size: int | None = None) -> Transform:
        return Transform(16, 1.0, "bilinear", (0.5,) * 3, (0.5,) * 3)  # type: ignore[arg-type]


def test_out_of_memory_halves_the_forward_and_keeps_the_steps(
    catalog: Catalog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Roomy(Small):
        def network(self) -> torch.nn.Module:
            network = super().network()
            network.limit = lambda: 10**6  # type: ignore[assignment]
            return network

    table = catalog.table.copy()
    table.loc[table.index % 3 > 0, "colour"] = None  # parts that know much of it, and little
    some = replace(catalog, table=table)
    settings = replace(SHORT, epochs_frozen=0, epochs_unfrozen=1, dropout=0.0, precision="fp32")
    tight = train(Small(), some, settings, tmp_path / "tight", Progress())
    assert "out of memory: going on with 4 pictures a forward" in capsys.readouterr().err
    roomy = train(Roomy(), some, settings, tmp_path / "roomy", Progress())
    for name, tensor in roomy.model.state_dict().items():
        torch.testing.assert_close(tight.model.state_dict()[name], tensor, atol=1e-4, rtol=1e-3)


def test_one_of_several_does_not_go_on_alone_without_memory(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Alone(Processes):
        def share(self, rows: np.ndarray) -> np.ndarray:
            return rows

        def wrapped(self, model: torch.nn.Module, device: torch.device) -> torch.nn.Module:
            return model

    monkeypatch.setattr(unfrozen, "processes", lambda: Alone(count=2))
    with pytest.raises(ZooError, match=r"out of memory with \d+ pictures.* a larger --accumulate"):
        train(Small(), catalog, replace(SHORT, epochs_frozen=0), tmp_path, Progress())


def test_memory_for_not_even_a_few_pictures_is_a_clear_line(
    catalog: Catalog, tmp_path: Path
) -> None:
    class Full(Small):
        def network(self) -> torch.nn.Module:
            network = super().network()
            network.limit = lambda: 0  # type: ignore[assignment]
            return network

    with pytest.raises(ZooError, match="out of memory with 2 pictures a forward; give a smaller"):
        train(Full(), catalog, replace(SHORT, epochs_frozen=0), tmp_path, Progress())
