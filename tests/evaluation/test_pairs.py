"""Two backbones on the same queries, with numbers that a reader can check."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from zoo.evaluation.front import pareto_front
from zoo.evaluation.pairs import compare, compare_all, largest_gaps
from zoo.evaluation.per_query import FOLDER, PerQuery, keep, kept


def scored(values: list[float], items: str | None = None) -> PerQuery:
    names = list(items or "abcdefghij"[: len(values)])
    return PerQuery(np.array(names), {"match": np.array(values)}, {"colour": np.array(values)})


def test_pairing_finds_what_overlapping_intervals_hide() -> None:
    spread = np.random.default_rng(0).random(200)
    items = np.arange(200).astype(str)
    low = PerQuery(items, {"match": spread}, {})
    high = PerQuery(items, {"match": spread + 0.01}, {})  # a little better on every query
    pair = compare(("high", "low"), (high, low), "match")
    assert pair.apart
    assert pair.difference == pytest.approx(0.01)
    assert pair.low == pytest.approx(0.01)


def test_queries_that_disagree_do_not_tell_two_apart() -> None:
    pair = compare(("a", "b"), (scored([1, 0, 1, 0]), scored([0, 1, 0, 1])), "match")
    assert not pair.apart
    assert pair.low < 0 < pair.high


def test_five_queries_cannot_tell_two_apart_however_they_agree() -> None:
    for count, told in ((1, False), (5, False), (6, True)):
        first, second = scored([0.75] * count), scored([0.5] * count)
        pair = compare(("first", "second"), (first, second), "match")
        assert (pair.low, pair.apart, pair.better) == (0.25, told, told)


def test_only_queries_that_both_have_a_score_of_are_compared() -> None:
    first = scored([1.0, 0.5, np.nan], "abc")
    second = scored([0.25, 0.0, 1.0], "bxc")
    pair = compare(("first", "second"), (first, second), "match")
    assert (pair.queries, pair.difference) == (1, 0.25)


def test_every_two_are_compared_once() -> None:
    measured = {name: scored([0.5, 1.0]) for name in "abc"}
    pairs = [(p.first, p.second) for p in compare_all(measured, ["match"])]
    assert pairs == [("a", "b"), ("a", "c"), ("b", "c")]


def test_the_largest_gaps_are_in_one_direction() -> None:
    first, second = scored([0.9, 0.2, 0.5, 0.4]), scored([0.1, 0.8, 0.5, 0.0])
    assert [(g.item, g.first) for g in largest_gaps(first, second, "match", 9)] == [
        ("a", 0.9),
        ("d", 0.4),
    ]
    assert [g.item for g in largest_gaps(second, first, "colour", 9)] == ["b"]
    assert len(largest_gaps(first, second, "match", 1)) == 1


def test_the_front_has_what_nothing_beats_in_both() -> None:
    points = {"fast": (9.0, 0.1), "good": (1.0, 0.9), "worse": (1.0, 0.5), "middle": (5.0, 0.5)}
    assert pareto_front(points) == ["good", "middle", "fast"]


def test_what_is_kept_belongs_to_its_scores(tmp_path: Path) -> None:
    keep(tmp_path, "net", "of these scores", scored([0.5, np.nan]))
    found = kept(tmp_path, "net", "of these scores")
    assert found is not None
    assert found.items.tolist() == ["a", "b"]
    np.testing.assert_equal(found.values("match"), [0.5, np.nan])
    np.testing.assert_equal(found.values("colour"), [0.5, np.nan])
    assert kept(tmp_path, "net", "of other scores") is None
    assert kept(tmp_path, "other", "of these scores") is None
    for damaged in (b"damaged", b""):
        (tmp_path / FOLDER / "net.npz").write_bytes(damaged)
        assert kept(tmp_path, "net", "of these scores") is None
