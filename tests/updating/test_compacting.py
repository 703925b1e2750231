"""Index and scores: kept after a small change, made anew after a large one or when asked."""

from __future__ import annotations

import shlex
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import PLUGINS
from tests.typed import run, told
from tests.updating.changed import Killed, opened
from zoo import pipeline, redoing, run_files, updating
from zoo.catalog.change import Change, addition, removal
from zoo.catalog.listing import Finding
from zoo.compare import Zoo, open_zoo
from zoo.errors import ZooError
from zoo.outputs.documents import evaluate_report
from zoo.outputs.leaderboard import notes
from zoo.picture_tables import pictures_in
from zoo.progress import Progress
from zoo.runs import verify
from zoo.search import candidates
from zoo.search.ask import Ask
from zoo.updating import rows_to_add, update


def test_a_small_change_leaves_index_and_scores_and_says_so(place: Path, new: Path) -> None:
    zoo = opened(place)
    before = zoo.run("tiny_a").facts
    update(zoo, addition(zoo.catalog, rows_to_add(pictures_in(new), new)), Progress())
    zoo = opened(place)
    update(zoo, removal(zoo.catalog, [str(zoo.catalog.table["item_id"].iat[0])]), Progress())
    zoo = opened(place)
    after = zoo.run("tiny_a")
    assert after.facts["files"]["index.ann"] == before["files"]["index.ann"]
    assert len(after.index_place.beside) == 2
    report = evaluate_report(zoo)
    assert report["backbones"]["tiny_a"]["retrieval"]["queries"] > 0
    said = [note for note in notes(report) if "zoo compact" in note]
    assert said == [
        "measured before the catalogue changed (2 added, 1 removed); zoo compact measures anew"
    ]
    assert verify(after) == []
    (place / "tiny_a" / run_files.INDEX_ROWS).write_bytes(b"")
    (problem,) = open_zoo(place, [PLUGINS]).problems
    assert "index_rows.npy is truncated" in problem.error


def test_many_new_labels_are_no_small_change(place: Path) -> None:
    run = opened(place).run("tiny_a")
    labels = tuple(Finding("label changed", str(n)) for n in range(13))
    same = np.arange(240)
    assert not updating._small(run, Change(run.catalog, same, findings=labels))
    assert updating._small(run, Change(run.catalog, same, findings=labels[:12]))


def test_a_large_change_is_compacted_at_once(
    place: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updating, "SMALL", 0.005)
    zoo = opened(place)
    update(zoo, addition(zoo.catalog, rows_to_add(pictures_in(new), new)), Progress())
    after = opened(place)
    assert after.run("tiny_b").facts["indexed"]["items"] == 242
    assert evaluate_report(after)["catalog"]["since_measured"] == {}


def test_compacting_finds_the_same_and_measures_anew(
    place: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "EXACT_LIMIT", 0)
    monkeypatch.setattr(candidates.Finder, "_approximates", lambda self: True)
    zoo = opened(place)
    update(zoo, addition(zoo.catalog, rows_to_add(pictures_in(new), new)), Progress())
    zoo = opened(place)
    backbones = [run.backbone for run in zoo.runs.values()]
    with pytest.raises(ZooError, match="since tiny_a, tiny_b were measured.*zoo compact"):
        redoing.refuse_behind(place, backbones)

    def answers(zoo: Zoo) -> list[list[int]]:
        given = []
        for query in (*zoo.catalog.rows("test")[:5], len(zoo.catalog) - 1):
            (result,) = zoo.recommend_items([int(query)], Ask(top=10), ["tiny_a"]).values()
            assert result.answer.approximate
            given.append([item.row for item in result.answer.items])
        return given

    before = answers(zoo)
    redoing.compact(backbones, zoo.catalog, place, Progress())
    zoo = opened(place)
    assert answers(zoo) == before
    assert len(zoo.run("tiny_a").index_place.beside) == 0
    assert not (place / "tiny_a" / run_files.INDEX_ROWS).exists()
    assert evaluate_report(zoo)["catalog"]["since_measured"] == {}
    redoing.refuse_behind(place, backbones)


def test_a_killed_compaction_is_made_again(
    place: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zoo = opened(place)
    update(zoo, addition(zoo.catalog, rows_to_add(pictures_in(new), new)), Progress())
    zoo = opened(place)
    backbones = [run.backbone for run in zoo.runs.values()]

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "score_backbone", killed)
        with pytest.raises(Killed):
            redoing.compact(backbones, zoo.catalog, place, Progress())
    redoing.refuse_unfinished(place, backbones)
    redoing.compact(redoing.behind(backbones, place), zoo.catalog, place, Progress())
    assert evaluate_report(opened(place))["catalog"]["since_measured"] == {}
    assert list(place.glob(".*.partial")) == []
    assert run_files.REDO not in run_files.read_facts(place / "tiny_a")


def test_a_damaged_run_of_a_changed_zoo_is_made_whole(place: Path, new: Path) -> None:
    zoo = opened(place)
    update(zoo, addition(zoo.catalog, rows_to_add(pictures_in(new), new)), Progress())
    embeddings = (place / "tiny_b" / "embeddings.npy").read_bytes()
    (place / "tiny_a" / "model.safetensors").write_bytes(b"")
    (place / "tiny_b" / "embeddings.npy").write_bytes(b"")
    folders = ("--runs", place, "--plugins", PLUGINS)
    assert told("embed", "tiny_b", *folders).endswith(f"first: zoo compact --runs {place}")
    assert run("compact", *folders).returncode == 0
    assert (place / "tiny_b" / "embeddings.npy").read_bytes() == embeddings
    (problem,) = open_zoo(place, [PLUGINS]).problems
    asked = shlex.split(problem.error.partition("repair it with: python ")[2])
    done = run(*asked[1:], "--plugins", PLUGINS, script=asked[0])
    assert done.returncode == 0, done.stderr
    assert evaluate_report(opened(place))["catalog"]["since_measured"] == {}
