"""Maps as they are kept: made once, anew for other embeddings, never half of one."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import PLUGINS
from zoo.catalog.catalog import UNKNOWN
from zoo.compare import open_zoo
from zoo.errors import CatalogError, RunError
from zoo.mapping import layout
from zoo.mapping.classes import colouring, colourings
from zoo.mapping.maps import MAP, has_map, make_map, make_maps, read_map
from zoo.progress import Silence
from zoo.run_files import RUN
from zoo.runs import Run


@pytest.fixture
def run(zoo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(layout, "ITERATIONS", 250)
    folder = Path(shutil.copytree(zoo_folder, tmp_path / "zoo"))
    return open_zoo(folder, [PLUGINS]).run("tiny_a")


def test_a_map_is_kept_and_not_made_again(run: Run) -> None:
    assert read_map(run) is None
    made = make_map(run, Silence())
    kept = read_map(run)
    assert kept is not None
    assert np.array_equal(kept.places, made.places)
    assert kept.facts["items"] == kept.facts["landmarks"] == len(run.catalog)
    written = (run.folder / MAP).stat().st_mtime_ns
    make_maps([run], Silence())
    assert (run.folder / MAP).stat().st_mtime_ns == written


def test_other_embeddings_or_settings_need_another_map(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_map(run, Silence())
    files = {**run.facts["files"], "embeddings.npy": {"sha256": "another"}}
    assert not has_map(replace(run, facts={**run.facts, "files": files}))
    assert has_map(run)
    monkeypatch.setattr(layout, "PERPLEXITY", 12.0)
    assert read_map(run) is None


def test_a_damaged_map_counts_as_none(run: Run) -> None:
    make_map(run, Silence())
    data = (run.folder / MAP).read_bytes()
    other_places = bytearray(data)
    other_places[len(data) // 2] ^= 1
    for damaged in (b"", b"no map", data[: len(data) // 2], bytes(other_places)):
        (run.folder / MAP).write_bytes(damaged)
        assert not has_map(run)
        assert read_map(run) is None


def test_a_run_replaced_meanwhile_gets_no_map_of_the_old_one(run: Run) -> None:
    facts = json.loads((run.folder / RUN).read_text())
    facts["files"]["embeddings.npy"]["sha256"] = "of another run"
    (run.folder / RUN).write_text(json.dumps(facts))
    with pytest.raises(RunError, match="replaced meanwhile"):
        make_map(run, Silence())
    assert not (run.folder / MAP).exists()


def test_colours_go_by_true_labels_most_frequent_first(run: Run) -> None:
    assert colourings(run.catalog) == ["category", "colour"]
    table = run.catalog.table.copy()
    table["colour"] = ["red"] * 3 + ["blue"] * (len(table) - 4) + [None]
    found = colouring(replace(run.catalog, table=table), "colour")
    assert found.names == ("blue", "red")
    assert found.counts == (len(table) - 4, 3)
    assert found.unknown == 1
    assert found.codes[[0, 3, -1]].tolist() == [1, 0, UNKNOWN]
    with pytest.raises(CatalogError, match="multi is asked for|nothing is called"):
        colouring(run.catalog, "colour: red")
