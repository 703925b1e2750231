"""An attribute of several classes at once, from the catalogue to tags and scores."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import PLUGINS, TINY, draw_shape
from zoo.building import make_zoo
from zoo.catalog import Attribute, Catalog
from zoo.compare import Zoo, open_zoo
from zoo.exporting.export import export
from zoo.exporting.vectors import write_vectors
from zoo.outputs.documents import evaluate_report, tags_report
from zoo.outputs.leaderboard import evaluate_text
from zoo.outputs.tags import tagged_csv
from zoo.picture_tables import pictures_in
from zoo.plugins import load_plugins
from zoo.progress import Progress

MARKS = Attribute("marks", ("blue", "disc", "green", "red", "square"), "multi")


@pytest.fixture(scope="module", params=["shared", "per-attribute"])
def marked(
    request: pytest.FixtureRequest, catalog: Catalog, tmp_path_factory: pytest.TempPathFactory
) -> Zoo:
    """A zoo whose pictures have their colour and form as marks; every tenth is unknown."""
    table = catalog.table.copy()
    marks = [[c, f] for c, f in zip(table["colour"], table["category"], strict=True)]
    table["marks"] = [None if row % 10 == 0 else m for row, m in enumerate(marks)]
    several = replace(catalog, table=table, attributes=(*catalog.attributes, MARKS))
    folder = tmp_path_factory.mktemp("runs") / request.param
    several.save(folder)
    settings = replace(TINY, epochs_unfrozen=8, networks=request.param)
    make_zoo(load_plugins([PLUGINS]).select(["tiny_a"]), several, settings, folder, Progress())
    return open_zoo(folder, [PLUGINS])


def test_several_classes_are_learnt(marked: Zoo) -> None:
    scores = json.loads((marked.folder / "tiny_a" / "scores.json").read_text())
    found = scores["multi"]["marks"]
    assert found["map"] > found["chance"] + 0.2
    assert found["top3_recall"] > 3 / 5  # what any three of five would give
    # Every tenth picture is unknown, in the test split too.
    assert found["items"] < len(marked.catalog.rows("test"))
    assert set(scores["accuracy"]) == {"category", "colour"}


def test_several_classes_are_told(marked: Zoo, tmp_path: Path) -> None:
    draw_shape("red", "square", 800).save(tmp_path / "a.png")
    tagged, _ = marked.tag([tmp_path / "a.png"], None)
    report = tags_report(tagged[0])
    assert set(report["attributes"]) == {"category", "colour"}
    for mark in report["multi"]["marks"]:
        assert mark["class"] in MARKS.classes
        assert 0.5 <= mark["confidence"] <= 1
    report = evaluate_report(marked)
    assert "mAP by chance" in evaluate_text(report)
    assert report["backbones"]["tiny_a"]["calibration"]["marks"]["temperature"] > 0


def test_the_file_of_predictions_has_every_chance(marked: Zoo) -> None:
    (chances,) = marked.run().predictions.multis
    assert chances.shape == (len(marked.catalog), 5)
    assert chances.dtype == np.float16


def test_several_classes_are_handed_on(marked: Zoo, tmp_path: Path) -> None:
    write_vectors(marked.run(), tmp_path / "v.npz")
    with np.load(tmp_path / "v.npz", allow_pickle=False) as arrays:
        assert arrays["chance/marks"].shape == arrays["label/marks"].shape == (240, 5)
        assert arrays["names/marks"].tolist() == list(MARKS.classes)
    report = export(marked.run(), "safetensors", tmp_path / "n.safetensors")
    assert list(report["card"]["attributes"]) == ["category", "colour", "marks"]
    assert report["card"]["several_classes"] == ["marks"]
    draw_shape("red", "square", 800).save(tmp_path / "a.png")
    table = pictures_in(tmp_path / "a.png")
    tagged, _ = marked.tag(table.paths, None)
    header, line = tagged_csv(table, tagged, ["category", "colour", "marks"]).splitlines()
    assert header.endswith("marks,marks_confidence")
    assert set(line.split(",")[-2].split(";")) <= {"", *MARKS.classes}


def test_an_onnx_file_has_the_chances_of_several_classes(marked: Zoo, tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    export(marked.run(), "onnx", tmp_path / "n.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "n.onnx"))
    pixels = marked.run().transform.pixels(draw_shape("red", "square", 800))[None]
    (chances,) = session.run(["probabilities/marks"], {"pictures": pixels.transpose(0, 3, 1, 2)})
    expected = marked.run().encoder(pixels.copy()).multis[0]
    np.testing.assert_allclose(chances, expected, atol=2e-2)  # the encoder may compute in bf16
