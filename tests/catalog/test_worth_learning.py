"""Cleaning as a part of training: what teaches nothing is not trained on, and stays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from zoo.catalog import Catalog, CatalogSettings, read_catalog
from zoo.errors import CatalogError


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Forty pictures that differ, then a blank one, a tiny one, a copy and a near-duplicate."""
    random = np.random.default_rng(0)
    for row in range(41):
        cells = random.integers(0, 255, (8, 8, 3), dtype=np.uint8)
        picture = Image.fromarray(cells).resize((64, 64), Image.Resampling.NEAREST)
        (picture.resize((40, 64)) if row == 40 else picture).save(tmp_path / f"{row:02}.png")
    Image.new("RGB", (64, 64), "white").save(tmp_path / "41.png")
    (tmp_path / "42.png").write_bytes((tmp_path / "00.png").read_bytes())
    with Image.open(tmp_path / "01.png") as picture:
        picture.save(tmp_path / "43.jpg", quality=95)
    names = sorted(path.name for path in tmp_path.iterdir())
    split = ["train"] * 20 + ["val"] * 10 + ["test"] * 10 + ["train"] * 4
    kinds = ["coat", "dress"] * 22
    rows = pd.DataFrame({"path": names, "split": split, "kind": kinds})
    rows.to_csv(tmp_path / "labels.csv", index=False)
    return tmp_path / "labels.csv"


def unused(catalog: Catalog) -> list[str]:
    rows = set(catalog.rows("train")) - set(catalog.training_rows())
    return sorted(Path(str(catalog.table["path"].iat[row])).stem for row in rows)


def test_what_teaches_nothing_is_not_trained_on_and_stays(table: Path) -> None:
    whole, _ = read_catalog(table)
    assert (len(whole), unused(whole)) == (44, [])
    catalog, findings = read_catalog(table, CatalogSettings(clean=True))
    assert (len(catalog), unused(catalog)) == (44, ["40", "41", "42", "43"])
    details = {f.subject: f.detail for f in findings if f.kind == "not trained on"}
    assert [details[item] for item in sorted(details)] == [
        "shorter side under 48 px",
        "nearly one colour",
        "shows the same as 00.png",
        "shows the same as 01.png",
    ]
    assert catalog.provenance["clean"] is True
    (facts,) = catalog.provenance["disagreement"].values()
    assert (facts["pairs"], facts["disagree"], facts["ceiling"], facts["few"]) == (2, 0, 1.0, True)


def test_a_shot_whose_first_picture_is_tiny_is_learnt_from_the_next(table: Path) -> None:
    rows = pd.read_csv(table)
    with Image.open(table.parent / "02.png") as picture:
        picture.resize((96, 96)).save(table.parent / "b_large.png")
        picture.resize((40, 40)).save(table.parent / "a_small.png")
    shot = pd.DataFrame({"path": ["a_small.png", "b_large.png"], "split": "train", "kind": "coat"})
    pd.concat([rows[rows["path"] != "02.png"], shot]).to_csv(table, index=False)
    catalog, findings = read_catalog(table, CatalogSettings(clean=True))
    small, large = (catalog.row_of(name) for name in ("a_small.png", "b_large.png"))
    assert catalog.near_groups()[small] == catalog.near_groups()[large]
    assert catalog.table["use"].iloc[[small, large]].tolist() == [False, True]
    assert "shows the same as a_small.png" not in [finding.detail for finding in findings]


def test_what_only_cleaned_pictures_have_counts_as_unknown(table: Path) -> None:
    rows = pd.read_csv(table)
    cleaned = rows.index >= 40
    fabrics = pd.Series(["wool", "silk"] * 22).where(cleaned | (rows["split"] == "val"))
    tones = pd.Series(["warm", "cold"] * 22).mask(cleaned, "pale")
    rows.assign(fabric=fabrics, tone=tones).to_csv(table, index=False)
    settings = CatalogSettings(min_per_class=2)
    assert len(read_catalog(table, settings)[0].attributes) == 3
    catalog, findings = read_catalog(table, replace(settings, clean=True))
    assert [a.name for a in catalog.attributes] == ["kind", "tone"]
    assert catalog.attribute("tone").classes == ("cold", "warm")
    assert catalog.key == ("kind", "tone")
    told = {f.subject: f.detail for f in findings if f.kind != "not trained on"}
    assert told["fabric"] == "training would see 0 of its classes"
    assert told["tone=pale"] == "4 pictures, none that training uses; these labels count as unknown"


def test_the_cap_counts_what_is_left(table: Path) -> None:
    catalog, _ = read_catalog(table, CatalogSettings(clean=True, cap_per_class=9))
    used = catalog.training_rows()
    assert np.bincount(catalog.codes("kind")[used]).tolist() == [9, 9]
    assert {"40", "41", "42", "43"} <= set(unused(catalog))


def test_pictures_of_val_and_test_are_not_judged_but_their_twins_are_not_trained_on(
    table: Path,
) -> None:
    rows = pd.read_csv(table)
    rows["split"] = ["train"] * 20 + ["val"] * 12 + ["test"] * 11 + ["val"]
    rows.to_csv(table, index=False)
    catalog, findings = read_catalog(table, CatalogSettings(clean=True))
    assert unused(catalog) == ["00", "01"]
    details = [f.detail for f in findings if f.kind == "not trained on"]
    assert details == ["shows the same as 42.png in test", "shows the same as 43.jpg in val"]


def test_cleaning_that_leaves_nothing_says_so(table: Path) -> None:
    for path in table.parent.glob("*.*g"):
        with Image.open(path) as picture:
            small = picture.resize((16, 16))
        small.save(path)
    with pytest.raises(CatalogError, match="cleaning leaves nothing to train on; leave --clean"):
        read_catalog(table, CatalogSettings(clean=True))
