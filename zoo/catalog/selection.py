"""Which rows of a listing are wanted: some categories, some types of clothing, a cap per class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from zoo.catalog.listing import Listing
from zoo.errors import CatalogError, unknown

CATEGORY = "category"
CATEGORY_TYPE = "category_type"  # a column of readers that know where a category is worn


def category_name(singles: Sequence[str], key: Sequence[str]) -> str:
    """The attribute that "the category" means: the one of that name, else the first of the key."""
    return CATEGORY if CATEGORY in singles else key[0]


def of_category_types(rows: pd.DataFrame, listing: Listing, wanted: Sequence[str]) -> pd.DataFrame:
    """The rows whose category is of one of the wanted types, such as upper."""
    if CATEGORY_TYPE not in rows:
        raise CatalogError(
            f"{listing.source}: the {listing.reader} reader knows no types of categories; "
            "leave --category-type out, or name classes with --categories"
        )
    return of_classes(rows, listing, CATEGORY_TYPE, wanted)


def of_classes(
    rows: pd.DataFrame, listing: Listing, name: str, wanted: Sequence[str]
) -> pd.DataFrame:
    """The rows whose column `name` has one of the wanted classes; CatalogError lists those."""
    known = set(rows[name].dropna())
    for value in wanted:
        if value not in known:
            raise CatalogError(f"{listing.source}: {unknown(name, value, known)}")
    kept: pd.DataFrame = rows[rows[name].isin(list(wanted))].reset_index(drop=True)
    return kept


def check_limit(limit: int | None) -> None:
    """CatalogError for a limit that leaves no picture."""
    if limit is not None and limit < 1:
        raise CatalogError(f"a limit of {limit} pictures leaves none; give --limit 1 or more")


def under_cap(rows: pd.DataFrame, name: str, cap: int, seed: int) -> pd.Series[bool]:
    """Whether training uses each row: in the train split at most `cap` of each class of `name`.

    Rows of no known class and of the other splits are all used, and those with a false `use`
    neither drawn nor used. Drawn by item id and seed.
    """
    before = rows["use"] if "use" in rows else pd.Series(True, index=rows.index)
    capped = rows[before & (rows["split"] == "train") & rows[name].notna()].sort_values("item_id")
    drawn = capped.iloc[np.random.default_rng(seed).permutation(len(capped))]
    over = drawn.index[drawn.groupby(name).cumcount() >= cap]
    used: pd.Series[bool] = before & ~rows.index.isin(over)
    return used
