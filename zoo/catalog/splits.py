"""train, val and test: stratified, seeded, and no shot on both sides of a deal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from zoo.catalog.listing import Finding
from zoo.catalog.near_duplicates import groups_of
from zoo.catalog.shares import SHARES
from zoo.plurals import numbered

SPLIT_NAMES: Mapping[str, str] = {
    "train": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
}


def assign_splits(
    rows: pd.DataFrame,
    strata: Sequence[str],
    seed: int,
    shares: Mapping[str, float] = SHARES,
) -> tuple[pd.Series[str], list[Finding]]:
    """The split of every row, by its index, and what was done to given splits.

    `rows` has item_id, sha256, near_group (equal numbers are near-duplicates of each other), the
    columns of `strata` and perhaps split and identity. Given splits are kept. The other rows are
    dealt by `shares`, stratified; the answer hangs on item ids, labels and seed, not on the order
    of the rows. A split missing among given ones is taken from train. Near-duplicates, and all
    pictures of one identity, stay together.
    """
    splits = _given(rows)
    was_given = bool(splits.notna().any())
    findings = torn_findings(rows)
    groups = _groups(rows)
    # A copy of a picture whose split is given goes where that one is; a look-alike does too.
    for same in ("sha256", "near_group"):
        splits = splits.fillna(splits.groupby(rows[same]).transform("first"))
    splits = splits.fillna(_dealt(rows[splits.isna()], groups, strata, shares, seed))
    missing = [name for name in shares if not (splits == name).any()]
    if was_given and missing and "train" not in missing:
        some = {name: shares[name] for name in ("train", *missing)}
        some = {name: share / sum(some.values()) for name, share in some.items()}
        free = rows[(splits == "train").groupby(groups).transform("all")]
        taken = _dealt(free, groups, strata, some, seed)
        splits.update(taken)
        findings += [_made(name, int((taken == name).sum())) for name in missing]
    return splits.astype("str"), findings


def spread_subset(
    rows: pd.DataFrame, columns: Sequence[str], count: int, seed: int
) -> pd.DataFrame:
    """`count` rows drawn at random with about the same share of every stratum, by item id.

    Products (identity) are drawn whole, so that the count is near rather than exact.
    """
    if count >= len(rows):
        return rows
    whole = rows["identity"].fillna(rows["item_id"]) if "identity" in rows else rows["item_id"]
    heads = rows[~whole.duplicated()]
    order = _stratified_order(heads, columns, seed)
    wanted = max(1, count * len(heads) // len(rows))
    chosen = whole.loc[heads.index[order[np.arange(wanted) * len(heads) // wanted]]]
    subset: pd.DataFrame = rows[whole.isin(chosen)].sort_values("item_id").reset_index(drop=True)
    return subset


def _given(rows: pd.DataFrame) -> pd.Series[str]:
    if "split" in rows:
        return rows["split"].astype(object)
    return pd.Series(index=rows.index, dtype=object)


def torn_findings(rows: pd.DataFrame) -> list[Finding]:
    """Copies and near-duplicates that given splits tear apart; rows as for `assign_splits`."""
    given = _given(rows)
    return [*_torn_copies(rows, given), *_torn_groups(rows, given)]


def _groups(rows: pd.DataFrame) -> pd.Series[int]:
    """What is never torn apart: pictures of one product, near-duplicates, and what these join."""
    groups: pd.Series[int] = pd.Series(pd.factorize(rows["near_group"])[0], index=rows.index)
    if "identity" not in rows:
        return groups
    product = pd.factorize(rows["identity"])[0]  # -1 where it is not known
    near, known = groups.to_numpy(), product >= 0
    first = int(near.max(initial=-1)) + 1
    pairs = np.stack([near[known], first + product[known]], axis=1)
    joined = groups_of(pairs, first + int(product.max(initial=-1)) + 1)
    return groups.map(lambda group: joined[group])


def _torn_copies(rows: pd.DataFrame, given: pd.Series[str]) -> list[Finding]:
    torn = given.groupby(rows["sha256"]).transform("nunique") > 1
    first = rows["item_id"].groupby(rows["sha256"]).transform("first")
    return [
        Finding("exact copies in different given splits", item_id, f"the same file as {original}")
        for item_id, original in zip(rows["item_id"][torn], first[torn], strict=True)
        if item_id != original
    ]


def _torn_groups(rows: pd.DataFrame, given: pd.Series[str]) -> list[Finding]:
    """A finding for each pair of different files that look the same and are given apart."""
    files = rows.assign(split=given)[given.notna()].drop_duplicates(["sha256", "split"])
    torn = files[files.groupby("near_group")["split"].transform("nunique") > 1]
    return [
        Finding(
            "near-duplicates in different given splits",
            later.item_id,
            f"looks like {earlier.item_id} in {earlier.split}",
        )
        for _, members in torn.groupby("near_group", sort=False)
        for earlier, later in combinations(members.itertuples(index=False), 2)
        if earlier.split != later.split and earlier.sha256 != later.sha256
    ]


def _made(name: str, count: int) -> Finding:
    return Finding(
        "split made", name, f"the catalogue has none; {numbered(count, 'picture')} taken from train"
    )


def _dealt(
    rows: pd.DataFrame,
    groups: pd.Series[int],
    strata: Sequence[str],
    shares: Mapping[str, float],
    seed: int,
) -> pd.Series[str]:
    """Deal the rows to splits, stratum after stratum, groups as one."""
    groups = groups.loc[rows.index]
    sizes = groups.value_counts()
    in_order = rows.sort_values("item_id")
    heads = in_order[~groups.loc[in_order.index].duplicated()]
    order = groups.loc[heads.index].iloc[_stratified_order(heads, strata, seed)]
    given = dict.fromkeys(shares, 0)
    dealt: dict[int, str] = {}
    for group in order:
        # The split furthest behind its share: exact on the whole, and near it in every stratum.
        split = _furthest_behind(shares, given, sum(given.values()) + int(sizes[group]))
        given[split] += int(sizes[group])
        dealt[group] = split
    return groups.map(dealt)


def _furthest_behind(shares: Mapping[str, float], given: Mapping[str, int], total: int) -> str:
    return max(shares, key=lambda name: shares[name] * total - given[name])


def _stratified_order(rows: pd.DataFrame, columns: Sequence[str], seed: int) -> np.ndarray:
    """Positions of the rows, (n,), stratum after stratum and shuffled within each."""
    by_item = np.argsort(rows["item_id"].to_numpy(dtype=str), kind="stable")
    shuffled = np.empty(len(rows), dtype=np.int64)
    shuffled[by_item] = np.random.default_rng(seed).permutation(len(rows))
    strata = [rows[column].fillna("").to_numpy(dtype=str) for column in columns]
    return np.lexsort([shuffled, *reversed(strata)])  # the last key sorts first
