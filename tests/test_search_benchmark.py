"""The comparison of search engines, on a few vectors and with those engines that are installed."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tests.conftest import ROOT
from zoo.catalog import Catalog
from zoo.errors import ZooError

OWN = {"exact float32", "exact float16", "Annoy", "LanceDB, scanned", "LanceDB"}


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("search_engines")


# The peers are compiled modules that warn of their binding's own future when they are imported.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_every_installed_engine_is_measured(benchmark: ModuleType) -> None:
    vectors = benchmark.generated(300, 16, 20)
    rows = list(benchmark.compare(vectors, benchmark.ENGINES, benchmark.Effort(rounds=1)))
    measured = [row for row in rows if not isinstance(row, str)]
    assert {row.engine for row in measured} >= OWN
    assert [row.recall for row in measured if row.engine == "exact float32"] == [1]
    assert all(row.recall > 0.8 and row.p50_ms <= row.p99_ms for row in measured)
    assert sum(row.engine == "Annoy" and "as shipped" in row.setting for row in measured) == 1
    for row in rows:
        line = row if isinstance(row, str) else row.line()
        assert line.count("|") == len(benchmark.COLUMNS) + 1


def test_an_engine_that_is_missing_has_a_row_that_says_how_to_install_it(
    benchmark: ModuleType,
) -> None:
    class Missing(benchmark.Engine):  # type: ignore[misc, name-defined]
        name, package, module = "Missing", "not-there", "module_that_is_not_there"

    (row,) = benchmark.compare(benchmark.generated(20, 4, 2), [Missing], benchmark.Effort())
    assert "| Missing | not installed: pip install not-there |" in row
    assert row.count("|") == len(benchmark.COLUMNS) + 1


def test_a_setting_is_left_when_its_time_is_over(benchmark: ModuleType) -> None:
    vectors = benchmark.generated(20, 4, 5)
    (row,) = benchmark.compare(vectors, benchmark.ENGINES[:1], benchmark.Effort(seconds=0))
    assert (row.queries, row.recall) == (1, 1)


def test_recall_takes_any_of_equal_pictures_and_counts_none_twice(benchmark: ModuleType) -> None:
    axes = np.eye(2, dtype=np.float32)
    vectors = benchmark.Vectors("twins", np.repeat(axes, 12, axis=0), axes[:1])
    tenth = benchmark.tenth_cosines(vectors)
    assert tenth.tolist() == [1]
    assert benchmark.recall([np.arange(2, 12)], vectors, tenth) == 1
    assert benchmark.recall([np.array([0, 0, 0, 1, 1, 12, 13, 14, -1, -1])], vectors, tenth) == 0.2


def test_generated_vectors_have_near_neighbours_and_the_queries_are_others(
    benchmark: ModuleType,
) -> None:
    vectors = benchmark.generated(1000, 16, 50)
    cosines = vectors.queries @ vectors.database.T
    np.testing.assert_allclose(np.linalg.norm(vectors.database, axis=1), 1, rtol=1e-5)
    assert cosines.max() < 1 - 1e-6
    assert np.median(cosines.max(axis=1)) > 0.9
    assert np.median(cosines) < 0.7
    again = benchmark.generated(1000, 16, 50)
    np.testing.assert_array_equal(again.queries, vectors.queries)


def test_the_test_split_of_a_zoo_asks_the_rest(
    benchmark: ModuleType, catalog: Catalog, tmp_path: Path
) -> None:
    catalog.save(tmp_path)
    rows = benchmark.generated(len(catalog), 4, 1).database
    (tmp_path / "tiny_a").mkdir()
    np.save(tmp_path / "tiny_a" / "embeddings.npy", rows)
    (vectors,) = benchmark.of_runs(tmp_path, 5)
    assert len(vectors.queries) == 5
    assert set(map(tuple, vectors.queries)) <= set(map(tuple, rows[catalog.rows("test")]))
    np.testing.assert_array_equal(vectors.database, rows[catalog.rows("train", "val")])
    np.save(tmp_path / "tiny_a" / "embeddings.npy", rows[1:])
    with pytest.raises(ZooError, match=r"embeddings\.npy has .* rows, the catalogue"):
        next(benchmark.of_runs(tmp_path, 5))
