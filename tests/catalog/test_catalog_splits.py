from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest

from zoo.catalog.listing import Finding
from zoo.catalog.splits import assign_splits, spread_subset


def items(
    labels: list[str | None],
    files: list[int] | None = None,
    groups: list[int] | None = None,
    **more: list[str | None],
) -> pd.DataFrame:
    """Rows with one key attribute, `tone`.

    Equal numbers in `files` are the same file, in `groups` near-duplicates.
    """
    numbers = list(range(len(labels)))
    return pd.DataFrame(
        {
            "item_id": [f"i{number:04}" for number in numbers],
            "sha256": [str(file) for file in files or numbers],
            "near_group": groups or files or numbers,
            "tone": labels,
            **more,
        }
    )


def split_of(rows: pd.DataFrame, seed: int = 0) -> dict[str, str]:
    splits, _ = assign_splits(rows, ["tone"], seed)
    return dict(zip(rows["item_id"], splits, strict=True))


def test_shares_are_exact_on_the_whole_and_kept_in_every_class() -> None:
    rows = items(["warm"] * 100 + ["cold"] * 60 + [None] * 40)
    splits, findings = assign_splits(rows, ["tone"], seed=0)
    assert Counter(splits) == {"train": 140, "val": 30, "test": 30}
    counts = pd.crosstab(rows["tone"].fillna("?"), splits)
    for tone, size in (("warm", 100), ("cold", 60), ("?", 40)):
        assert counts.loc[tone, "train"] == pytest.approx(0.70 * size, abs=1)
        assert counts.loc[tone, "val"] == pytest.approx(0.15 * size, abs=1)
        assert counts.loc[tone, "test"] == pytest.approx(0.15 * size, abs=1)
    assert findings == []


def test_classes_of_one_do_not_all_go_to_train() -> None:
    counts = Counter(split_of(items([f"tone{n:02}" for n in range(20)])).values())
    assert counts == {"train": 14, "val": 3, "test": 3}


