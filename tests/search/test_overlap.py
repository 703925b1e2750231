"""Overlap of two answers, on rankings that a reader can work out."""

from __future__ import annotations

import pytest

from zoo.search.overlap import jaccard, rank_biased_overlap


def test_jaccard_is_the_shared_share_of_all() -> None:
    assert jaccard([1, 2, 3], [3, 4]) == pytest.approx(1 / 4)
    assert jaccard([1, 2], [2, 1]) == 1
    assert jaccard([1], [2]) == 0
    assert jaccard([1], []) == 0
    assert jaccard([], []) is None


def test_the_same_ranking_overlaps_wholly_and_a_foreign_one_not() -> None:
    assert rank_biased_overlap([1, 2, 3], [1, 2, 3]) == pytest.approx(1)
    assert rank_biased_overlap([1, 2, 3], [4, 5, 6]) == 0
    assert rank_biased_overlap([], [1]) is None


def test_two_items_that_change_places_overlap_by_p() -> None:
    # Nothing in common at rank one, all at rank two: (1 - p) / p * p^2 + p^2 = p.
    assert rank_biased_overlap([1, 2], [2, 1], p=0.9) == pytest.approx(0.9)
    assert rank_biased_overlap([1, 2], [2, 1], p=0.5) == pytest.approx(0.5)


def test_the_first_ranks_count_most() -> None:
    # Agreement 1, 1/2, 2/3: 1/9 * (0.9 + 0.405 + 0.486) + 2/3 * 0.729.
    assert rank_biased_overlap([1, 2, 3], [1, 3, 4]) == pytest.approx(0.685)
    # Agreement 0, 1/2, 2/3: the same items, apart at the top.
    assert rank_biased_overlap([2, 1, 3], [1, 3, 4]) == pytest.approx(0.585)


def test_rankings_may_differ_in_length() -> None:
    # All of the shorter one is found: 1/9 * (0.9 + 0.405 + 0.405) + 0.81.
    assert rank_biased_overlap([1], [1, 2]) == pytest.approx(1)
    # Found at rank two only: 1/9 * (0 + 0.405 + 0) + (1 / 2 + 0) * 0.81.
    assert rank_biased_overlap([1], [2, 1]) == pytest.approx(0.45)
    assert rank_biased_overlap([2, 1], [1]) == pytest.approx(0.45)
