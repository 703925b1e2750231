"""Blind duels: the same query to two backbones, sides drawn at random."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import combinations

import numpy as np

from zoo.compare import Result, Zoo
from zoo.errors import ZooError
from zoo.evaluation.votes import Duel, Side, Vote
from zoo.pictures import digest
from zoo.search.ask import Ask

SHOWN = Ask(top=6)  # everything else as a visitor finds it
TRIES = 25  # queries that are drawn before two backbones count as answering alike

Pair = frozenset[str]


def is_current(zoo: Zoo, vote: Vote) -> bool:
    """Whether both runs of a vote are still those of the zoo."""
    sides = (vote.duel.left, vote.duel.right)
    return all(side.backbone in zoo.runs and index_of(zoo, side.backbone) == side.index
               for side in sides)  # fmt: skip


def index_of(zoo: Zoo, name: str) -> str:
    """What tells a run of a backbone from the one that replaces it."""
    return str(zoo.runs[name].facts["indexed"]["sha256"])


def pair_of(duel: Duel) -> Pair:
    """The two backbones of a duel."""
    return frozenset((duel.left.backbone, duel.right.backbone))


def pairs_to_judge(
    zoo: Zoo, votes: Sequence[Vote], chance: random.Random, without: Collection[Pair] = ()
) -> list[Pair]:
    """All pairs but those `without`: those with fewest votes first, equals in random order."""
    counts = Counter(pair_of(vote.duel) for vote in votes if is_current(zoo, vote))
    pairs = [p for two in combinations(sorted(zoo.runs), 2) if (p := frozenset(two)) not in without]
    chance.shuffle(pairs)
    return sorted(pairs, key=lambda pair: counts[pair])


def item_duel(
    zoo: Zoo, rows: np.ndarray, votes: Sequence[Vote], chance: random.Random
) -> Duel | None:
    """A duel over an item drawn from these rows; None when all pairs answer alike on all tries."""
    for pair in pairs_to_judge(zoo, votes, chance):
        for row in chance.choices(rows.tolist(), k=TRIES):
            query = {"item": str(zoo.catalog.table["item_id"].iat[row])}
            duel = _duel(zoo, query, zoo.recommend_items([row], SHOWN, sorted(pair)), chance)
            if duel is not None:
                return duel
    return None


def upload_duel(
    zoo: Zoo,
    name: str,
    data: bytes,
    votes: Sequence[Vote],
    chance: random.Random,
    done: Collection[Pair] = (),
) -> Duel | None:
    """A duel over an uploaded picture; None when no pair is left that answers differently."""
    for pair in pairs_to_judge(zoo, votes, chance, done):
        results = zoo.recommend({name: data}, SHOWN, sorted(pair))
        duel = _duel(zoo, {"sha256": digest(data)}, results, chance)
        if duel is not None:
            return duel
    return None


def _duel(
    zoo: Zoo, query: dict[str, str], results: dict[str, Result], chance: random.Random
) -> Duel | None:
    """The two answers on random sides; None when they are the same, item for item."""
    ids = zoo.catalog.table["item_id"]
    sides = [
        Side(
            name,
            index_of(zoo, name),
            tuple(str(ids.iat[item.row]) for item in result.answer.items),
        )
        for name, result in results.items()
    ]
    if sides[0].items == sides[1].items:
        return None
    chance.shuffle(sides)
    return Duel(query, *sides)


def query_rows(zoo: Zoo, pool: str, before: Duel | None = None) -> np.ndarray:
    """Rows that queries are drawn from: of the `test` split, or of the whole catalogue (`all`).

    The query of the duel `before` is not among them, as long as there is another.
    """
    if pool not in ("test", "all"):
        raise ZooError(f"unknown pool of queries {pool!r}; choose test or all")
    rows = np.arange(len(zoo.catalog))
    tested = zoo.catalog.query_rows()
    if pool == "test" and len(tested):
        rows = tested
    if before is None or "item" not in before.query:
        return rows
    others = rows[(zoo.catalog.table["item_id"].iloc[rows] != before.query["item"]).to_numpy()]
    return others if len(others) else rows
