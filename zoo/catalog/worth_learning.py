"""Which training pictures teach something: neither tiny nor blank, each shot once, none of test."""

from __future__ import annotations

import pandas as pd

from zoo.catalog.cells import stacked
from zoo.catalog.hashing import is_blank
from zoo.catalog.listing import Finding

TINY_SIDE = 48  # pixels; below it networks see mostly what resizing made up


def worth_learning(rows: pd.DataFrame) -> tuple[pd.Series[bool], list[Finding]]:
    """Whether each row (split, thumbnail, shorter_side, near_group) is to be trained on; why not.

    Only the train split is judged. Of copies and near-duplicates in it the first that is neither
    tiny nor blank is kept, and none whose twin is in val or test, which given splits allow.
    """
    train = rows[rows["split"] == "train"]
    reasons = pd.Series(index=train.index, dtype=object)
    reasons[is_blank(stacked(train["thumbnail"]))] = "nearly one colour"
    reasons[train["shorter_side"] < TINY_SIDE] = f"shorter side under {TINY_SIDE} px"
    able = train[reasons.isna()]  # a tiny picture must not stand for its shot
    first = able.groupby("near_group")["item_id"].transform("first")
    again = first[first != able["item_id"]]
    reasons[again.index] = "shows the same as " + again
    held = rows[rows["split"] != "train"].drop_duplicates("near_group").set_index("near_group")
    twin = able["near_group"].map(held["item_id"] + " in " + held["split"]).dropna()
    reasons[twin.index] = "shows the same as " + twin
    findings = [
        Finding("not trained on", str(train.at[row, "item_id"]), str(reason))
        for row, reason in reasons.dropna().items()
    ]
    return pd.Series(~rows.index.isin(reasons.dropna().index), index=rows.index), findings
