"""Vectors to search in and to search for: those of a zoo, or generated ones.

Generated ones are drawn around some thousand centres on the sphere, as pictures lie around their
kinds, because vectors spread evenly over many dimensions are all about equally far from each other
and have no neighbours worth finding; the queries are drawn around the same centres and are not
among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from engines import SEED

from zoo.catalog import load_catalog
from zoo.errors import ZooError

CLUSTER = 250  # generated items around one centre, in the mean
CENTRES = 4000  # at most
SPREAD = 0.5  # length of what is added to a centre, whose own length is one
FLAT_AXES = 8  # after about as many, the variance of trained embeddings falls steeply
DRAWN_AT_ONCE = 65536


@dataclass(frozen=True)
class Vectors:
    """Unit rows to search in (N, D) and to search for (q, D), and how the table names them."""

    name: str
    database: np.ndarray
    queries: np.ndarray


def of_runs(folder: Path, queries: int) -> Iterator[Vectors]:
    """The embeddings of each backbone of a zoo, its test split (a sample of it) as queries."""
    catalog = load_catalog(folder)
    asking = np.random.default_rng(SEED).permutation(catalog.query_rows())[:queries]
    for path in sorted(folder.glob("*/embeddings.npy")):
        rows: np.ndarray = np.load(path, mmap_mode="r", allow_pickle=False)
        if len(rows) != len(catalog):
            raise ZooError(f"{path} has {len(rows)} rows, the catalogue {len(catalog)}")
        database = np.asarray(rows[catalog.database_rows()], dtype=np.float32)
        name = f"{path.parent.name}, {len(database):,} x {rows.shape[1]}"
        yield Vectors(name, database, np.asarray(rows[np.sort(asking)], dtype=np.float32))


def generated(items: int, dimension: int, queries: int, seed: int = SEED) -> Vectors:
    """Clustered unit rows; axis by axis they vary about as embeddings of trained backbones do."""
    generator = np.random.default_rng(seed)
    axes = 1 / np.sqrt(1 + np.square(np.arange(dimension, dtype=np.float32) / FLAT_AXES))
    axes /= np.linalg.norm(axes)  # what has these deviations is of length one, in the mean
    count = min(CENTRES, max(1, items // CLUSTER))
    centres = generator.standard_normal((count, dimension), dtype=np.float32) * axes
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)

    def drawn(number: int) -> np.ndarray:
        rows = np.empty((number, dimension), dtype=np.float32)
        for start in range(0, number, DRAWN_AT_ONCE):  # in place, as a million rows are a gigabyte
            block = rows[start : start + DRAWN_AT_ONCE]
            generator.standard_normal(out=block, dtype=np.float32)
            block *= SPREAD * axes
            block += centres[generator.integers(count, size=len(block))]
            block /= np.linalg.norm(block, axis=1, keepdims=True)
        return rows

    return Vectors(f"generated, {items:,} x {dimension}", drawn(items), drawn(queries))
