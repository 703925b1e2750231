"""One random query per category, and the sheet of their neighbours."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from zoo.catalog import Catalog
from zoo.compare import Zoo
from zoo.errors import ZooError
from zoo.queries import one_per_category
from zoo.search.recommender import Ask
from zoo.sheet import MARGIN, ROW, TILE, Block, write_sheet


def test_each_category_has_one_query_of_the_test_split(catalog: Catalog) -> None:
    chosen = one_per_category(catalog, seed=0)
    assert sorted(chosen) == ["disc", "square"]
    for category, row in chosen.items():
        assert catalog.table["category"].iat[row] == category
        assert catalog.table["split"].iat[row] == "test"


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
