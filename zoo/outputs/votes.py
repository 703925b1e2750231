"""What people preferred, beside what the metrics say."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np

from zoo.compare import Zoo
from zoo.evaluation.preference import (
    FEW,
    Pairing,
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
from zoo.evaluation.retrieval import attribute_match, attribute_shares
from zoo.evaluation.votes import Duel, Side, Votes
from zoo.judging import index_of, is_current
from zoo.outputs.texts import number, table
from zoo.plurals import numbered

GONE = -1  # the row of an item that the catalogue does not have
METRICS = ("attribute_match@5", "recall@10")


def votes_report(zoo: Zoo, kept: Votes) -> dict[str, Any]:
    """Win rates, strengths and agreement with the metrics, of the runs that the zoo has now."""
    used = [vote for vote in kept.votes if is_current(zoo, vote)]
    pairings: list[Pairing] = [
        (v.duel.left.backbone, v.duel.right.backbone, v.choice) for v in used
    ]
    names = sorted(zoo.runs)
    backbones = _backbones(zoo, names, pairings)
    agree, asked = agreement([v.choice for v in used], side_matches(zoo, [v.duel for v in used]))
    return {
        "votes": len(used),
        "few": len(used) < FEW,
        "both_bad": sum(choice == "bad" for _, _, choice in pairings),
        "replaced": len(kept.votes) - len(used),
        "unreadable": kept.unreadable,
        "backbones": backbones,
        "pairs": [_pair(one, other, pairings) for one, other in combinations(names, 2)],
        "left": _share(*left_wins(pairings)),
        "higher_match_preferred": _share(agree, asked),
        "kendall_tau": _taus(backbones),
    }


def _backbones(zoo: Zoo, names: list[str], pairings: Sequence[Pairing]) -> dict[str, Any]:
    strengths = bradley_terry(smoothed(win_matrix(names, pairings)))
    intervals = strength_intervals(names, pairings)
    enough = len(pairings) >= FEW
    found = {}
    for place, name in enumerate(names):
        counts, scores = tally(name, pairings), zoo.runs[name].scores["retrieval"]
        known = counts.compared > 0
        found[name] = {
            "index": index_of(zoo, name),
            "wins": counts.wins,
            "losses": counts.losses,
            "ties": counts.ties,
            "both_bad": counts.both_bad,
            "win_rate": counts.win_rate,
            "win_rate_interval": list(counts.interval) if known else None,
            "strength": float(strengths[place]) if known else None,
            # A bootstrap of few votes is far too narrow: of a single one it has no width at all.
            "strength_interval": list(intervals[place]) if known and enough else None,
            **{metric: scores.get(metric) for metric in METRICS},
        }
    return found


def _pair(one: str, other: str, pairings: Sequence[Pairing]) -> dict[str, Any]:
    between = [p for p in pairings if {p[0], p[1]} == {one, other}]
    counts = tally(one, between)
    return {
        "backbones": [one, other],
        "wins": [counts.wins, counts.losses],
        "ties": counts.ties,
        "both_bad": counts.both_bad,
    }


def _share(part: int, whole: int) -> dict[str, Any]:
    return {
        "count": part,
        "of": whole,
        "share": part / whole if whole else None,
        "interval": list(wilson(part, whole)) if whole else None,
    }


def _taus(backbones: dict[str, Any]) -> dict[str, Any]:
    """Rank correlation of strengths with each metric, over the backbones with votes."""
    judged = [b for b in backbones.values() if b["strength"] is not None]
    found: dict[str, Any] = {"backbones": len(judged)}
    for metric in METRICS:
        scored = [b for b in judged if b[metric] is not None]
        strengths = [b["strength"] for b in scored]
        found[metric] = rank_correlation(strengths, [b[metric] for b in scored])
    return found


def side_matches(zoo: Zoo, duels: Sequence[Duel]) -> np.ndarray:
    """Attribute match of what each side showed, (n, 2: left, right), by true labels only.

    NaN where the query is an upload or gone, or no label of both query and items is known.
    """
    places = {str(item): row for row, item in enumerate(zoo.catalog.table["item_id"])}
    queries = np.array([places.get(d.query.get("item", ""), GONE) for d in duels], dtype=np.int64)
    sides = ([d.left for d in duels], [d.right for d in duels])
    labels = zoo.catalog.label_matrix()
    return np.stack([_matches(labels, places, queries, side) for side in sides], axis=1)


def _matches(
    labels: np.ndarray, places: dict[str, int], queries: np.ndarray, sides: Sequence[Side]
) -> np.ndarray:
    """The mean over attributes of the share of items that equal the query, (n,)."""
    shown = np.full((len(sides), max((len(s.items) for s in sides), default=0)), GONE)
    for row, side in enumerate(sides):
        shown[row, : len(side.items)] = [places.get(item, GONE) for item in side.items]
    matches = attribute_match(attribute_shares(labels, queries, shown))
    return np.where(queries == GONE, np.nan, matches)


def votes_text(report: dict[str, Any]) -> str:
    """The votes for a terminal, the strongest backbone first."""
    rows = [
        [name, _interval(b["win_rate"], b["win_rate_interval"]),
         str(b["wins"]), str(b["ties"]), str(b["losses"]), str(b["both_bad"]),
         _interval(b["strength"], b["strength_interval"]), *(number(b[m]) for m in METRICS)]
        for name, b in by_strength(report)
    ]  # fmt: skip
    header = ["", "win rate", "won", "tied", "lost", "both bad", "strength", *METRICS]
    return "\n".join([table(header, rows), "", headline(report), *notes(report), *left_out(report)])


def by_strength(report: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The backbones, the strongest first, those without votes last."""
    return sorted(report["backbones"].items(), key=lambda each: -(each[1]["strength"] or 0.0))