def test_order_of_rows_does_not_matter_but_the_seed_does() -> None:
    rows = items(["warm", "cold"] * 50, files=[n // 2 for n in range(100)])
    shuffled = rows.sample(frac=1, random_state=3)
    assert split_of(rows) == split_of(shuffled) == split_of(shuffled.reset_index(drop=True))
    assert split_of(rows) != split_of(rows, seed=1)


def test_copies_stay_together() -> None:
    files = [n % 25 for n in range(100)]
    rows = items(["warm", "cold"] * 50, files)
    splits, _ = assign_splits(rows, ["tone"], seed=0)
    assert splits.groupby(rows["sha256"]).nunique().eq(1).all()
    assert Counter(splits) == {"train": 68, "val": 16, "test": 16}  # in fours


def test_given_splits_are_kept() -> None:
    given: list[str | None] = ["train"] * 5 + ["val"] * 2 + ["test"] * 3
    splits, findings = assign_splits(items(["warm", "cold"] * 5, split=given), ["tone"], 0)
    assert splits.tolist() == given
    assert findings == []


def test_rows_without_a_split_are_dealt() -> None:
    given: list[str | None] = ["test"] * 5 + [None] * 20
    splits, findings = assign_splits(items(["warm"] * 25, split=given), ["tone"], 0)
    assert set(splits[:5]) == {"test"}
    assert Counter(splits[5:]) == {"train": 14, "val": 3, "test": 3}
    assert findings == []


def test_a_copy_joins_the_one_whose_split_is_given() -> None:
    rows = items(["warm"] * 4, files=[7, 7, 8, 8], split=[None, "test", "val", None])
    splits, _ = assign_splits(rows, ["tone"], 0)
    assert splits.tolist() == ["test", "test", "val", "val"]


def test_a_missing_val_is_taken_from_train_and_said() -> None:
    given: list[str | None] = ["train"] * 85 + ["test"] * 15
    splits, findings = assign_splits(items(["warm", "cold"] * 50, split=given), ["tone"], 0)
    assert Counter(splits) == {"train": 70, "val": 15, "test": 15}
    assert set(splits[85:]) == {"test"}
    detail = "the catalogue has none; 15 pictures taken from train"
    assert findings == [Finding("split made", "val", detail)]


def test_val_and_test_are_taken_from_train_alone() -> None:
    splits, findings = assign_splits(items(["warm"] * 20, split=["train"] * 20), ["tone"], 0)
    assert Counter(splits) == {"train": 14, "val": 3, "test": 3}
    assert [finding.subject for finding in findings] == ["val", "test"]


def test_copies_in_two_given_splits_are_kept_and_found() -> None:
    given: list[str | None] = ["train", "test", "val", "train"]
    rows = items(["warm"] * 4, files=[1, 1, 2, 3], split=given)
    splits, findings = assign_splits(rows, ["tone"], 0)
    assert splits.tolist() == given
    detail = "the same file as i0000"
    assert findings == [Finding("exact copies in different given splits", "i0001", detail)]


def test_near_duplicates_stay_together() -> None:
    rows = items(["warm", "cold"] * 50, groups=[n % 25 for n in range(100)])
    splits, findings = assign_splits(rows, ["tone"], seed=0)
    assert rows["sha256"].is_unique
    assert splits.groupby(rows["near_group"]).nunique().eq(1).all()
    assert Counter(splits) == {"train": 68, "val": 16, "test": 16}  # in fours
    assert findings == []


def test_near_duplicates_of_different_products_stay_together_with_both() -> None:
    # Products of two pictures; the second of every other one looks like the first of the next.
    products: list[str | None] = [f"product{n // 2:02}" for n in range(118)] + [None, None]
    rows = items(
        ["warm", "cold"] * 60,
        groups=[n - 1 if n % 4 == 2 else n for n in range(119)] + [3],
        identity=products,
    )
    splits, _ = assign_splits(rows, ["tone"], seed=0)
    for column in ("identity", "near_group"):
        assert splits.groupby(rows[column]).nunique().eq(1).all()
    assert set(splits) == {"train", "val", "test"}


def test_a_near_duplicate_joins_the_given_split_but_a_copy_goes_before_it() -> None:
    rows = items(
        ["warm"] * 4, files=[1, 2, 3, 2], groups=[7] * 4, split=["test", "val", None, None]
    )
    splits, _ = assign_splits(rows, ["tone"], 0)
    assert splits.tolist() == ["test", "val", "test", "val"]


def test_a_split_made_from_train_takes_whole_groups() -> None:
    rows = items(["warm"] * 40, groups=[n // 2 for n in range(40)], split=["train"] * 40)
    splits, _ = assign_splits(rows, ["tone"], 0)
    assert Counter(splits) == {"train": 28, "val": 6, "test": 6}
    assert splits.groupby(rows["near_group"]).nunique().eq(1).all()


def test_near_duplicates_in_two_given_splits_are_kept_and_each_pair_is_found() -> None:
    given: list[str | None] = ["train", "test", "val", "train", "val"]
    rows = items(["warm"] * 5, files=[1, 2, 3, 4, 5], groups=[1, 1, 1, 1, 9], split=given)
    splits, findings = assign_splits(rows, ["tone"], 0)
    assert splits.tolist() == given
    assert {f.kind for f in findings} == {"near-duplicates in different given splits"}
    assert [(f.subject, f.detail) for f in findings] == [
        ("i0001", "looks like i0000 in train"),
        ("i0002", "looks like i0000 in train"),
        ("i0002", "looks like i0001 in test"),
        ("i0003", "looks like i0001 in test"),
        ("i0003", "looks like i0002 in val"),
    ]


def test_subset_has_the_share_of_every_class() -> None:
    rows = items(["warm"] * 60 + ["cold"] * 30 + [None] * 10)
    subset = spread_subset(rows, ["tone"], 10, seed=0)
    assert Counter(subset["tone"].fillna("?")) == {"warm": 6, "cold": 3, "?": 1}
    again = spread_subset(rows.sample(frac=1, random_state=1), ["tone"], 10, seed=0)
    assert again["item_id"].tolist() == subset["item_id"].tolist()
    assert (
        spread_subset(rows, ["tone"], 10, seed=1)["item_id"].tolist() != subset["item_id"].tolist()
    )


@pytest.mark.parametrize("count", [1, 7, 99, 100, 1000])
def test_subset_is_exact(count: int) -> None:
    rows = items(["warm", "cold"] * 50)
    subset = spread_subset(rows, ["tone"], count, seed=0)
    assert len(subset) == min(count, 100)
    assert subset["item_id"].is_unique
