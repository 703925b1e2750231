"""`zoo export` and `zoo vectors`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.typed import as_json, run


def test_export_shape_and_files(at: tuple[object, ...], tmp_path: Path) -> None:
    out = tmp_path / "network.onnx"
    report = as_json("export", "tiny_a", "--to", "onnx", "--out", out, *at)
    assert {"backbone", "format", "file", "bytes", "largest_difference", "card"} <= set(report)
    assert Path(report["file"]).stat().st_size == report["bytes"]
    done = run("export", "tiny_b", "--to", "safetensors", *at, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("wrote tiny_b.safetensors")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["network.onnx", "tiny_b.safetensors"]


def test_vectors_shape_and_file(at: tuple[object, ...], tmp_path: Path) -> None:
    out = tmp_path / "vectors.npz"
    report = as_json("vectors", "--out", out, "--backbone", "tiny_b", *at)
    assert {"backbone", "file", "items", "attributes"} <= set(report)
    assert (report["backbone"], report["items"]) == ("tiny_b", 240)
    with np.load(out, allow_pickle=False) as data:
        assert data["class/colour"].shape == (240,)
