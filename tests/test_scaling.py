"""The plan on paper: its tables are those of the inputs, and its sums can be done by hand."""

from __future__ import annotations

import copy
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

INPUTS = json.loads((ROOT / "benchmarks" / "scaling.json").read_text("utf-8"))


@pytest.fixture
def scaling(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return import_module("scaling")


@pytest.fixture
def inputs() -> Any:
    """Round numbers: ten images/s a core, a hundred decoded, a kilobyte an item and index."""
    made = copy.deepcopy(INPUTS)
    measured = made["measured"]
    stamp = {"command": "x", "machine": "here", "load": 0.1, "date": "2026-01-01"}
    for device, rate in (("cpu", 20.0), ("H100", 1000.0)):
        measured["extraction"][device] = {"net": {"images_per_s": rate, **stamp}}
    for device in ("A10G", "H200", "L4"):
        measured["extraction"][device] = {"net": None}
    measured["decode"] = {"images_per_s_per_core": 10.0, **stamp}
    measured["bytes"] = {
        "dimensions": {"net": 256}, "embeddings": {"net": 1024}, "annoy": {"net": 4096},
        "predictions": 100, "catalogue": 500, "thumbnail": 6000, **stamp,
    }  # fmt: skip
    return made


def row(text: str, *begins: str) -> list[str]:
    """The cells of the first row of a table that begins so."""
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in text.splitlines()]
    return next(cells for cells in rows if cells[: len(begins)] == list(begins))


def test_the_document_has_what_the_script_prints(scaling: Any) -> None:
    document = (ROOT / "docs" / "scaling.md").read_text("utf-8")
    assert scaling.written(document, INPUTS) == document, (
        "run: python benchmarks/scaling.py --write docs/scaling.md"
    )


def test_what_was_measured_before_is_in_the_results(scaling: Any) -> None:
    results = (ROOT / "docs" / "results.md").read_text("utf-8")
    for size in INPUTS["measured"]["annoy_before"]["sizes"]:
        vectors = f"generated, {size['items']:,} x {size['dimension']}"
        cells = row(results, vectors, "Annoy")
        assert cells[2] == f"search_k {size['search_k']}, as shipped"
        assert [float(c) for c in cells[3:6]] == [size["build_s"], size["recall"], size["p50_ms"]]


def test_time_and_money_are_those_of_the_rates(scaling: Any, inputs: Any) -> None:
    made = scaling.time_table(inputs)
    # 32 vCPUs x 10/s: a million in 3,125 s, at $1.428 an hour.
    assert row(made, "AWS c7i.8xlarge")[1:5] == ["net", "320", "forward", "52.1 min, $1"]
    assert row(made, "AWS c7i.8xlarge")[-1] == "36.2 days, $1,240"  # a billion
    # 192 vCPUs decode 1,920/s; eight GPUs would make 8,000.
    assert row(made, "AWS p5.48xlarge")[1:4] == ["net", "1,920", "decoding"]
    assert "| AWS g5.xlarge" not in made
    assert "Not measured: AWS g5.xlarge: net; " in made
    inputs["measured"]["extraction"]["A10G"]["net"] = {"images_per_s": 5.0, "date": ""}
    assert row(scaling.time_table(inputs), "AWS g5.xlarge")[2:4] == ["5", "forward"]


def test_storage_is_that_of_the_bytes(scaling: Any, inputs: Any) -> None:
    made = scaling.storage_table(inputs)
    sizes = ["1.02 GB", "4.10 GB", "0.10 GB", "5.22 GB", "not measured"]
    assert row(made, "net")[1:] == ["256 x float32", *sizes]
    kept = row(scaling.keeping_table(inputs), "100 million")
    assert kept[1:5] == ["112.4 GB", "409.6 GB", "50.0 GB", "600.0 GB"]
    assert kept[5:] == ["$94", "$27"]  # 1,172 GB at $0.08 and $0.023


