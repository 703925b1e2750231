from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

import zoo.catalog
from zoo.catalog import Attribute, CatalogSettings, build_catalog, load_catalog, read_catalog
from zoo.catalog.listing import Finding, Listing
from zoo.errors import CatalogError

Make = Callable[..., Listing]

TONES: list[str | None] = ["warm", "cold"] * 15
FABRICS: list[str | None] = ["wool"] * 12 + ["silk"] * 12 + ["lace"] * 5 + [None]


def test_catalogue_of_a_listing(listing: Make) -> None:
    source = listing({"tone": TONES, "fabric": FABRICS})
    catalog, findings = build_catalog(source)
    assert (catalog.name, catalog.root, len(catalog)) == ("drawn", source.root, 30)
    assert catalog.attributes == (
        Attribute("tone", ("cold", "warm")),
        Attribute("fabric", ("silk", "wool")),
    )
    assert catalog.key == ("tone", "fabric")
    assert list(catalog.table) == [
        "item_id", "path", "title", "split", "sha256", "thumbnail", "near_group", "tone", "fabric",
    ]  # fmt: skip
    assert catalog.table["title"].tolist() == [""] * 30
    assert catalog.name_of(0) == catalog.table["item_id"].iat[0]
    assert catalog.codes("fabric").tolist() == [1] * 12 + [0] * 12 + [-1] * 6
    assert [len(catalog.rows(split)) for split in ("train", "val", "test")] == [21, 5, 4]
    assert catalog.thumbnails().shape == (30, 432)
    assert [finding.subject for finding in findings] == ["fabric=lace"]


def test_provenance_says_where_it_comes_from(listing: Make) -> None:
    source = listing({"tone": TONES, "fabric": FABRICS})
    catalog, _ = build_catalog(source, CatalogSettings(seed=3, limit=29))
    facts = dict(catalog.provenance)
    created = datetime.fromisoformat(facts.pop("created"))
    assert timedelta(0) <= datetime.now(timezone.utc) - created < timedelta(minutes=1)
    assert facts == {
        "reader": "csv",
        "source": str(source.source),
        "seed": 3,
        "categories": None,
        "category_types": None,
        "min_per_class": 10,
        "cap_per_class": None,
        "clean": False,
        "split": None,
        "box_margin": 0.1,
        "limit": 29,
        "limited": True,
        "splits": {split: len(catalog.rows(split)) for split in ("train", "val", "test")},
        "disagreement": {},
        "findings": {"rare class": 1},
        "report": "catalog_report.csv",
    }


def test_order_of_rows_does_not_matter(listing: Make) -> None:
    source = listing({"tone": TONES, "fabric": FABRICS})
    shuffled = replace(source, rows=source.rows.sample(frac=1, random_state=5))
    for limit in (None, 25):
        first, again = (
            build_catalog(s, CatalogSettings(limit=limit, min_per_class=5))[0]
            for s in (source, shuffled)
        )
        assert first.fingerprint() == again.fingerprint()
    assert build_catalog(source, CatalogSettings(seed=1))[0].fingerprint() != first.fingerprint()


def test_saved_and_loaded_it_is_the_same(listing: Make, tmp_path: Path) -> None:
    catalog, _ = build_catalog(listing({"tone": TONES, "fabric": FABRICS}))
    catalog.save(tmp_path / "zoo")
    loaded = load_catalog(tmp_path / "zoo")
    assert loaded.fingerprint() == catalog.fingerprint()
    assert (loaded.attributes, loaded.key) == (catalog.attributes, catalog.key)
    assert dict(loaded.provenance) == dict(catalog.provenance)
    assert (loaded.label_matrix() == catalog.label_matrix()).all()


