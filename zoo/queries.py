"""Items of the catalogue to ask about: one of every category, drawn at random."""

from __future__ import annotations

import numpy as np

from zoo.catalog import Catalog
from zoo.errors import ZooError
from zoo.search.recommender import category_attribute


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
    for code in np.argsort(-counts, kind="stable")[:limit]:
        members = np.flatnonzero(codes == code)
        tested = members[in_test[members]]
        chosen[attribute.classes[code]] = int(generator.choice(tested if len(tested) else members))
    return chosen
