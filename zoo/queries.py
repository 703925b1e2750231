"""Items of the catalogue to ask about, drawn at random: any that fit, or one of every category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from zoo.catalog import Catalog
from zoo.errors import ZooError
from zoo.search.candidates import category_attribute


def one_per_category(catalog: Catalog, seed: int, limit: int | None = None) -> dict[str, int]:
    """Category -> row of a random item, of the test split where it has one there.

    The largest categories come first; `limit` keeps so many of them.
    """
    if limit is not None and limit < 1:
        raise ZooError(f"limit {limit} leaves no category; give --limit 1 or more")
    attribute = catalog.attribute(category_attribute(catalog))
    codes = catalog.codes(attribute.name)
    counts = np.bincount(codes[codes >= 0], minlength=len(attribute.classes))
    in_test = np.isin(np.arange(len(catalog)), catalog.rows("test"))
    generator = np.random.default_rng(seed)
    chosen: dict[str, int] = {}
    largest = np.argsort(-counts, kind="stable")
    for code in largest[counts[largest] > 0][:limit]:  # of some classes all items may be removed
        members = np.flatnonzero(codes == code)
        tested = members[in_test[members]]
        chosen[attribute.classes[code]] = int(generator.choice(tested if len(tested) else members))
    return chosen


def labelled(catalog: Catalog, where: Mapping[str, Sequence[str]]) -> np.ndarray:
    """Rows, (n,) int64, that the catalogue itself labels so: attribute -> any of these classes."""
    fits = np.ones(len(catalog), dtype=bool)
    for name, values in where.items():
        catalog.single(name)
        fits &= catalog.table[name].isin(values).to_numpy(dtype=bool)
    return np.flatnonzero(fits)


def draw(catalog: Catalog, where: Mapping[str, Sequence[str]], but: Sequence[str] = ()) -> str:
    """The id of a random item labelled so, another than `but` where there is one."""
    rows = labelled(catalog, where)
    if not len(rows):
        wanted = ", ".join(f"{name}: {' or '.join(values)}" for name, values in where.items())
        raise ZooError(
            f"no item of the catalogue is labelled {wanted}; take a filter away to draw one"
        )
    ids = catalog.table["item_id"].iloc[rows].astype(str)
    others = ids[~ids.isin(but)]
    return str((others if len(others) else ids).sample(1).iat[0])