def test_chosen_attributes_come_in_the_order_asked(listing: Make) -> None:
    source = listing({"tone": TONES, "fabric": FABRICS, "cut": TONES})
    catalog, _ = build_catalog(source, CatalogSettings(attributes=("cut", "fabric")))
    assert [attribute.name for attribute in catalog.attributes] == ["cut", "fabric"]
    assert catalog.key == ("fabric",)  # the reader knows which attributes make a hit
    catalog, _ = build_catalog(
        replace(source, key=()), CatalogSettings(attributes=("cut", "fabric", "tone"))
    )
    assert catalog.key == ("cut", "fabric")
    catalog, _ = build_catalog(source, CatalogSettings(attributes=("cut",)))
    assert catalog.key == ("cut",)


def test_titles_that_are_missing_are_empty(listing: Make) -> None:
    source = listing({"tone": TONES})
    source = replace(source, rows=source.rows.assign(title=["A dress", None, "A hat"] * 10))
    catalog, _ = build_catalog(source)
    assert [catalog.name_of(row) for row in (0, 1)] == ["A dress", catalog.table["item_id"].iat[1]]


def test_zoos_of_before_have_no_title_called_nan(listing: Make, tmp_path: Path) -> None:
    catalog, _ = build_catalog(listing({"tone": TONES}))
    replace(catalog, table=catalog.table.assign(title=None)).save(tmp_path)
    assert load_catalog(tmp_path).table["title"].tolist() == [""] * 30


def test_classes_that_differ_in_capitals_are_told(listing: Make) -> None:
    shades = ["Black", "BLACK", "black", "white", "Grey"] * 6
    _, findings = build_catalog(listing({"tone": TONES, "shade": shades}))
    told = [f.subject for f in findings if f.kind == "class spelt in several ways"]
    assert told == ["shade=BLACK / Black / black"]


def test_a_column_that_is_no_attribute_may_be_named(listing: Make) -> None:
    source = listing({"tone": TONES})
    source = replace(source, rows=source.rows.assign(size=["36", "40"] * 15))
    assert [a.name for a in build_catalog(source)[0].attributes] == ["tone"]
    catalog, _ = build_catalog(source, CatalogSettings(attributes=("size",)))
    assert catalog.attributes == (Attribute("size", ("36", "40")),)


def test_unknown_attribute_lists_the_known(listing: Make) -> None:
    source = listing({"tone": TONES, "fabric": FABRICS})
    with pytest.raises(CatalogError, match="unknown attribute 'color'; available: fabric, tone"):
        build_catalog(source, CatalogSettings(attributes=("color",)))


def test_no_attribute_at_all_names_the_columns(listing: Make) -> None:
    source = replace(listing({"price": TONES}), attributes=(), key=())
    with pytest.raises(CatalogError, match="name some of these with --attributes: price"):
        build_catalog(source)


def test_columns_that_cannot_be_learnt_are_not_proposed(listing: Make) -> None:
    numbers = [str(number) for number in range(30)]
    columns = {"shop": ["one"] * 30, "sku": numbers, "rare": ["a"] * 26 + ["b"] * 4}
    source = replace(listing(columns), attributes=(), key=())
    with pytest.raises(CatalogError) as caught:
        build_catalog(source)
    assert str(caught.value).endswith(
        "no column can be used as an attribute; add a column of labels whose values repeat: "
        "two values or more, 10 pictures of each"
    )
    with pytest.raises(CatalogError, match="name some of these with --attributes: rare$"):
        build_catalog(source, CatalogSettings(min_per_class=4))


def test_key_goes_on_without_a_dropped_attribute(listing: Make) -> None:
    catalog, findings = build_catalog(listing({"only": ["same"] * 30, "tone": TONES}))
    assert (catalog.key, [a.name for a in catalog.attributes]) == (("tone",), ["tone"])
    assert [(f.kind, f.subject) for f in findings] == [("attribute dropped", "only")]


def test_unreadable_pictures_do_not_count_for_a_class(listing: Make) -> None:
    source = listing({"tone": ["warm"] * 12 + ["cold"] * 12 + ["odd"] * 10})
    (source.root / "033.png").write_text("no picture")
    catalog, findings = build_catalog(source)
    assert len(catalog) == 33
    assert catalog.attribute("tone").classes == ("cold", "warm")
    assert [(f.kind, f.subject) for f in findings] == [
        ("unreadable picture", "item033"),
        ("rare class", "tone=odd"),
    ]


