"""A run directory opens whole, or says which part is wrong and how to repair it."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.conftest import PLUGINS, TINY
from zoo import devices, run_files
from zoo.catalog import load_catalog
from zoo.compare import Zoo, open_zoo
from zoo.errors import CatalogError, RunError, ZooError
from zoo.features.encoder import Encoder
from zoo.features.extract import EMBEDDINGS
from zoo.features.runtime import TorchRuntime
from zoo.indexing import Wish
from zoo.pictures import open_picture
from zoo.pipeline import Means
from zoo.plugins import load_plugins
from zoo.progress import Progress
from zoo.redoing import embed, index, refuse_unfinished, repeat
from zoo.run_files import partial_folder, reindex, repair
from zoo.runs import verify


def change(path: Path, **facts: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **facts}))


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "half written": (lambda run: (run / "run.json").unlink(), "run.json is missing"),
    "unfinished": (
        lambda run: change(run / "run.json", evaluated=None) or drop(run, "evaluated"),
        "unfinished",
    ),
    "broken json": (lambda run: (run / "run.json").write_text("{"), "run.json is damaged"),
    "newer": (lambda run: change(run / "run.json", format=99), "format 99 is newer"),
    "other catalogue": (lambda run: change(run / "run.json", catalog="x"), "another catalogue"),
    "no model": (lambda run: (run / "model.safetensors").unlink(), "model.safetensors is missing"),
    "truncated": (
        lambda run: os.truncate(run / "embeddings.npy", 200),
        "embeddings.npy is truncated",
    ),
    "broken embeddings": (lambda run: zero(run / "embeddings.npy"), "embeddings.npy is damaged"),
    "broken scores": (lambda run: zero(run / "scores.json"), "scores.json is damaged"),
}


def zero(path: Path) -> None:
    """Damage that leaves a file as long as it was."""
    data = path.read_bytes()
    path.write_bytes(bytes(64) + data[64:])


def drop(run: Path, stage: str) -> None:
    facts = json.loads((run / "run.json").read_text())
    del facts[stage]
    (run / "run.json").write_text(json.dumps(facts))


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_run_is_told_and_the_others_work(place: Path, damage: str) -> None:
    break_it, message = DAMAGES[damage]
    break_it(place / "tiny_a")
    zoo = open_zoo(place, [PLUGINS])
    assert list(zoo.runs) == ["tiny_b"]
    (problem,) = zoo.problems
    assert problem.origin == "tiny_a"
    assert message in problem.error
    with pytest.raises(RunError, match=re.escape(problem.error)):
        zoo.run("tiny_a")
    with pytest.raises(RunError):
        open_zoo(place, [PLUGINS], strict=True)


def test_runs_whose_plugin_is_not_named_are_not_called_untrained(zoo_folder: Path) -> None:
    zoo = open_zoo(zoo_folder)
    for name in (None, "tiny_b"):
        with pytest.raises(RunError, match="has no plugin; install it, or add --plugins DIR"):
            zoo.run(name)
    with pytest.raises(RunError, match="is not trained in"):
        zoo.run("resnet50")


def test_opening_a_network_draws_no_random_weights(zoo_folder: Path) -> None:
    run = open_zoo(zoo_folder, [PLUGINS]).run("tiny_a")
    state = torch.get_rng_state()
    first, second = run.load_model().state_dict(), run.load_model().state_dict()
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize(
    ("device", "precision", "exact"),
    [("cpu", "bf16", False), ("cpu", "fp32", True), ("cuda", "bf16", True), (None, "bf16", True)],
)
def test_queries_are_as_precise_as_the_catalogue_unless_it_was_embedded_elsewhere(
    zoo_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    device: str | None,
    precision: str,
    exact: bool,
) -> None:
    monkeypatch.setattr(devices, "available", lambda: ["cpu"])
    monkeypatch.setattr(devices, "best_precision", lambda device: "bf16")
    run = open_zoo(zoo_folder, [PLUGINS]).run("tiny_a")
    embedded = {**run.facts["embedded"], "device": device, "precision": precision}
    run = replace(run, facts={**run.facts, "embedded": embedded})
    pixels = np.stack([run.transform.pixels(open_picture(run.catalog.path(0)))])
    whole = TorchRuntime(run.load_model(), run.transform, devices.choose(precision="fp32"))
    expected = Encoder(whole, len(run.catalog.singles))(pixels).embeddings
    assert np.array_equal(run.encoder(pixels).embeddings, expected) is exact


def test_changed_weights_are_noticed_before_they_are_used(place: Path) -> None:
    path = place / "tiny_a" / "model.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    run = open_zoo(place, [PLUGINS]).run("tiny_a")
    assert "model.safetensors is damaged" in verify(run)[0]
    with pytest.raises(RunError, match=r"model\.safetensors is damaged.*--restart"):
        _ = run.encoder


def test_a_truncated_index_is_repaired_by_the_command_it_names(place: Path) -> None:
    path = place / "tiny_a" / "index.ann"
    path.write_bytes(path.read_bytes()[:-8] + b"12345678")
    run = open_zoo(place, [PLUGINS]).run("tiny_a")
    with pytest.raises(RunError, match=r"index\.ann is damaged.*zoo index tiny_a --runs"):
        _ = run.recommender
    index(run.backbone, run.catalog, place, Progress())
    assert open_zoo(place, [PLUGINS]).run("tiny_a").recommender


def test_the_recall_that_was_asked_is_kept_when_the_index_is_built_again(place: Path) -> None:
    run = open_zoo(place, [PLUGINS]).run("tiny_a")
    index(run.backbone, run.catalog, place, Progress(), Means(wish=Wish(recall=0.8)))
    assert open_zoo(place, [PLUGINS]).run("tiny_a").facts["indexed"]["asked"] == 0.8
    embed(run.backbone, run.catalog, place, Progress(), force=True)
    assert open_zoo(place, [PLUGINS]).run("tiny_a").facts["indexed"]["asked"] == 0.8


def flip_last_byte(path: Path, keep_time: bool) -> None:
    before = path.stat()
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    if keep_time:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("part", ["index.ann", "model.safetensors"])
def test_files_that_nothing_touched_are_not_hashed_when_opened(place: Path, part: str) -> None:
    opened = "recommender" if part == "index.ann" else "encoder"
    path = place / "tiny_a" / part
    os.utime(path)  # as a plain copy does: the contents are looked at, and are right
    assert getattr(open_zoo(place, [PLUGINS]).run("tiny_a"), opened)
    facts = json.loads((place / "tiny_a" / "run.json").read_text())
    os.utime(path, ns=(0, facts["files"][part]["mtime_ns"]))
    flip_last_byte(path, keep_time=True)
    run = open_zoo(place, [PLUGINS]).run("tiny_a")
    assert getattr(run, opened)  # this is what the saved seconds cost
    assert f"{part} is damaged" in verify(run)[0]  # and doctor still finds it


def test_runs_of_older_versions_are_hashed(place: Path) -> None:
    path = place / "tiny_a" / "run.json"
    facts = json.loads(path.read_text())
    for known in facts["files"].values():
        del known["mtime_ns"]
    path.write_text(json.dumps(facts))
    assert open_zoo(place, [PLUGINS]).run("tiny_a").recommender
    flip_last_byte(place / "tiny_a" / "index.ann", keep_time=True)
    with pytest.raises(RunError, match=r"index\.ann is damaged"):
        _ = open_zoo(place, [PLUGINS]).run("tiny_a").recommender


@pytest.mark.parametrize("stage", ["embedded", "indexed", "evaluated"])
def test_a_stage_done_again_gives_the_same(place: Path, stage: str) -> None:
    before = open_zoo(place, [PLUGINS]).run("tiny_b")
    embeddings, scores = np.array(before.embeddings), before.scores
    repeat(before.backbone, stage, before.catalog, place, Progress())
    after = open_zoo(place, [PLUGINS]).run("tiny_b")
    np.testing.assert_array_equal(after.embeddings, embeddings)
    assert after.scores == scores
    assert not partial_folder(place, "tiny_b").exists()


def test_a_publication_killed_between_its_moves_is_undone(place: Path) -> None:
    (place / "tiny_a").rename(place / ".tiny_a.old")
    assert sorted(open_zoo(place, [PLUGINS]).runs) == ["tiny_a", "tiny_b"]


def test_a_run_without_its_plugin_is_told(place: Path) -> None:
    problems = {p.origin: p.error for p in open_zoo(place).problems}
    assert "has no plugin; install it, or add --plugins DIR" in problems["tiny_a"]


def test_unfinished_runs_are_a_choice(place: Path) -> None:
    backbones = load_plugins([PLUGINS]).select(["tiny_a"])
    refuse_unfinished(place, backbones)
    partial_folder(place, "tiny_a").mkdir()
    refuse_unfinished(place, backbones)  # nothing is in it yet
    (partial_folder(place, "tiny_a") / "run.json").write_text('{"format": 2}')
    refuse_unfinished(place, backbones)  # nor now
    (partial_folder(place, "tiny_a") / "checkpoint.safetensors").touch()
    with pytest.raises(ZooError, match=r"unfinished .*: tiny_a; .* --resume to go on"):
        refuse_unfinished(place, backbones)
    shutil.rmtree(place / "tiny_a")
    with pytest.raises(RunError, match="the training of tiny_a in .* is not finished; repeat the"):
        open_zoo(place, [PLUGINS]).run("tiny_a")


def test_a_training_that_is_published_meanwhile_is_not_unfinished(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partial = partial_folder(place, "tiny_a")
    partial.mkdir()
    (partial / "checkpoint.safetensors").touch()

    def published(folder: Path) -> dict[str, int]:
        shutil.rmtree(folder)
        return {"format": 2}

    monkeypatch.setattr(run_files, "read_facts", published)
    assert run_files.unfinished(place) == []


def test_catalogues_that_cannot_be_opened(place: Path, tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"no zoo at .*nothing: catalog\.json is missing"):
        load_catalog(tmp_path / "nothing")
    change(place / "catalog.json", format=99)
    with pytest.raises(CatalogError, match="format 99 is newer"):
        load_catalog(place)
    change(place / "catalog.json", format=1, fingerprint="x")
    with pytest.raises(CatalogError, match="does not agree"):
        load_catalog(place)
    os.truncate(place / "catalog.parquet", 100)
    with pytest.raises(CatalogError, match="damaged"):
        load_catalog(place)


def test_settings_are_saved_beside_what_they_made(zoo_folder: Path) -> None:
    facts = json.loads((zoo_folder / "tiny_a" / "run.json").read_text())
    assert facts["settings"] == TINY.as_dict()
    assert facts["trained"]["weights"] == {"kind": "random", "sha256": None}
    assert facts["packages"]["torch"]


def test_a_folder_with_a_space_is_quoted_in_commands(zoo_folder: Path, tmp_path: Path) -> None:
    zoo = tmp_path / "my pictures"
    for command in (reindex(zoo / "a"), repair(zoo / "a", {}), repair(zoo / "a", {}, EMBEDDINGS)):
        assert f"--runs '{zoo}'" in command
    empty = Zoo(zoo, load_catalog(zoo_folder), load_plugins())
    for name in (None, "vgg16"):
        with pytest.raises(RunError, match=f"--runs '{zoo}'"):
            empty.run(name)
