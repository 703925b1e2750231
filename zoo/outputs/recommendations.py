"""Recommendations for many pictures, each by itself, as rows of a CSV."""

from __future__ import annotations

import csv
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import numpy as np

from zoo.compare import Skipped, Zoo
from zoo.features.encoder import Features
from zoo.files import sha256_of
from zoo.picture_tables import PictureTable
from zoo.runs import Run
from zoo.search.ask import Answer, Ask, Query

# Of a recommended item; one that the table has a column of already is called recommended_<name>.
ITEM = ("item_id", "title", "similarity", "match", "match_of", "score", "exact_copy")
COLUMNS = ("backbone", "rank", *ITEM)


@dataclass
class Written:
    """What came of a table of pictures."""

    rows: int = 0
    pictures: int = 0  # that were answered
    skipped: dict[str, Skipped] = field(default_factory=dict)


def header(columns: Sequence[str]) -> list[str]:
    """The table's own columns, then what is recommended."""
    names = list(columns)
    for column in COLUMNS:
        name = column
        while name in names:
            name = f"recommended_{name}"
        names.append(name)
    return names


def answers(run: Run, features: Features, digests: Sequence[str], ask: Ask) -> Iterator[Answer]:
    """What a run recommends for each picture by itself; an exact copy is marked."""
    known = run.catalog.table["sha256"]
    for row, digest in enumerate(digests):
        seen = features[row : row + 1]
        copies = np.flatnonzero((known == digest).to_numpy())
        yield run.recommender.recommend(Query.of_uploads(seen, copies), ask)


def rows_of(zoo: Zoo, run: Run, own: Sequence[str], answer: Answer) -> Iterator[list[str]]:
    """A row per recommended item, the query's own cells first."""
    table = zoo.catalog.table
    for item in answer.items:
        found = (
            table["item_id"].iat[item.row],
            table["title"].iat[item.row],
            round(item.similarity, 6),
            item.match,
            item.match_of,
            round(item.score, 6),
            "yes" if item.exact_copy else "",
        )
        yield [*own, run.name, str(item.rank), *map(str, found)]


def write_recommended(
    zoo: Zoo,
    table: PictureTable,
    ask: Ask,
    run: Run,
    file: TextIO,
    written: Written,
    advance: Callable[[int], None],
) -> None:
    """Write what one run recommends for every picture of a table, a batch of them at a time."""
    write = csv.writer(file, lineterminator="\n").writerow
    # A batch comes after the unreadable pictures among it: rows are found by their path.
    waiting: dict[str, deque[tuple[str, ...]]] = defaultdict(deque)
    for path, own in zip(table.paths, table.cells, strict=True):
        waiting[str(path)].append(own)
    for part in zoo.look(table.paths, run.name):
        if isinstance(part, Skipped):
            written.skipped[part.path] = part
            advance(1)
            continue
        digests = [sha256_of(Path(path)) for path in part.paths]
        for name, answer in zip(part.paths, answers(run, part.features, digests, ask), strict=True):
            written.pictures += 1
            for cells in rows_of(zoo, run, waiting[name].popleft(), answer):
                write(cells)
                written.rows += 1
        advance(len(part.paths))
