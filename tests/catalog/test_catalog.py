"""What a catalogue says of its rows: labels of both kinds, boxes, roles, and format 1."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from zoo.catalog import Attribute, Catalog, load_catalog
from zoo.errors import CatalogError

TONE = Attribute("tone", ("cold", "warm"))
STYLE = Attribute("style", ("boho", "prep"), "multi")


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    styles = [["prep"], [], None, ["boho", "prep"]]
    table = pd.DataFrame(
        {
            "item_id": list("abcd"),
            "path": [f"{letter}.png" for letter in "abcd"],
            "title": pd.Series([None] * 4, dtype="str"),
            "split": ["train", "train", "val", "test"],
            "sha256": list("1234"),
            "thumbnail": [bytes(432)] * 4,
            "tone": ["warm", None, "cold", "warm"],
            "style": pd.Series(styles, dtype=object),
        }
    )
    return Catalog("drawn", tmp_path, (TONE, STYLE), ("tone",), table)


def test_labels_of_both_kinds(catalog: Catalog) -> None:
    assert (catalog.singles, catalog.multis) == ((TONE,), (STYLE,))
    assert catalog.label_matrix().tolist() == [[1], [-1], [0], [1]]
    labels = catalog.multi_labels("style")
    assert labels.dtype == "int8"
    assert labels.tolist() == [[0, 1], [0, 0], [-1, -1], [1, 1]]


def test_labels_of_one_item(catalog: Catalog) -> None:
    assert catalog.labels_of(0) == {"tone": ["warm"], "style": ["prep"]}
    assert catalog.labels_of(1) == {"style": []}
    assert catalog.labels_of(2) == {"tone": ["cold"]}


def test_a_kind_that_is_not_meant_is_one_line(catalog: Catalog) -> None:
    with pytest.raises(CatalogError, match="'style' is multi; single is asked for here: tone"):
        catalog.codes("style")
    with pytest.raises(CatalogError, match="'tone' is single; multi is asked for here: style"):
        catalog.multi_labels("tone")
    with pytest.raises(CatalogError, match="unknown attribute 'cut'; available: style, tone"):
        catalog.multi_labels("cut")


def test_saved_and_loaded_with_all_columns(catalog: Catalog, tmp_path: Path) -> None:
    table = catalog.table.assign(
        box=pd.Series([[1, 2, 9, 12], None, None, [0, 0, 8, 8]], dtype=object),
        identity=["p", "p", None, "q"],
        role=[None, None, "gallery", "query"],
        use=[True, False, True, True],
    )
    full = replace(catalog, table=table)
    full.save(tmp_path / "zoo")
    loaded = load_catalog(tmp_path / "zoo")
    assert loaded.attributes == (TONE, STYLE)
    assert loaded.boxes() == [(1, 2, 9, 12), None, None, (0, 0, 8, 8)]
    assert loaded.table["style"].tolist() == [["prep"], [], None, ["boho", "prep"]]
    assert (loaded.multi_labels("style") == catalog.multi_labels("style")).all()
    assert loaded.training_rows().tolist() == [0]
    assert (loaded.query_rows().tolist(), loaded.database_rows().tolist()) == ([3], [2])


def test_rows_without_roles_and_cap(catalog: Catalog) -> None:
    assert catalog.boxes() == [None] * 4
    assert catalog.training_rows().tolist() == [0, 1]
    assert (catalog.query_rows().tolist(), catalog.database_rows().tolist()) == ([3], [0, 1, 2])


def test_fingerprint_is_computed_once(catalog: Catalog) -> None:
    assert catalog.fingerprint() is catalog.fingerprint()


def test_fingerprint_covers_what_runs_depend_on(catalog: Catalog) -> None:
    def of(**columns: list[object]) -> str:
        series = {name: pd.Series(values, dtype=object) for name, values in columns.items()}
        return replace(catalog, table=catalog.table.assign(**series)).fingerprint()

    prints = [
        catalog.fingerprint(),
        of(style=[["prep"], None, None, ["boho", "prep"]]),
        of(style=[["prep"], [], None, ["boho"]]),
        of(box=[[0, 0, 8, 8], None, None, None]),
        of(box=[[0, 0, 8, 9], None, None, None]),
        of(identity=["p", None, None, None]),
        of(role=["query", None, None, None]),
        of(use=[False, True, True, True]),
        replace(catalog, attributes=(TONE, replace(STYLE, kind="single"))).fingerprint(),
    ]
    assert len(set(prints)) == len(prints)


def test_format_1_still_opens(catalog: Catalog, tmp_path: Path) -> None:
    plain = replace(catalog, attributes=(TONE,), table=catalog.table.drop(columns="style"))
    plain.save(tmp_path)
    path = tmp_path / "catalog.json"
    facts = json.loads(path.read_text())
    assert (facts["format"], facts["attributes"]["tone"]["kind"]) == (2, "single")
    # Written by version 0.1.0 for these very rows.
    fingerprint = "0261daa3cb7e225fc374181d02b6e0144151f1c7df999024b457b6f0a6c2585d"
    old = {"format": 1, "attributes": {"tone": ["cold", "warm"]}, "fingerprint": fingerprint}
    path.write_text(json.dumps({**facts, **old}))
    assert load_catalog(tmp_path).attributes == (TONE,)
