"""Exact search and the Annoy index."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from zoo.errors import RunError
from zoo.indexes import GONE, TARGET_RECALL, Place
from zoo.search import annoy_index
from zoo.search.annoy_index import build_index, open_index
from zoo.search.exact import similarities, top_rows


def unit_rows(count: int, dimension: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_similarities_are_cosines() -> None:
    rows = np.array([[1, 0], [0, 1], [0.6, 0.8]], dtype=np.float32)
    np.testing.assert_allclose(similarities(rows, rows[2:]), [[0.6, 0.8, 1.0]], rtol=1e-6)


def test_similarities_of_chosen_rows_are_those_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, chosen = unit_rows(9, 4), np.array([0, 2, 3, 7, 8])
    whole = similarities(rows, rows[:2])
    monkeypatch.setattr("zoo.search.exact.BLOCK", 2)
    np.testing.assert_allclose(similarities(rows, rows[:2], chosen), whole[:, chosen], atol=1e-6)
    assert similarities(rows, rows[:2], chosen[:0]).shape == (2, 0)


def test_top_rows_are_sorted_and_ties_go_to_the_lowest_row() -> None:
    scores = np.array([0.1, 0.9, 0.5, 0.9, 0.5, 0.5])
    assert top_rows(scores, 3).tolist() == [1, 3, 2]
    assert top_rows(scores, 99).tolist() == [1, 3, 2, 4, 5, 0]
    assert top_rows(np.empty(0), 3).tolist() == []


def test_index_reaches_the_recall_it_states(tmp_path: Path) -> None:
    rows = unit_rows(2000, 32)
    facts = build_index(rows, tmp_path / "index.ann", seed=0)
    assert facts.recall >= TARGET_RECALL
    index = open_index(tmp_path / "index.ann", facts, "repair")
    assert index.neighbours(rows[7], 10).rows[0] == 7
    others = unit_rows(50, 32, seed=1)
    exact = [set(top_rows(s, 10).tolist()) for s in similarities(rows, others)]
    got = [set(index.neighbours(q, 10).rows.tolist()) for q in others]
    recall = np.mean([len(e & g) / 10 for e, g in zip(exact, got, strict=True)])
    assert recall > 0.9


def test_less_recall_is_asked_and_less_is_looked_at(tmp_path: Path) -> None:
    rows = unit_rows(2000, 32)
    least = build_index(rows, tmp_path / "least.ann", seed=0, asked=0.5)
    usual = build_index(rows, tmp_path / "usual.ann", seed=0)
    assert least.search_k < usual.search_k
    assert 0.5 <= least.recall < usual.recall
    assert (least.asked, usual.asked) == (0.5, TARGET_RECALL)


def test_the_recall_is_of_others_than_the_probe(tmp_path: Path) -> None:
    pairs = np.repeat(unit_rows(5, 8), 2, axis=0)  # each row and its twin
    facts = build_index(pairs, tmp_path / "index.ann", seed=0)
    assert (facts.recall, facts.probes) == (1.0, 10)
    assert facts.exact_ms > 0


def test_of_many_copies_any_is_a_true_neighbour(tmp_path: Path) -> None:
    copies = np.repeat(unit_rows(5, 8), 40, axis=0)
    facts = build_index(copies, tmp_path / "index.ann", seed=0)
    assert facts.recall == 1.0
    assert facts.search_k < len(copies)


def test_tuning_ends_where_exact_search_is_quicker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(annoy_index, "CHEAP_MS", 0.0)
    rows = unit_rows(2000, 64)
    facts = build_index(rows, tmp_path / "index.ann", seed=0, asked=1.0)
    assert facts.query_ms >= facts.exact_ms
    assert facts.search_k < len(rows)
    assert not open_index(tmp_path / "index.ann", facts, "repair").pays


def test_annoy_pays_where_it_was_faster(tmp_path: Path) -> None:
    facts = build_index(unit_rows(300, 8), tmp_path / "index.ann", seed=0)
    for query_ms, exact_ms, pays in ((1.0, 2.0, True), (2.0, 1.0, False), (1.0, 0.0, False)):
        measured = replace(facts, query_ms=query_ms, exact_ms=exact_ms)
        assert open_index(tmp_path / "index.ann", measured, "repair").pays is pays


def test_the_same_seed_gives_the_same_file(tmp_path: Path) -> None:
    rows = unit_rows(300, 8)
    first, second = (build_index(rows, tmp_path / n, seed=3) for n in ("a.ann", "b.ann"))
    assert first.sha256 == second.sha256


def test_more_is_asked_than_there_is(tmp_path: Path) -> None:
    rows = unit_rows(4, 8)
    facts = build_index(rows, tmp_path / "index.ann", seed=0)
    found = open_index(tmp_path / "index.ann", facts, "repair").neighbours(rows[0], 10).rows
    assert sorted(found.tolist()) == [0, 1, 2, 3]


def test_items_that_came_or_went_need_no_new_index(tmp_path: Path) -> None:
    rows = unit_rows(300, 8)
    facts = build_index(rows, tmp_path / "index.ann", seed=0)
    nearest = top_rows(rows @ rows[0], 20)
    # The ten nearest go, two items come, then the next five go and the first newcomer.
    kept = np.setdiff1d(np.arange(300), nearest[:10])
    once = Place.of(np.arange(300), 300).after(np.concatenate([kept, [GONE, GONE]]))
    assert (once.beside.tolist(), once.loose) == ([290, 291], 12)
    left = np.flatnonzero(~np.isin(kept, nearest[10:15]))
    twice = once.after(np.concatenate([left, [291]]))
    assert (twice.beside.tolist(), twice.loose) == ([285], 16)
    found = open_index(tmp_path / "index.ann", facts, "repair", twice).neighbours(rows[0], 5).rows
    assert kept[left][found].tolist() == nearest[15:].tolist()


def test_all_that_was_indexed_may_be_gone(tmp_path: Path) -> None:
    rows = unit_rows(4, 8)
    facts = build_index(rows, tmp_path / "index.ann", seed=0)
    place = Place.of(np.arange(4), 4).after(np.array([GONE, GONE])).after(np.array([1, GONE]))
    index = open_index(tmp_path / "index.ann", facts, "repair", place)
    assert index.neighbours(rows[0], 3).rows.tolist() == []
    assert index.place.beside.tolist() == [0, 1]


def test_a_truncated_index_is_refused_with_the_repair(tmp_path: Path) -> None:
    path = tmp_path / "index.ann"
    facts = build_index(unit_rows(300, 8), path, seed=0)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(RunError, match=r"index\.ann is missing or truncated.*zoo index tiny"):
        open_index(path, facts, "zoo index tiny")
    path.unlink()
    with pytest.raises(RunError, match=r"index\.ann is missing"):
        open_index(path, facts, "zoo index tiny")
