"""What colours a map: the true class of every item, of one attribute."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zoo.catalog import Catalog
from zoo.catalog.catalog import UNKNOWN
from zoo.errors import CatalogError

OF = ": "  # "attribute: class" stands for one class of an attribute that may have several


@dataclass(frozen=True)
class Colouring:
    """One class or none for every item, the most frequent class first."""

    names: tuple[str, ...]
    counts: tuple[int, ...]
    codes: np.ndarray  # (N,) int64, UNKNOWN where the catalogue has no label
    unknown: int


def colourings(catalog: Catalog) -> list[str]:
    """What a map can be coloured by: single attributes, and each class of the multi ones."""
    several = [f"{a.name}{OF}{label}" for a in catalog.multis for label in a.classes]
    return [*(a.name for a in catalog.singles), *several]


def colouring(catalog: Catalog, name: str) -> Colouring:
    """The true classes of all items by one of `colourings`; CatalogError for another name."""
    if name in {a.name for a in catalog.singles}:
        return _by_frequency(catalog.single(name).classes, catalog.codes(name))
    attribute, separator, label = name.partition(OF)
    if not separator or label not in catalog.multi(attribute).classes:
        raise CatalogError(f"nothing is called {name!r} that a map can be coloured by")
    has = catalog.multi_labels(attribute)[:, catalog.multi(attribute).classes.index(label)]
    return _by_frequency((f"not {label}", label), has.astype(np.int64))


def _by_frequency(classes: tuple[str, ...], codes: np.ndarray) -> Colouring:
    known = codes != UNKNOWN
    counts = np.bincount(codes[known], minlength=len(classes))
    order = np.argsort(-counts, kind="stable")
    order = order[counts[order] > 0]
    rank = np.full(len(classes), UNKNOWN, dtype=np.int64)
    rank[order] = np.arange(len(order))
    return Colouring(
        tuple(classes[c] for c in order),
        tuple(int(counts[c]) for c in order),
        np.where(known, rank[codes], UNKNOWN),
        int((~known).sum()),
    )
