"""Items removed from a zoo."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.updating.changed import Counted, first, opened
from zoo.catalog.change import removal
from zoo.errors import CatalogError
from zoo.progress import Progress
from zoo.updating import update


def test_removed_items_are_gone(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted, zoo = Counted(monkeypatch), opened(place)
    row = int(zoo.catalog.rows("train")[0])
    item, picture = str(zoo.catalog.table["item_id"].iat[row]), zoo.catalog.path(row)
    assert first(zoo, picture) == item
    update(zoo, removal(zoo.catalog, [item]), Progress())
    after = opened(place)
    assert (len(after.catalog), counted.pictures) == (len(zoo.catalog) - 1, 0)
    assert first(after, picture) != item
    assert picture.is_file()
    with pytest.raises(CatalogError, match="no item 'nothing' in catalogue"):
        removal(after.catalog, ["nothing"])


def test_what_is_left_must_still_be_a_zoo(place: Path) -> None:
    zoo = opened(place)
    ids = zoo.catalog.table["item_id"].astype(str)
    with pytest.raises(CatalogError, match="would remove all 240 items"):
        removal(zoo.catalog, ids.tolist())
    change = removal(zoo.catalog, ids[zoo.catalog.rows("test")].tolist())
    with pytest.raises(CatalogError, match=r"leaves nothing in a split \(.*test 0\)"):
        update(zoo, change, Progress())
    assert len(opened(place).catalog) == 240
