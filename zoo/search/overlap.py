"""How much two ranked answers have in common."""

from __future__ import annotations

from collections.abc import Sequence

PERSISTENCE = 0.9  # of rank-biased overlap: the first ten ranks have 86 % of the weight


def jaccard(one: Sequence[int], other: Sequence[int]) -> float | None:
    """Items in both, of the items in either, 0..1; None when both are empty."""
    either = set(one) | set(other)
    return len(set(one) & set(other)) / len(either) if either else None


def rank_biased_overlap(
    one: Sequence[int], other: Sequence[int], p: float = PERSISTENCE
) -> float | None:
    """Agreement of two rankings, 0..1, the first ranks counting most; None when one is empty.

    RBO_ext of Webber, Moffat and Zobel, "A similarity measure for indefinite rankings", ACM TOIS
    28(4), 2010, equation 32: what was seen of the rankings, which may differ in length, goes on
    as it ended. Each ranking has an item once.
    """
    short, long = sorted((one, other), key=len)
    s, l = len(short), len(long)  # noqa: E741  as the paper names them
    if s == 0:
        return None
    common = _common(short, long)
    seen = sum(common[d] / d * p**d for d in range(1, l + 1))
    beyond = sum(common[s] * (d - s) / (s * d) * p**d for d in range(s + 1, l + 1))
    ended = (common[l] - common[s]) / l + common[s] / s
    return (1 - p) / p * (seen + beyond) + ended * p**l


def _common(short: Sequence[int], long: Sequence[int]) -> list[int]:
    """How many items the first d ranks of both share, for d from 0 to the longer length."""
    first: set[int] = set()
    second: set[int] = set()
    common = [0]
    for depth, item in enumerate(long):
        second.add(item)
        first.update(short[depth : depth + 1])
        common.append(len(first & second))
    return common