def test_what_fits_into_memory_and_how_long_it_is_built(scaling: Any, inputs: Any) -> None:
    # Four fifths of 64 GiB at 5,120 bytes an item.
    assert row(scaling.limits_table(inputs), "AWS c7i.8xlarge")[1:4] == [
        "64 GiB", "net", "10.7 million",
    ]  # fmt: skip
    assert "to the power of 1.44, and" in scaling.extrapolation(inputs)  # 195 s after 7.1 s


def test_a_table_of_lancedb_grows_as_it_was_measured_to(scaling: Any, inputs: Any) -> None:
    small, large = ({"items": n, "dimension": 128} for n in (10**5, 10**6))
    sizes = [{**small, "build_s": 10, "p50_ms": 6}, {**large, "build_s": 100, "p50_ms": 12}]
    inputs["measured"]["lance"] = {"bytes": {"net": 2000}, "sizes": sizes}
    # Ten times the items: ten times the build, twice as long at 256 dimensions; twice the query.
    made = scaling.lance_limits_table(inputs)
    assert row(made, "10 million")[1:] == ["20.0 GB", "33.3 min", "24"]
    assert row(made, "1 billion")[1:] == ["2,000.0 GB", "2.3 days", "96"]


@pytest.mark.parametrize(
    ("missing", "part", "told"),
    [
        ("decode", "rates", "; decoding, one core."),
        ("ray", "rates", "; extraction on Ray."),
        ("bytes", "limits", "not measured"),
        ("lance", "lance-limits", "not measured"),
    ],
)
def test_what_is_not_measured_is_told(scaling: Any, missing: str, part: str, told: str) -> None:
    inputs = copy.deepcopy(INPUTS)
    assert told not in scaling.PARTS[part](inputs)
    inputs["measured"][missing] = None
    tables = {name: make(inputs) for name, make in scaling.PARTS.items()}
    assert tables[part].endswith(told)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(10, "10 s"), (600, "10.0 min"), (86400, "24.0 hours"), (1e9, "31.7 years")],
)
def test_spans(scaling: Any, seconds: float, said: str) -> None:
    assert scaling.span(seconds) == said


def test_inputs_are_measured_into_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shapes: Path
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    measuring = import_module("scaling_inputs")
    path = tmp_path / "scaling.json"
    path.write_text(json.dumps(INPUTS))
    own = ["scaling_inputs.py", "--inputs", str(path)]
    monkeypatch.setattr(sys, "argv", [*own, "annoy", "--items", "300", "--dimension", "16"])
    measuring.main()
    monkeypatch.setattr(sys, "argv", [*own, "decode", "--data", str(shapes.parent), "--limit", "8"])
    measuring.main()
    monkeypatch.setattr(sys, "argv", [*own, "lance", "--items", "300"])
    measuring.main()
    measured = json.loads(path.read_text())["measured"]
    (size,) = measured["annoy"]["sizes"]
    assert (size["items"], size["dimension"]) == (300, 16)
    assert 0.9 < size["recall"] <= 1
    assert size["bytes"] > 300 * 16 * 4
    assert measured["decode"]["images_per_s_per_core"] > 0
    assert measured["decode"]["pictures"] == 8
    assert measured["decode"]["command"].endswith("decode --data shapes --limit 8")
    assert measured["bytes"] == INPUTS["measured"]["bytes"]
    table = measured["lance"]["bytes"]  # a vector, some of its index, and attributes
    assert 512 * 4 < table["vgg16"] < 1.5 * 512 * 4
    assert 2048 * 4 < table["resnet50"] < 1.5 * 2048 * 4
    assert measured["lance"]["sizes"] == INPUTS["measured"]["lance"]["sizes"]


def test_a_document_without_marks_is_refused(scaling: Any) -> None:
    with pytest.raises(SystemExit, match="the marks of 'rates' 0 times"):
        scaling.written("", INPUTS)
