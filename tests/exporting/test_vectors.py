"""Numpy files that open without pickle and hold what the zoo holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from zoo.compare import Seen, Zoo
from zoo.exporting.vectors import write_arrays, write_features, write_vectors


def test_vectors_hold_the_predictions_of_every_item(zoo: Zoo, tmp_path: Path) -> None:
    run, path = zoo.run("tiny_a"), tmp_path / "vectors.npz"
    report = write_vectors(run, path)
    assert report == {
        "backbone": "tiny_a",
        "file": str(path),
        "items": 240,
        "attributes": ["category", "colour"],
    }
    with np.load(path, allow_pickle=False) as data:
        assert str(data["backbone"]) == "tiny_a"
        assert data["item_id"].tolist() == zoo.catalog.table["item_id"].tolist()
        assert data["path"][3] == str(zoo.catalog.path(3))
        assert set(data["split"]) == {"train", "val", "test"}
        assert data["names/colour"].tolist() == ["blue", "green", "red"]
        assert (data["class/colour"] == run.predictions.best[:, 1]).all()
        assert (data["confidence/colour"] == run.predictions.confidence[:, 1]).all()
        assert (data["label/category"] == zoo.catalog.codes("category")).all()


def test_features_of_other_pictures(zoo: Zoo, tmp_path: Path) -> None:
    run = zoo.run("tiny_b")
    (seen,) = zoo.look([zoo.catalog.path(row) for row in (9, 4)], "tiny_b")
    assert isinstance(seen, Seen)
    write_features(run, seen.paths, seen.features, tmp_path / "features.npz")
    with np.load(tmp_path / "features.npz", allow_pickle=False) as data:
        assert data["path"].tolist() == [str(zoo.catalog.path(row)) for row in (9, 4)]
        assert data["embedding"].shape == (2, 24)
        assert np.linalg.norm(data["embedding"], axis=1) == pytest.approx(1)
        assert (data["class/category"] == run.predictions.best[[9, 4], 0]).all()
        assert data["names/category"].tolist() == ["disc", "square"]


def test_arrays_of_objects_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="allow_pickle"):
        write_arrays(tmp_path / "a.npz", {"a": np.array([{}, None], dtype=object)})
    assert list(tmp_path.iterdir()) == []
