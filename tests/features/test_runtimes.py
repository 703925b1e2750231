"""Runtimes give what torch gives in fp32, or are not used."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.conftest import PLUGINS
from zoo import redoing
from zoo.backbones import Transform
from zoo.catalog import Catalog
from zoo.cluster.network import Forwarder, NetworkJob
from zoo.compare import Zoo
from zoo.devices import Compute
from zoo.errors import RunError, ZooError
from zoo.features import accepted
from zoo.features.accepted import Workload, accepted_runtimes, agreement_of, check_name
from zoo.features.compiled_runtime import CompiledRuntime
from zoo.features.decoding import PictureReader
from zoo.features.openvino_runtime import BATCH, OpenVinoRuntime
from zoo.features.runtime import Outputs, TorchRuntime
from zoo.pipeline import Means
from zoo.plugins import load_plugins
from zoo.progress import Progress
from zoo.runs import Run

CPU = torch.device("cpu")


@pytest.fixture
def run(zoo: Zoo) -> Run:
    return zoo.run("tiny_a")


@pytest.fixture
def pixels(run: Run) -> np.ndarray:
    return PictureReader(run.catalog.paths(), run.transform).stack(range(0, 240, 6))


def work(run: Run, pixels: np.ndarray, precision: str = "bf16", items: int = 240) -> Workload:
    return Workload(run.load_model(), run.transform, Compute(CPU, precision), items, pixels)


def test_openvino_gives_what_torch_gives(run: Run, pixels: np.ndarray) -> None:
    ours = OpenVinoRuntime(run.load_model(), run.transform, "fp32")
    torchs = TorchRuntime(run.load_model(), run.transform, Compute(CPU, "fp32"))
    for found, expected in zip(ours(pixels), torchs(pixels), strict=True):
        torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-3)


def test_openvino_streams_in_order_whatever_the_size_of_batches(
    run: Run, pixels: np.ndarray
) -> None:
    ours = OpenVinoRuntime(run.load_model(), run.transform, "fp32")
    cuts = [0, BATCH, BATCH + 1, 2 * BATCH, 2 * BATCH + 7]
    parts = [pixels[a:b] for a, b in pairwise(cuts)]
    streamed = list(ours.stream(parts))
    assert [len(outputs[0]) for outputs in streamed] == [BATCH, 1, BATCH - 1, 7]
    joined = torch.cat([outputs[0] for outputs in streamed])
    torch.testing.assert_close(joined, ours(pixels[: cuts[-1]])[0])


def test_a_compiled_forward_gives_what_torch_gives_for_any_number(
    run: Run, pixels: np.ndarray
) -> None:
    ours = CompiledRuntime(run.load_model(), run.transform, Compute(CPU, "fp32"))
    torchs = TorchRuntime(run.load_model(), run.transform, Compute(CPU, "fp32"))
    assert len(pixels) > ours.batch
    for found, expected in zip(ours(pixels), torchs(pixels), strict=True):
        torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-3)
    with torch.compiler.set_stance("fail_on_recompile"):  # one size was compiled, none since
        assert len(ours(pixels[:3])[0]) == 3


def test_the_fastest_is_tried_first_and_exact_torch_last(run: Run, pixels: np.ndarray) -> None:
    def tried(wanted: str, **more: Any) -> list[tuple[str, str]]:
        found = accepted_runtimes(wanted, work(run, pixels, **more), print)
        return [(facts["runtime"], facts["precision"]) for _, facts in found]

    assert tried("auto", precision="fp32") == [("torch", "fp32")]
    assert tried("auto", precision="fp32", items=30_000) == [
        ("openvino", "fp32"),
        ("torch", "fp32"),
    ]
    assert tried("torch", precision="fp32", items=30_000) == [("torch", "fp32")]
    assert tried("compiled", precision="fp32") == [("compiled", "fp32"), ("torch", "fp32")]


class Wrong(TorchRuntime):
    """A runtime that is wrong about every picture."""

    name = "openvino"

    def __call__(self, pixels: np.ndarray) -> Outputs:
        return super().__call__(255 - pixels)


def test_a_runtime_that_differs_is_said_and_not_used(
    run: Run, pixels: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(module: torch.nn.Module, transform: Transform, precision: str) -> Wrong:
        return Wrong(module, transform, Compute(CPU, precision))

    monkeypatch.setattr(accepted.openvino_runtime, "OpenVinoRuntime", wrong)
    said: list[str] = []
    todo = work(run, pixels, precision="fp32", items=30_000)
    ((runtime, facts),) = accepted_runtimes("auto", todo, said.append)
    assert (runtime.name, facts) == ("torch", {"runtime": "torch", "precision": "fp32"})
    assert said[0].startswith("openvino in fp32 differs from torch in fp32 on 40 pictures")
    with pytest.raises(RunError, match="leave --runtime out"):
        next(accepted_runtimes("openvino", todo, said.append))


def test_a_runtime_that_fails_on_the_first_pictures_is_said_and_not_used(
    run: Run, pixels: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(TorchRuntime):
        def __call__(self, pixels: np.ndarray) -> Outputs:
            raise RuntimeError("no such instruction")

    def broken(module: torch.nn.Module, transform: Transform, precision: str) -> Broken:
        return Broken(module, transform, Compute(CPU, precision))

    monkeypatch.setattr(accepted.openvino_runtime, "OpenVinoRuntime", broken)
    said: list[str] = []
    todo = work(run, pixels, precision="fp32", items=30_000)
    ((runtime, _),) = accepted_runtimes("auto", todo, said.append)
    assert (runtime.name, said) == ("torch", ["no such instruction: torch embeds"])


class Contrary(torch.nn.Module):
    """A network whose way hangs on the pictures, which no exported graph can follow."""

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return pictures.mean(dim=(2, 3)) if bool(pictures.sum() > 0) else pictures.amax(dim=(2, 3))


def test_a_network_that_cannot_be_converted_is_left_to_torch(run: Run, pixels: np.ndarray) -> None:
    said: list[str] = []
    todo = Workload(Contrary(), run.transform, Compute(CPU, "fp32"), 30_000, pixels)
    ((runtime, _),) = accepted_runtimes("auto", todo, said.append)
    assert runtime.name == "torch"
    assert said[0].startswith("the network cannot be converted to OpenVINO")
    with pytest.raises(RunError, match="leave --runtime out"):
        next(accepted_runtimes("openvino", todo, said.append))


def test_agreement_by_hand() -> None:
    truth = np.eye(3, dtype=np.float32)
    assert agreement_of(truth, truth).enough
    turned = agreement_of(np.roll(truth, 1, axis=1), truth)
    assert (turned.cosine, turned.pictures, turned.enough) == (0.0, 3, False)
    assert agreement_of(truth[:1], truth[:1]).overlap == 1.0


def test_a_runtime_that_is_not_there() -> None:
    with pytest.raises(
        ZooError, match="unknown runtime 'tpu'; available: auto, compiled, openvino, torch"
    ):
        check_name("tpu", "auto")
    with pytest.raises(ZooError, match="runs on the cpu, not on cuda"):
        check_name("openvino", "cuda")


def embedded_again(zoo_folder: Path, catalog: Catalog, folder: Path) -> dict[str, Any]:
    """Embed a copy of the zoo by OpenVINO; what is recorded, the embeddings being the same."""
    shutil.copytree(zoo_folder, folder)
    before = np.load(folder / "tiny_a" / "embeddings.npy")
    tiny = load_plugins([PLUGINS]).get("tiny_a")
    redoing.embed(tiny, catalog, folder, Progress(), Means("openvino"))
    after = np.load(folder / "tiny_a" / "embeddings.npy")
    assert (before * after).sum(axis=1).mean() > 0.999
    facts: dict[str, Any] = json.loads((folder / "tiny_a" / "run.json").read_text())["embedded"]
    return facts


def test_openvino_embeds_a_zoo_and_is_recorded(
    zoo_folder: Path, catalog: Catalog, tmp_path: Path
) -> None:
    facts = embedded_again(zoo_folder, catalog, tmp_path / "zoo")
    assert facts["runtime"] == "openvino"
    assert facts["agreement"]["cosine"] > 0.999


def test_a_runtime_that_fails_on_the_way_is_followed_by_the_next(
    zoo_folder: Path, catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing(TorchRuntime):
        name = "openvino"

        def stream(self, batches: Any) -> Iterator[Outputs]:
            yield self(next(iter(batches)))
            raise RuntimeError("out of luck")

    def failing(module: torch.nn.Module, transform: Transform, precision: str) -> Failing:
        return Failing(module, transform, Compute(CPU, precision))

    monkeypatch.setattr(accepted.openvino_runtime, "OpenVinoRuntime", failing)
    facts = embedded_again(zoo_folder, catalog, tmp_path / "zoo")
    assert facts["runtime"] == "torch"


def test_an_embedding_that_a_lower_precision_cannot_hold_is_made_in_a_higher_one(
    zoo_folder: Path, catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Overflowing(TorchRuntime):
        name = "openvino"

        def stream(self, batches: Any) -> Iterator[Outputs]:
            for embedding, *heads in super().stream(batches):
                norms = torch.tensor([1.0] * (len(embedding) - 1) + [float("inf")])
                yield embedding * norms[:, None], *heads

    def overflowing(module: torch.nn.Module, transform: Transform, precision: str) -> Overflowing:
        runtime = Overflowing(module, transform, Compute(CPU, "fp32"))
        runtime.precision = "fp16"
        return runtime

    monkeypatch.setattr(accepted.openvino_runtime, "OpenVinoRuntime", overflowing)
    facts = embedded_again(zoo_folder, catalog, tmp_path / "zoo")
    assert facts["runtime"] == "torch"


def test_on_a_cluster_too(run: Run, pixels: np.ndarray) -> None:
    class Bright(torch.nn.Module):
        """Its answer to a white picture is beyond what fp16 holds."""

        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(3, 4, bias=False)
            torch.nn.init.constant_(self.layer.weight, 3e4)

        def forward(self, pictures: torch.Tensor) -> torch.Tensor:
            answer: torch.Tensor = self.layer(pictures.mean(dim=(2, 3)))
            return answer

    grey, white = np.full_like(pixels, 100), np.full_like(pixels, 255)
    job = NetworkJob(Bright(), run.transform, 0, len(pixels), grey, "torch", "cpu", "fp16")
    forwarder = Forwarder(job)
    assert forwarder.prepare().facts["precision"] == "fp16"
    shard = forwarder.embed(grey, white)
    assert shard.problems == ()
    assert "zero or not finite" in shard.said[0]
    assert shard.features is not None
    assert len(shard.features) == 2 * len(pixels)


def test_an_item_that_cannot_be_embedded_is_no_reason_to_try_another(
    run: Run, pixels: np.ndarray
) -> None:
    from zoo.features.encoder import Encoder

    model = run.load_model()
    with torch.no_grad():
        for parameter in model.backbone.parameters():
            parameter.zero_()
    encoder = Encoder(TorchRuntime(model, run.transform, Compute(CPU, "fp32")), 2)
    with pytest.raises(RunError, match="zero or not finite"):
        list(encoder.stream([pixels]))
    assert not issubclass(RunError, RuntimeError)