def test_findings_of_the_reader_come_first(listing: Make) -> None:
    source = listing({"tone": TONES}, numbers=[0, *range(29)])
    source = replace(source, findings=(Finding("row without picture", "x"),))
    _, findings = build_catalog(source)
    assert [f.kind for f in findings] == ["row without picture", "exact copy of another picture"]


def test_copies_share_a_split(listing: Make) -> None:
    catalog, _ = build_catalog(listing({"tone": TONES}, numbers=[n // 2 for n in range(30)]))
    assert catalog.table.groupby("sha256")["split"].nunique().max() == 1


def test_given_splits_are_kept(listing: Make) -> None:
    given: list[str | None] = ["test"] * 6 + ["train"] * 20 + ["val"] * 4
    catalog, _ = build_catalog(listing({"tone": TONES}, split=given))
    assert catalog.table["split"].tolist() == given
    small, _ = build_catalog(
        listing({"tone": TONES}, split=given), CatalogSettings(limit=15, min_per_class=1)
    )
    assert [len(small.rows(split)) for split in ("train", "val", "test")] == [10, 2, 3]


@pytest.mark.parametrize("limit", [0, -3])
def test_limit_that_leaves_none(listing: Make, limit: int) -> None:
    with pytest.raises(CatalogError, match="--limit 1 or more"):
        build_catalog(listing({"tone": TONES}), CatalogSettings(limit=limit))


def test_too_few_pictures_for_three_splits(listing: Make) -> None:
    source = listing({"tone": ["warm", "warm", "cold", "cold"]})
    with pytest.raises(CatalogError, match=r"4 usable .* \(train 3, val 1, test 0\)"):
        build_catalog(source, CatalogSettings(min_per_class=1))
    five = listing({"tone": ["warm", "warm", "cold", "cold", "cold"]})
    catalog, _ = build_catalog(five, CatalogSettings(min_per_class=1))
    assert [len(catalog.rows(split)) for split in ("train", "val", "test")] == [3, 1, 1]


def test_read_catalog_reads_and_builds(tmp_path: Path, draw: Callable[..., Path]) -> None:
    for number in range(24):
        draw(tmp_path / "shop" / ("coat" if number % 2 else "dress") / f"{number}.png", number)
    steps: list[int] = []
    catalog, findings = read_catalog(tmp_path / "shop", step=steps.append)
    assert catalog.attributes == (Attribute("category", ("coat", "dress")),)
    assert catalog.provenance["reader"] == "image-folder"
    assert (findings, steps) == ([], [24])


def test_table_of_the_samples_shape(tmp_path: Path, draw: Callable[..., Path]) -> None:
    lines = ["image,title,category,colour,pattern,fabric,style,shape"]
    for number in range(24):
        draw(tmp_path / "images" / f"{number:03}.png", number)
        kind, shape = ("dress", "sleeveless") if number % 2 else ("skirt", "")
        labels = f"{kind},{'red' if number % 3 else 'blue'},plain,lace,party,{shape}"
        lines.append(f"images/{number:03}.png,Picture {number},{labels}")
    (tmp_path / "labels.csv").write_text("\n".join(lines) + "\n")
    catalog, findings = read_catalog(tmp_path, CatalogSettings(min_per_class=2))
    assert [attribute.name for attribute in catalog.attributes] == ["category", "colour"]
    assert catalog.key == ("category", "colour")
    assert {f.subject for f in findings} == {"pattern", "fabric", "style", "shape"}


def test_the_catalogue_room_imports_no_heavy_package() -> None:
    heavy = {"pluggy", "gradio", "annoy", "torch", "timm"}
    for path in Path(zoo.catalog.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        imported = {
            alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names
        }
        imported |= {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
        assert not heavy & {name.split(".")[0] for name in imported}, path
