"""Weight files: every format that fits loads, everything else is refused with a clear line."""

from __future__ import annotations

import pickle
import time
from pathlib import Path

import pytest
import safetensors.torch
import torch
from torch import nn

from zoo.backbones import TimmBackbone
from zoo.errors import WeightsError
from zoo.training.model import ZooModel
from zoo.weights import answers, fetch_pretrained

BACKBONE = TimmBackbone("small", "Small", "resnet18.a1_in1k")


@pytest.fixture(scope="module")
def published() -> dict[str, torch.Tensor]:
    """A state as timm publishes it: with classifier."""
    import timm

    torch.manual_seed(3)
    return timm.create_model("resnet18.a1_in1k", pretrained=False).state_dict()


def save(state: dict[str, torch.Tensor], path: Path) -> Path:
    if path.suffix == ".safetensors":
        safetensors.torch.save_file(state, path)
    else:
        torch.save(state, path)
    return path


@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
@pytest.mark.parametrize("classifier", [True, False])
def test_files_of_each_format_load(
    published: dict[str, torch.Tensor], tmp_path: Path, suffix: str, classifier: bool
) -> None:
    state = {k: v for k, v in published.items() if classifier or not k.startswith("fc.")}
    network = BACKBONE.network()
    BACKBONE.load_file(network, save(state, tmp_path / f"weights{suffix}"))
    torch.testing.assert_close(network.state_dict()["conv1.weight"], published["conv1.weight"])


def test_the_model_of_a_run_loads(tmp_path: Path) -> None:
    network = BACKBONE.network()
    model = ZooModel(network, 512, [], 8, 0.0)
    path = save(model.state_dict(), tmp_path / "model.safetensors")
    other = BACKBONE.network()
    BACKBONE.load_file(other, path)
    assert torch.equal(other.state_dict()["conv1.weight"], network.state_dict()["conv1.weight"])


def test_a_missing_layer_is_refused(published: dict[str, torch.Tensor], tmp_path: Path) -> None:
    state = {k: v for k, v in published.items() if not k.startswith("layer4.")}
    path = save(state, tmp_path / "weights.pth")
    with pytest.raises(WeightsError, match=r"lacks layer4\..* and \d+ more"):
        BACKBONE.load_file(BACKBONE.network(), path)


def test_another_architecture_is_refused(tmp_path: Path) -> None:
    path = save(nn.Linear(2, 2).state_dict(), tmp_path / "weights.safetensors")
    with pytest.raises(WeightsError, match="lacks conv1.weight"):
        BACKBONE.load_file(BACKBONE.network(), path)


def test_a_misshapen_key_is_refused(published: dict[str, torch.Tensor], tmp_path: Path) -> None:
    state = published | {"conv1.weight": torch.zeros(64, 3, 3, 3)}
    path = save(state, tmp_path / "weights.pth")
    with pytest.raises(WeightsError, match=r"misshapes conv1\.weight"):
        BACKBONE.load_file(BACKBONE.network(), path)


class Harmful:
    """Would write a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def test_a_pickle_is_not_run(tmp_path: Path) -> None:
    path, touched = tmp_path / "weights.pth", tmp_path / "touched"
    path.write_bytes(pickle.dumps(Harmful(touched)))
    with pytest.raises(
        WeightsError, match="cannot be read safely: it holds other things"
    ) as caught:
        BACKBONE.load_file(BACKBONE.network(), path)
    assert "\n" not in str(caught.value)
    assert not touched.exists()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"nothing\.pth: no such file"):
        BACKBONE.load_file(BACKBONE.network(), tmp_path / "nothing.pth")


def test_a_hub_out_of_reach_is_one_line_within_five_seconds(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    started = time.monotonic()
    with pytest.raises(WeightsError, match="--weights random, or --weights FILE") as caught:
        TimmBackbone("x", "X", "legacy_xception.tf_in1k").load_pretrained(nn.Identity())
    assert time.monotonic() - started < 5
    assert "\n" not in str(caught.value)


def test_a_hub_whose_address_lacks_its_scheme_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "hub.example.com")
    with pytest.raises(WeightsError, match=r"hub\.example\.com does not answer"):
        fetch_pretrained("resnet50.a1_in1k")


def test_a_url_in_the_cache_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    backbone = TimmBackbone("x", "X", "legacy_xception.tf_in1k")
    (tmp_path / "hub" / "checkpoints").mkdir(parents=True)
    network = backbone.network()
    path = save(network.state_dict(), tmp_path / "hub/checkpoints/xception-43020ad28.pth")
    other = backbone.network()
    assert backbone.load_pretrained(other) == path
    assert torch.equal(other.state_dict()["conv1.weight"], network.state_dict()["conv1.weight"])


def test_a_closed_port_does_not_answer() -> None:
    assert not answers("http://127.0.0.1:9", patience=2)


@pytest.mark.parametrize("url", ["hub.example.com", "http://127.0.0.1:port", "http://[::1"])
@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_address_that_is_none_does_not_answer_at_once(url: str) -> None:
    started = time.monotonic()
    assert not answers(url, patience=5)
    assert time.monotonic() - started < 2