def headline(report: dict[str, Any]) -> str:
    """How many votes all rests on."""
    bad = f", {report['both_bad']} of them that both are bad" if report["both_bad"] else ""
    return f"{numbered(report['votes'], 'vote')}{bad}{_doubt(report)}"


def notes(report: dict[str, Any]) -> list[str]:
    """How far the votes agree with the metrics, and with the side they were shown on."""
    parts = []
    left, higher = report["left"], report["higher_match_preferred"]
    if left["of"]:
        parts.append(f"the left side won {_of(left)}; half of them would be no bias")
    if higher["of"]:
        parts.append(f"the side with the higher attribute match was preferred in {_of(higher)}")
    else:
        parts.append("no vote yet between sides whose attribute match is known and differs")
    return [*parts, *_tau_notes(report)]


def left_out(report: dict[str, Any]) -> list[str]:
    """What is in votes.jsonl but not used."""
    parts = []
    if report["replaced"]:
        replaced = numbered(report["replaced"], "vote")
        parts.append(f"{replaced} for runs that were replaced since: not used")
    if report["unreadable"]:
        parts.append(f"{numbered(report['unreadable'], 'unreadable line')} of votes.jsonl skipped")
    return parts


def _tau_notes(report: dict[str, Any]) -> list[str]:
    taus = report["kendall_tau"]
    known = [f"{taus[metric]:+.2f} with {metric}" for metric in METRICS if taus[metric] is not None]
    if not known:
        return ["rank correlation with the metrics needs three backbones with votes"]
    rest = f"over {taus['backbones']} backbones and {numbered(report['votes'], 'vote')}"
    chance = f"by chance alone, one order in {factorial(taus['backbones'])} is the very same"
    return [f"Kendall's tau of the strengths: {', '.join(known)}; {rest}{_doubt(report)}; {chance}"]


def _doubt(report: dict[str, Any]) -> str:
    return ": too few to conclude" if report["few"] else ""


def _of(share: dict[str, Any]) -> str:
    low, high = share["interval"]
    return f"{share['count']} of {share['of']} ({share['share']:.0%}, {low:.0%} to {high:.0%})"


def _interval(value: float | None, interval: Sequence[float] | None) -> str:
    if value is None:
        return "no votes"
    if interval is None:
        return f"{value:.2f}"
    return f"{value:.2f} [{interval[0]:.2f}, {interval[1]:.2f}]"
