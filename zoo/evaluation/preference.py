"""What votes between pairs say: win rates, Bradley-Terry strengths, agreement with the metrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zoo.evaluation.intervals import SAMPLES
from zoo.evaluation.votes import Choice

FEW = 30  # votes under which nothing should be concluded
Z = 1.959964  # of the 95 % interval of a normal distribution
# Half a win each way between every two, as by Jeffreys' prior of a share: without it who never lost
# would be infinitely strong.
PRIOR = 0.5
STEPS, CLOSE = 2000, 1e-9
LEFT_WINS = {"left": 1.0, "tie": 0.5, "right": 0.0}

Pairing = tuple[str, str, Choice]  # the backbone on the left, that on the right, the vote


@dataclass(frozen=True)
class Tally:
    """How the votes on one backbone went."""

    wins: int = 0
    losses: int = 0
    ties: int = 0
    both_bad: int = 0

    @property
    def compared(self) -> int:
        """Votes that say something of its rank: all but "both are bad"."""
        return self.wins + self.losses + self.ties

    @property
    def win_rate(self) -> float | None:
        """The share of wins, a tie as half of one; None without votes."""
        return (self.wins + self.ties / 2) / self.compared if self.compared else None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the win rate."""
        return wilson(self.wins + self.ties / 2, self.compared)


def wilson(successes: float, trials: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927); (0, 1) without trials."""
    if not trials:
        return 0.0, 1.0
    share, part = successes / trials, Z**2 / trials
    middle = (share + part / 2) / (1 + part)
    half = Z / (1 + part) * float(np.sqrt(share * (1 - share) / trials + part / trials / 4))
    return max(0.0, middle - half), min(1.0, middle + half)


def tally(name: str, votes: Sequence[Pairing]) -> Tally:
    """The votes on one backbone."""
    choices = [(left == name, choice) for left, right, choice in votes if name in (left, right)]
    won = sum(choice == ("left" if on_left else "right") for on_left, choice in choices)
    lost = sum(choice == ("right" if on_left else "left") for on_left, choice in choices)
    ties = sum(choice == "tie" for _, choice in choices)
    return Tally(won, lost, ties, len(choices) - won - lost - ties)


def left_wins(votes: Sequence[Pairing]) -> tuple[int, int]:
    """How often the left side won, and of how many votes for one of the sides."""
    decided = [choice for _, _, choice in votes if choice in ("left", "right")]
    return decided.count("left"), len(decided)


def win_matrix(names: Sequence[str], votes: Sequence[Pairing]) -> np.ndarray:
    """How often row beat column, (n, n); a tie is half a win for each, "both are bad" nothing."""
    wins = np.zeros((len(names), len(names)))
    place = {name: number for number, name in enumerate(names)}
    for left, right, choice in votes:
        if choice != "bad":
            wins[place[left], place[right]] += LEFT_WINS[choice]
            wins[place[right], place[left]] += 1 - LEFT_WINS[choice]
    return wins


def bradley_terry(wins: np.ndarray) -> np.ndarray:
    """Strengths (..., n) by which i beats j with chance s_i / (s_i + s_j); geometric mean 1.

    The MM algorithm (Hunter 2004, "MM algorithms for generalized Bradley-Terry models") on wins
    (..., n, n), in which everyone must have won and lost; `smoothed` wins have that.
    """
    strengths: np.ndarray = np.ones(wins.shape[:-1])
    if wins.shape[-1] < 2:
        return strengths
    games, won = wins + wins.swapaxes(-1, -2), wins.sum(axis=-1)
    for _ in range(STEPS):
        sums = strengths[..., :, None] + strengths[..., None, :]  # (..., n, n)
        new = won / (games / sums).sum(axis=-1)
        new /= np.exp(np.log(new).mean(axis=-1, keepdims=True))
        moved = np.abs(np.log(new / strengths)).max(initial=0.0)
        strengths = new
        if moved < CLOSE:
            break
    return strengths


def smoothed(wins: np.ndarray) -> np.ndarray:
    """Wins (..., n, n) with PRIOR added between every two."""
    others: np.ndarray = 1 - np.eye(wins.shape[-1])
    total: np.ndarray = wins + PRIOR * others
    return total


def strength_intervals(names: Sequence[str], votes: Sequence[Pairing]) -> list[tuple[float, float]]:
    """95 % percentile bootstrap intervals, over votes, of the smoothed strengths."""
    counted = [vote for vote in votes if vote[2] != "bad"]
    if not counted:
        return [(0.0, float("inf"))] * len(names)
    kinds = sorted(set(counted))
    shares = np.array([counted.count(kind) for kind in kinds]) / len(counted)
    # Drawing votes with replacement is drawing how often each kind of vote comes.
    drawn = np.random.default_rng(0).multinomial(len(counted), shares, SAMPLES)  # (S, kinds)
    each = np.stack([win_matrix(names, [kind]) for kind in kinds])  # (kinds, n, n)
    strengths = bradley_terry(smoothed(np.tensordot(drawn, each, axes=1)))  # (S, n)
    lows, highs = np.percentile(strengths, [2.5, 97.5], axis=0)
    return [(float(low), float(high)) for low, high in zip(lows, highs, strict=True)]


def agreement(choices: Sequence[Choice], matches: np.ndarray) -> tuple[int, int]:
    """How often the side with the higher match (n, 2: left, right) was preferred, and of how many.

    Votes for no side, and those whose sides match alike or are unknown (NaN), are left out.
    """
    agree = asked = 0
    for choice, (left, right) in zip(choices, matches, strict=True):
        if choice not in ("left", "right") or not abs(left - right) > CLOSE:
            continue
        asked += 1
        agree += bool(left > right) == (choice == "left")
    return agree, asked


def rank_correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Kendall's tau-b of two orders; None for fewer than three, or where one is all alike."""
    if len(one) < 3:
        return None
    from scipy.stats import kendalltau  # here: the page need not wait for it

    found = float(kendalltau(one, other).statistic)
    return None if np.isnan(found) else found
