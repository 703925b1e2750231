"""Statistics of votes on cases whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from zoo.evaluation.preference import (
    Pairing,
    Tally,
    agreement,
    bradley_terry,
    left_wins,
    rank_correlation,
    smoothed,
    strength_intervals,
    tally,
    wilson,
    win_matrix,
)

VOTES: list[Pairing] = [
    ("a", "b", "left"),
    ("b", "a", "right"),
    ("a", "b", "right"),
    ("a", "c", "tie"),
    ("c", "a", "bad"),
]


def test_wilson_is_the_published_interval() -> None:
    # Newcombe 1998, table I: 81 of 263, and 0 of 20.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(0, 0) == (0.0, 1.0)


def test_votes_are_counted_whichever_side_they_were_on() -> None:
    assert tally("a", VOTES) == Tally(wins=2, losses=1, ties=1, both_bad=1)
    assert tally("b", VOTES) == Tally(wins=1, losses=2)
    assert tally("a", VOTES).win_rate == 2.5 / 4
    assert tally("a", VOTES).interval == wilson(2.5, 4)
    assert tally("d", VOTES).win_rate is None
    assert left_wins(VOTES) == (1, 3)
    wins = win_matrix(["a", "b", "c"], VOTES)
    assert wins.tolist() == [[0, 2, 0.5], [1, 0, 0], [0.5, 0, 0]]


def test_two_players_have_the_odds_of_their_wins() -> None:
    strengths = bradley_terry(np.array([[0.0, 6.0], [3.0, 0.0]]))
    assert strengths[0] / strengths[1] == pytest.approx(2)
    assert np.prod(strengths) == pytest.approx(1)


def test_strengths_behind_the_wins_are_found_again() -> None:
    true = np.array([4.0, 1.0, 0.25])
    chances = true[:, None] / (true[:, None] + true[None])
    wins = 100 * chances * (1 - np.eye(3))
    wins[0, 2] = wins[2, 0] = 0.0  # these two never met
    np.testing.assert_allclose(bradley_terry(wins), true, rtol=1e-6)
    both = bradley_terry(np.stack([wins, wins.T]))
    np.testing.assert_allclose(both[1], 1 / true, rtol=1e-6)


def test_who_never_lost_is_not_infinitely_strong() -> None:
    strengths = bradley_terry(smoothed(win_matrix(["a", "b"], [("a", "b", "left")] * 3)))
    assert strengths[0] / strengths[1] == pytest.approx(3.5 / 0.5)
    assert bradley_terry(smoothed(np.zeros((1, 1)))).tolist() == [1.0]


def test_the_bootstrap_holds_the_strength_and_narrows_with_votes() -> None:
    names = ["a", "b"]
    few: list[Pairing] = [("a", "b", "left")] * 6 + [("a", "b", "right")] * 3
    widths = []
    for votes in (few, few * 25):
        strength = bradley_terry(smoothed(win_matrix(names, votes)))[0]
        low, high = strength_intervals(names, votes)[0]
        assert low < strength < high
        widths.append(np.log(high / low))
    assert widths[1] < widths[0] / 3
    assert strength_intervals(names, [("a", "b", "bad")])[0] == (0.0, np.inf)


def test_agreement_leaves_out_what_cannot_agree() -> None:
    matches = np.array([[0.8, 0.2], [0.8, 0.2], [0.2, 0.8], [0.5, 0.5], [np.nan, 0.5], [0.9, 0.1]])
    choices = ["left", "right", "right", "left", "left", "tie"]
    assert agreement(choices, matches) == (2, 3)  # type: ignore[arg-type]


def test_rank_correlation() -> None:
    assert rank_correlation([1, 2, 3], [10, 20, 30]) == 1
    assert rank_correlation([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx(2 / 3)
    assert rank_correlation([1, 2], [1, 2]) is None
    assert rank_correlation([1, 2, 3], [5, 5, 5]) is None
