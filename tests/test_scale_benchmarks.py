"""The benchmarks of scale on tiny things: what they make is what they say they make."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import PLUGINS, ROOT
from zoo.compare import Zoo, open_zoo


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A benchmark as a module, by its name."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return import_module


@pytest.fixture
def enlarged(benchmark: Any, zoo: Zoo, tmp_path: Path) -> Path:
    """The tiny zoo's 240 items and 60 variants of them."""
    benchmark("enlarged_zoo").enlarge(zoo, 300, tmp_path / "large", seed=0)
    return tmp_path / "large"


def test_an_enlarged_zoo_is_the_real_one_and_variants(zoo: Zoo, enlarged: Path) -> None:
    large = open_zoo(enlarged, [PLUGINS], strict=True)
    assert (len(zoo.catalog), len(large.catalog)) == (240, 300)
    table = large.catalog.table
    assert table["item_id"].is_unique
    assert table["item_id"][240] == f"{table['item_id'][0]}-1"
    assert table["sha256"][240] != table["sha256"][0]
    assert not set(table["near_group"][240:]) & set(table["near_group"][:240])
    for name, run in large.runs.items():
        real = zoo.runs[name]
        np.testing.assert_allclose(run.embeddings[:240], real.embeddings, atol=1e-6)
        np.testing.assert_allclose(np.linalg.norm(run.embeddings, axis=1), 1, atol=1e-5)
        assert (run.embeddings[240:] != real.embeddings[:60]).any(axis=1).all()
        cosines = (run.embeddings[240:] * real.embeddings[:60]).sum(axis=1)
        assert cosines.min() > 0.9
        np.testing.assert_array_equal(run.predictions.classes[240:], real.predictions.classes[:60])


def test_a_zoo_that_is_there_is_taken_up(benchmark: Any, zoo: Zoo, enlarged: Path) -> None:
    before = (enlarged / "tiny_a" / "run.json").stat().st_mtime_ns
    benchmark("enlarged_zoo").enlarge(zoo, 300, enlarged, seed=0)
    assert (enlarged / "tiny_a" / "run.json").stat().st_mtime_ns == before


def test_latency_is_told_with_its_steps_and_goals(
    benchmark: Any, enlarged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    latency = benchmark("query_latency")
    asked = argparse.Namespace(
        plugins=[PLUGINS], top=3, same_category=True, queries=4, callers=4, calls=2, seed=0
    )
    assert latency.measure(enlarged, asked)
    said = capsys.readouterr().out
    assert "300 items x 2 backbones" in said
    assert "drawn variants" in said
    assert "| errors, 4 callers at once | 0 | 0 | yes |" in said
    assert "| search and scores |" in said
    assert "| tiny_b 32 px | 24 |" in said


def test_steps_add_up_and_errors_are_counted(benchmark: Any, zoo: Zoo, tmp_path: Path) -> None:
    latency = benchmark("query_latency")
    pictures = latency.pictures_to_ask(zoo.catalog, 2, seed=0)
    timed = latency.ask_once(zoo, pictures[0], latency.Ask(top=2))
    assert set(timed.results) == {"tiny_a", "tiny_b"}
    assert 0 < timed.search_ms < timed.search_ms + timed.encode_ms < timed.wall_ms
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    crowd = latency.ask_together(zoo, [*pictures, broken], 3, latency.Ask(top=2))
    assert crowd.answered == 2
    assert ["PictureError" in error for error in crowd.errors] == [True]


def test_a_missed_goal_is_said(benchmark: Any) -> None:
    latency = benchmark("query_latency")
    assert latency.goal_row("p50", 251.0, " ms", 250.0) == ("| p50 | 251 ms | 250 ms | no |", False)


def test_growth_measures_one_size(benchmark: Any, shapes: Path) -> None:
    found = benchmark("growth").measure(80, shapes.parent, 32, at_least=160)
    assert (found.items, found.rounds) == (80, 2)
    assert found.map_mib * (1 << 20) == 80 * 24 * 4 + 128  # rows of tiny_b, and numpy's header
    assert found.wall_ms > 0
    assert found.peak_mib >= 0.95 * found.before_mib > 0  # the system counts pages in lots


def test_growth_is_flat_within_a_tenth(benchmark: Any, capsys: pytest.CaptureFixture[str]) -> None:
    growth = benchmark("growth")
    small = growth.Measured(1_000, 1.0, 0.5, 10, 400.0, 410.0, 1.0)
    large = growth.Measured(10_000, 1.05, 0.5, 1, 400.0, 419.0, 10.0)  # all of it the map
    assert growth.report([small, large])
    assert "| 10000 | 1 | 1.050 | 0.500 | 952 | 419 | 10.0 | 409 | 9 |" in capsys.readouterr().out
    assert not growth.report([small, growth.Measured(10_000, 1.2, 0.5, 1, 400.0, 410.0, 1.0)])
    assert not growth.report([small, growth.Measured(10_000, 1.0, 0.5, 1, 400.0, 500.0, 1.0)])


def test_rows_of_a_peer(benchmark: Any, capsys: pytest.CaptureFixture[str]) -> None:
    said = [
        {"versions": {"DeepImageSearch": "3.0.3", "torch": "2.15.0"}},
        {"network": "resnet50", "size": 224, "ready_s": 1.25, "images_per_s": 11.04},
        {"network": "vgg16", "error": "RuntimeError: no memory"},
    ]
    rows = list(benchmark("extraction_rate").peer_lines(iter(said)))
    assert rows == [
        "| resnet50 224 px | DeepImageSearch 3.0.3 fp32 | 1.2 | | | | 11.0 | | |",
        "| vgg16 | DeepImageSearch 3.0.3 fp32 | | | | | failed | | |",
        "\n- beside it: DeepImageSearch 3.0.3, torch 2.15.0",
    ]
    assert "vgg16: RuntimeError: no memory" in capsys.readouterr().err


def test_a_peer_that_is_not_installed_is_said(benchmark: Any) -> None:
    rate = benchmark("extraction_rate")
    with pytest.raises(SystemExit, match="its environment needs peers_extraction.txt"):
        list(rate.peer_answers(Path(sys.executable), [], ["resnet50"]))
