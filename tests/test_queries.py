"""One random query per category, and the sheet of their neighbours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageColor

from zoo.catalog import Catalog
from zoo.compare import Zoo
from zoo.errors import ZooError
from zoo.outputs.contact_sheet import LINE, MARGIN, MISSING, ROW, TILE, Block, write_sheet
from zoo.queries import draw, labelled, one_per_category
from zoo.search.ask import Ask


def test_each_category_has_one_query_of_the_test_split(catalog: Catalog) -> None:
    chosen = one_per_category(catalog, seed=0)
    assert sorted(chosen) == ["disc", "square"]
    for category, row in chosen.items():
        assert catalog.table["category"].iat[row] == category
        assert catalog.table["split"].iat[row] == "test"


def test_a_category_that_no_item_has_any_more_has_no_query(catalog: Catalog) -> None:
    left = replace(catalog, table=catalog.table[catalog.table["category"] == "disc"])
    assert list(one_per_category(left, seed=0)) == ["disc"]


def test_the_seed_decides(catalog: Catalog) -> None:
    draws = {tuple(one_per_category(catalog, seed).values()) for seed in range(5)}
    assert len(draws) > 1
    assert one_per_category(catalog, 3) == one_per_category(catalog, 3)


def test_a_limit_takes_the_largest(catalog: Catalog) -> None:
    assert len(one_per_category(catalog, 0, limit=1)) == 1
    with pytest.raises(ZooError, match="--limit 1 or more"):
        one_per_category(catalog, 0, limit=0)


def test_blocks_of_a_sheet_lie_below_each_other(zoo: Zoo, tmp_path: Path) -> None:
    query = Image.new("RGB", (50, 50), "red")
    blocks = [Block("one", query, zoo.recommend_items([row], Ask(top=3))) for row in (0, 1, 2)]
    write_sheet(zoo, blocks, tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (MARGIN + 4 * (TILE + MARGIN), MARGIN + 3 * 2 * ROW)
        for row in range(6):  # two backbones a block
            middle = (MARGIN + TILE // 2, MARGIN + row * ROW + ROW // 2)
            assert sheet.getpixel(middle) == (255, 0, 0)


def test_drawn_items_fit_the_filters(catalog: Catalog) -> None:
    where = {"colour": ["red", "blue"], "category": ["disc"]}
    rows = labelled(catalog, where)
    assert len(rows) == 80
    assert set(catalog.table["colour"].iloc[rows]) == {"red", "blue"}
    assert catalog.row_of(draw(catalog, where)) in rows


def test_another_item_is_drawn_where_there_is_one(catalog: Catalog) -> None:
    one, two = catalog.table["item_id"].iloc[labelled(catalog, {"colour": ["red"]})[:2]]
    small = replace(catalog, table=catalog.table[catalog.table["item_id"].isin([one, two])])
    assert {draw(small, {}, [one]) for _ in range(8)} == {two}
    assert draw(small, {}, [one, two]) in (one, two)


def test_nothing_fits_is_told(catalog: Catalog) -> None:
    empty = replace(catalog, table=catalog.table[catalog.table["colour"] == "red"])
    with pytest.raises(ZooError, match="labelled colour: green or blue; take a filter away"):
        draw(empty, {"colour": ["green", "blue"]})


def test_a_title_of_several_lines_is_one_line_on_the_sheet(zoo: Zoo, tmp_path: Path) -> None:
    zoo.catalog = replace(zoo.catalog, table=zoo.catalog.table.assign(title="Shirt\r\nof linen"))
    results = zoo.recommend_items([0], Ask(top=1), ["tiny_a"])
    write_sheet(zoo, [Block("one", Image.new("RGB", (50, 50)), results)], tmp_path / "sheet.png")
    assert (tmp_path / "sheet.png").is_file()


def test_a_picture_that_cannot_be_read_has_its_place_on_the_sheet(zoo: Zoo, tmp_path: Path) -> None:
    results = zoo.recommend_items([0], Ask(top=2), ["tiny_a"])
    table = zoo.catalog.table.copy()
    table.loc[results["tiny_a"].answer.items[0].row, "path"] = "gone.png"
    zoo.catalog = replace(zoo.catalog, table=table)
    write_sheet(zoo, [Block("q", Image.new("RGB", (9, 9), "red"), results)], tmp_path / "s.png")
    with Image.open(tmp_path / "s.png") as sheet:
        corner = (MARGIN + (TILE + MARGIN) + 3, MARGIN + LINE + 3)
        assert sheet.getpixel(corner) == ImageColor.getrgb(MISSING)
