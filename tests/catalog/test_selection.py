"""Options that choose rows: categories, the cap, the shares, classes training never sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from zoo.catalog import CatalogSettings, build_catalog
from zoo.catalog.listing import Listing
from zoo.catalog.shares import parse_shares
from zoo.errors import CatalogError

Make = Callable[..., Listing]

KINDS: list[str | None] = ["coat", "dress", "skirt"] * 20


def test_some_categories(listing: Make) -> None:
    source = listing({"tone": ["warm", "cold"] * 30, "category": KINDS})
    catalog, _ = build_catalog(source, CatalogSettings(categories=("coat", "skirt")))
    assert catalog.attribute("category").classes == ("coat", "skirt")
    assert len(catalog) == 40
    catalog, _ = build_catalog(source, CatalogSettings(attributes=("tone",), categories=("coat",)))
    assert ([a.name for a in catalog.attributes], len(catalog)) == (["tone"], 20)


def test_the_category_is_else_the_first_of_the_key(listing: Make) -> None:
    source = listing({"tone": ["warm", "cold", "pale"] * 20, "cut": ["a", "b"] * 30})
    assert len(build_catalog(source, CatalogSettings(categories=("warm", "pale")))[0]) == 40
    with pytest.raises(CatalogError, match="unknown tone 'a'; available: cold, pale, warm"):
        build_catalog(source, CatalogSettings(categories=("a",)))


def test_types_of_categories(listing: Make) -> None:
    source = listing({"category": KINDS})
    worn = {"coat": "upper", "dress": "full", "skirt": "lower"}
    rows = source.rows.assign(category_type=source.rows["category"].map(worn))
    catalog, _ = build_catalog(
        replace(source, rows=rows), CatalogSettings(category_types=("upper", "lower"))
    )
    assert catalog.attribute("category").classes == ("coat", "skirt")
    with pytest.raises(CatalogError, match="the csv reader knows no types of categories"):
        build_catalog(source, CatalogSettings(category_types=("upper",)))


def test_the_cap_bounds_training_alone(listing: Make) -> None:
    source = listing({"category": KINDS})
    catalog, _ = build_catalog(source, CatalogSettings(cap_per_class=5))
    used = catalog.training_rows()
    assert pd.Series(catalog.codes("category")[used]).value_counts().to_dict() == {0: 5, 1: 5, 2: 5}
    assert len(catalog.rows("train")) == 42
    assert catalog.table["use"].sum() == 15 + 18
    again, _ = build_catalog(source, CatalogSettings(cap_per_class=5))
    other, _ = build_catalog(source, CatalogSettings(cap_per_class=5, seed=1))
    assert again.fingerprint() == catalog.fingerprint() != other.fingerprint()


def test_what_only_pictures_over_the_cap_have_counts_as_unknown(listing: Make) -> None:
    tones: list[str | None] = ["warm", "cold", "pale", "deep", "drab"] * 12
    source = listing({"category": KINDS, "tone": tones})
    catalog, findings = build_catalog(source, CatalogSettings(cap_per_class=1))
    used = catalog.training_rows()
    assert len(used) == 3
    assert set(catalog.codes("category")[used]) == {0, 1, 2}
    assert set(catalog.codes("tone")[used]) == set(range(len(catalog.attribute("tone").classes)))
    told = [f.subject for f in findings if f.kind == "class that training never sees"]
    assert {*told, *(f"tone={c}" for c in catalog.attribute("tone").classes)} == {
        f"tone={tone}" for tone in tones
    }


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("70:15:15", (0.7, 0.15, 0.15)),
        ("80:20", (0.72, 0.08, 0.2)),
        ("0.5:0.5", (0.45, 0.05, 0.5)),
        ("2:1:1", (0.5, 0.25, 0.25)),
    ],
)
def test_shares(text: str, shares: tuple[float, float, float]) -> None:
    assert tuple(parse_shares(text).values()) == pytest.approx(shares)


@pytest.mark.parametrize("text", ["", "80", "80/20", "1:2:3:4", "80:0", "80:-20", "nan:1", "a:b"])
def test_shares_that_are_none(text: str) -> None:
    with pytest.raises(CatalogError, match="is not of the form train:test or train:val:test"):
        parse_shares(text)


def test_a_split_that_is_asked_for_replaces_the_given_one(listing: Make) -> None:
    source = listing({"category": KINDS}, split=["train"] * 20 + ["test"] * 40)
    catalog, findings = build_catalog(source, CatalogSettings(split="50:25:25"))
    assert [len(catalog.rows(s)) for s in ("train", "val", "test")] == [30, 15, 15]
    assert [(f.kind, f.detail) for f in findings] == [
        ("given split replaced", "60 pictures are dealt anew by 50:25:25")
    ]


def test_classes_that_training_never_sees(listing: Make) -> None:
    kinds = ["coat", "dress"] * 10 + ["skirt"] * 10
    given: list[str | None] = ["train"] * 14 + ["val"] * 3 + ["test"] * 13
    styles = [["boho"], ["prep"]] * 10 + [["boho", "gala"]] * 10
    source = listing({"category": kinds}, split=given)
    rows = source.rows.assign(style=pd.Series(styles, dtype=object))
    source = replace(
        source, rows=rows, attributes=("category", "style"), multis=frozenset({"style"})
    )
    catalog, findings = build_catalog(source)
    assert catalog.attribute("category").classes == ("coat", "dress")
    assert catalog.codes("category").tolist() == [0, 1] * 10 + [-1] * 10
    assert catalog.multi_labels("style")[-1].tolist() == [1, 0]
    assert [(f.kind, f.subject, f.detail) for f in findings] == [
        (
            "class that training never sees",
            "category=skirt",
            "10 pictures, none that training uses; these labels count as unknown",
        ),
        (
            "class that training never sees",
            "style=gala",
            "10 pictures, none that training uses; these labels are left out",
        ),
    ]


def test_nothing_left_that_training_sees(listing: Make) -> None:
    given: list[str | None] = ["train"] * 10 + ["val"] * 10 + ["test"] * 10
    source = listing({"category": ["coat"] * 15 + ["dress"] * 15}, split=given)
    with pytest.raises(CatalogError, match="no attribute has two classes among the pictures"):
        build_catalog(source)


def test_rare_classes_leave_the_lists(listing: Make) -> None:
    source = listing({"category": ["coat", "dress"] * 15})
    styles = [["boho", "gala"]] * 3 + [["gala"]] * 2 + [None] * 5 + [["boho"]] * 20
    rows = source.rows.assign(style=pd.Series(styles, dtype=object))
    source = replace(
        source, rows=rows, attributes=("category", "style"), multis=frozenset({"style"})
    )
    catalog, findings = build_catalog(source)
    assert catalog.attribute("style").classes == ("boho",)
    assert catalog.multi_labels("style")[:, 0].tolist() == [1] * 3 + [0] * 2 + [-1] * 5 + [1] * 20
    assert [f.detail for f in findings] == ["5 of at least 10 pictures; these labels are left out"]
