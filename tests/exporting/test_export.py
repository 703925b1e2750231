"""Exported files do what the network does, and say what a program must know."""

from __future__ import annotations

import ast
import json
import re
import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

from tests.conftest import ROOT
from zoo.compare import Zoo
from zoo.errors import ExportError
from zoo.exporting import onnx_file
from zoo.exporting.card import card
from zoo.exporting.export import export
from zoo.exporting.graph import Graph
from zoo.exporting.onnx_file import largest_difference, write_onnx
from zoo.pictures import open_picture
from zoo.weights import read_state

onnxruntime = pytest.importorskip("onnxruntime")


@pytest.fixture(scope="module")
def written(zoo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """tiny_a as ONNX."""
    from tests.conftest import PLUGINS
    from zoo.compare import open_zoo

    path = tmp_path_factory.mktemp("exported") / "tiny.onnx"
    report = export(open_zoo(zoo_folder, [PLUGINS]).run("tiny_a"), "onnx", path)
    assert report["largest_difference"] < 1e-4
    assert report["bytes"] == path.stat().st_size
    return path


def test_onnx_gives_the_embeddings_and_predictions_of_the_zoo(written: Path, zoo: Zoo) -> None:
    run = zoo.run("tiny_a")
    rows = [0, 50, 239]
    pictures = np.stack(
        [run.transform.pixels(open_picture(zoo.catalog.path(r))).transpose(2, 0, 1) for r in rows]
    )
    session = onnxruntime.InferenceSession(str(written))
    embedding, category, colour = session.run(None, {"pictures": pictures})
    assert embedding.shape == (3, 16)
    assert np.linalg.norm(embedding, axis=1) == pytest.approx(1)
    assert embedding == pytest.approx(np.asarray(run.embeddings[rows]), abs=5e-3)  # bf16 may be
    assert category.sum(axis=1) == pytest.approx(1)
    best = np.stack([category.argmax(axis=1), colour.argmax(axis=1)], axis=1)
    assert (best == run.predictions.best[rows]).all()
    (alone, *_) = session.run(["embedding"], {"pictures": pictures[:1]})
    assert alone[0] == pytest.approx(embedding[0], abs=1e-6)


def test_onnx_says_what_a_program_must_know(written: Path) -> None:
    session = onnxruntime.InferenceSession(str(written))
    facts = json.loads(session.get_modelmeta().custom_metadata_map["zoo"])
    assert facts["backbone"]["name"] == "tiny_a"
    assert facts["preprocessing"] == {
        "colours": "RGB",
        "shorter_side": 32,
        "interpolation": "bilinear",
        "centre_crop": 32,
        "mean": [0.5, 0.5, 0.5],
        "std": [0.5, 0.5, 0.5],
    }
    assert facts["attributes"]["colour"] == ["blue", "green", "red"]
    assert facts["input"]["shape"] == ["batch", 3, 32, 32]
    assert list(facts["outputs"]) == [
        "embedding",
        "probabilities/category",
        "probabilities/colour",
    ]
    assert [output.name for output in session.get_outputs()] == list(facts["outputs"])


def test_a_picture_that_is_gone_is_not_needed(zoo: Zoo, tmp_path: Path) -> None:
    paths = zoo.catalog.table["path"].where(zoo.catalog.table.index == 7, "gone.png")
    zoo.catalog = replace(zoo.catalog, table=zoo.catalog.table.assign(path=paths))
    run = replace(zoo.run("tiny_a"), catalog=zoo.catalog)
    assert export(run, "onnx", tmp_path / "a.onnx")["largest_difference"] <= 1e-3
    none = replace(zoo.catalog, table=zoo.catalog.table.assign(path="gone.png"))
    with pytest.raises(ExportError, match=r"no picture of the catalogue .*gone\.png: no such file"):
        export(replace(run, catalog=none), "onnx", tmp_path / "b.onnx")
    assert not (tmp_path / "b.onnx").exists()


def test_safetensors_has_the_state_and_the_card(zoo: Zoo, tmp_path: Path) -> None:
    run, path = zoo.run("tiny_b"), tmp_path / "tiny.safetensors"
    export(run, "safetensors", path)
    with safe_open(path, "pt") as file:
        facts = json.loads(file.metadata()["zoo"])
        kept = {name for name in run.model.state_dict() if not name.startswith("proxies.")}
        assert set(file.keys()) == kept  # proxies are of use in training only
        assert torch.equal(file.get_tensor("heads.1.0.bias"), run.model.heads[1][0].bias)
    assert facts["attributes"] == card(run)["attributes"]
    assert facts["tensors"]["heads"]["colour"]["prefix"] == "heads.1."
    assert facts["tensors"]["heads"]["colour"]["layers"][0].startswith("Linear(in_features=24")
    # It serves as --weights FILE too.
    assert set(read_state(path)) == set(run.backbone.network().state_dict())


def test_a_file_that_differs_from_torch_is_not_left(zoo: Zoo, tmp_path: Path) -> None:
    run = zoo.run("tiny_a")
    graph = Graph(run.model, run.transform, singles=2)
    pictures = np.zeros((2, 3, 32, 32), dtype=np.uint8)
    pictures[1] = 200
    other = Graph(zoo.run("tiny_b").model, zoo.run("tiny_b").transform, singles=2)
    outputs = ["embedding", "probabilities/category", "probabilities/colour"]
    write_onnx(graph, card(run), pictures, tmp_path / "a.onnx")
    assert largest_difference(graph, pictures, outputs, tmp_path / "a.onnx") < 1e-4
    graph.scale *= 1.5
    assert largest_difference(graph, pictures, outputs, tmp_path / "a.onnx") > 1e-3
    other.scale *= float("nan")
    with pytest.raises(ExportError, match="differs from torch by nan, more than 0.001"):
        write_onnx(other, card(zoo.run("tiny_b")), pictures, tmp_path / "b.onnx")
    assert [path.name for path in tmp_path.iterdir()] == ["a.onnx"]


@pytest.mark.parametrize("package", ["onnx", "onnxruntime", "onnxscript"])
def test_a_missing_package_is_one_line(
    package: str, zoo: Zoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)  # what import finds of what is not there
    remedy = re.escape("pip install 'fashion-model-zoo[export]'")
    with pytest.raises(ExportError, match=f"{package}.*{remedy}"):
        export(zoo.run("tiny_a"), "onnx", tmp_path / "a.onnx")
    assert list(tmp_path.iterdir()) == []
    export(zoo.run("tiny_a"), "safetensors", tmp_path / "a.safetensors")


def test_a_network_that_no_onnx_file_holds_is_one_line(
    zoo: Zoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_file, "MOST_BYTES", 1000)
    with pytest.raises(ExportError, match="do not go into one ONNX file.*to safetensors instead"):
        export(zoo.run("tiny_a"), "onnx", tmp_path / "a.onnx")
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_is_one_line(zoo: Zoo, tmp_path: Path) -> None:
    run = zoo.run("tiny_a")
    assert run.model
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(ExportError, match=r"cannot write .*a\.safetensors: .*File too large"):
            export(run, "safetensors", tmp_path / "a.safetensors")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_format_is_one_line(zoo: Zoo) -> None:
    with pytest.raises(ExportError, match="unknown format 'tflite'; available: onnx, safetensors"):
        export(zoo.run("tiny_a"), "tflite", None)


def script_of_the_guide() -> str:
    guide = (ROOT / "docs" / "deployment.md").read_text()
    (script,) = (b for b in re.findall(r"```python\n(.*?)```", guide, re.S) if "onnxruntime" in b)
    return str(script)


def test_the_script_of_the_guide_works_without_the_project(written: Path, zoo: Zoo) -> None:
    script = script_of_the_guide()
    assert len([line for line in script.splitlines() if line]) <= 15
    nodes = list(ast.walk(ast.parse(script)))
    imported = {
        alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names
    }
    imported |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    assert imported == {"json", "sys", "numpy", "onnxruntime", "PIL"}
    row = 7
    done = subprocess.run(
        [sys.executable, "-c", script, str(written), str(zoo.catalog.path(row))],
        capture_output=True, text=True, timeout=60, check=True, cwd=written.parent,
    )  # fmt: skip
    run = zoo.run("tiny_a")
    best = dict(zip(("category", "colour"), run.predictions.best[row], strict=True))
    for name, code in best.items():
        assert f"{name}: {zoo.catalog.attribute(name).classes[code]}" in done.stdout
    assert "embedding of length 16" in done.stdout
