"""The contract of an index: what it is built of, what it writes, and how it is asked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

TARGET_RECALL = 0.99
NEIGHBOURS = 10  # of which recall is measured
GONE = -1
PARTS = "index.*"  # whatever an index writes into the folder of its run is called so
HINTS = "index.*hint*"  # and what it may write again while it is used, so: that is not checked

Only = Mapping[str, Sequence[str]]  # attribute -> any of these classes; all attributes must hold
ALL: Only = {}


@dataclass(frozen=True)
class Column:
    """A class of every item, in one attribute: the catalogue's own label or the predicted one."""

    codes: np.ndarray  # (N,) int64
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Items:
    """What an index is built of; row i of everything is row i of the catalogue."""

    embeddings: np.ndarray  # (N, D) unit rows, memory-mapped
    ids: np.ndarray  # (N,) item ids
    columns: Mapping[str, Column]  # attribute -> the classes to filter by
    catalog: str = ""  # its name
    path: Path | None = None  # the file of the embeddings, for workers that read it themselves


@dataclass(frozen=True)
class IndexSettings:
    """What is asked of an index when it is built; run.json keeps it for the next time."""

    seed: int = 0
    recall: float = TARGET_RECALL  # recall@10 against exact search
    uri: str | None = None  # where it is to lie, for those that need not lie beside the run
    say: Callable[[str], None] = print
    workers: Executor | None = None  # of a cluster, for those that `spreads`; None: its own


@dataclass(frozen=True)
class Place:
    """Where the items of an index are in the catalogue as it is now."""

    rows: np.ndarray  # (items of the index,) int64, GONE for those that are no longer there
    beside: np.ndarray  # the rows of the catalogue that the index does not have, ascending

    @staticmethod
    def of(rows: np.ndarray, items: int) -> Place:
        """Of a catalogue of so many items."""
        return Place(rows, np.setdiff1d(np.arange(items), rows))

    def after(self, origin: np.ndarray) -> Place:
        """In the next catalogue, whose items were at these rows of this one, or GONE for new."""
        stay = origin != GONE
        before = 1 + max(int(self.rows.max()), int(origin.max()), 0)
        now = np.full(before, GONE, dtype=np.int64)
        now[origin[stay]] = np.flatnonzero(stay)
        rows = np.where(self.rows == GONE, GONE, now[self.rows])
        return Place.of(rows, len(origin))

    def joined(self) -> Place:
        """With those beside taken into the index, behind all that it had."""
        return Place(np.concatenate([self.rows, self.beside]), self.beside[:0])

    @property
    def loose(self) -> int:
        """How many items came or went since the index was built."""
        return len(self.beside) + int((self.rows == GONE).sum())


class Near(NamedTuple):
    """Rows of the catalogue near a query, and whether a nearer one may have been missed."""

    rows: np.ndarray  # (n,) int64, about nearest first
    approximate: bool


class Opened(ABC):
    """An opened index of a catalogue, some of whose items may have come or gone since."""

    pays: bool  # whether it is worth asking in large catalogues, where nothing else is said
    # Whether it filters by itself and can look at everything, so that no row is read besides its
    # answers: such an index is asked whatever the size of the catalogue.
    scans: bool = False

    def __init__(self, place: Place) -> None:
        self.place = place

    @abstractmethod
    def neighbours(
        self, query: np.ndarray, count: int, only: Only = ALL, exact: bool = False
    ) -> Near:
        """The `count` rows nearest to one unit vector (D,), of those it has.

        Fewer come only where no more fit. `only` and `exact` are asked of one that `scans`.
        """


class Index(ABC):
    """A way to find neighbours; registered by a plugin, chosen by its name.

    The facts that `build` gives are kept in run.json. All have `index` (its name; left out, it is
    Annoy's), `items`, `dimension`, `sha256` (what tells this index from another one), `recall`
    (recall@10 against exact search, of `probes` items among the others), `query_ms`, `exact_ms`,
    `build_s`, `bytes` and `asked`.
    """

    name: str  # [a-z0-9_]+
    title: str  # as people read it
    remote = False  # whether it can lie at a URI
    changes = False  # whether items can be added to it and removed from it
    spreads = False  # whether workers on other machines can write it

    @abstractmethod
    def build(self, items: Items, folder: Path, asked: IndexSettings) -> dict[str, Any]:
        """Write it into `folder`, as files or folders named index.*; what run.json is to keep."""

    @abstractmethod
    def open(self, folder: Path, facts: Mapping[str, Any], repair: str, place: Place) -> Opened:
        """Open it; RunError with the command `repair` when it cannot be the one that was built.

        The contents of the files have been checked.
        """

    def improve(
        self, items: Items, folder: Path, facts: dict[str, Any], asked: IndexSettings
    ) -> dict[str, Any] | None:
        """What takes long and can be done while a published run answers already.

        Returns the facts as they are afterwards, None when there was nothing to do. Until they
        are kept, and if this is killed, the index must answer with the facts that it had.
        """
        return None

    def change(
        self, items: Items, place: Place, gone: np.ndarray, folder: Path, facts: dict[str, Any]
    ) -> dict[str, Any]:
        """Take in the rows beside `place`, and drop its items at the positions `gone`.

        Returns the facts as they are afterwards. Asked of one that `changes`.
        """
        raise NotImplementedError
