from __future__ import annotations

import pandas as pd
import pytest

from zoo.catalog.catalog import Attribute
from zoo.catalog.classes import keep_classes
from zoo.catalog.listing import Finding
from zoo.errors import CatalogError

ROWS = pd.DataFrame(
    {
        "item_id": [str(n) for n in range(7)],
        "tone": ["warm", "warm", "cold", "cold", "cold", "odd", None],
        "fabric": ["wool"] * 6 + ["silk"],
    }
)


def test_rare_labels_become_unknown_and_are_found() -> None:
    rows, attributes, findings = keep_classes(ROWS, ["tone"], min_per_class=2)
    assert attributes == (Attribute("tone", ("cold", "warm")),)
    assert rows["tone"].fillna("?").tolist() == ["warm", "warm", "cold", "cold", "cold", "?", "?"]
    detail = "1 of at least 2 pictures; these labels become unknown"
    assert findings == [Finding("rare class", "tone=odd", detail)]


def test_attribute_with_one_class_left_is_dropped() -> None:
    rows, attributes, findings = keep_classes(ROWS, ["tone", "fabric"], min_per_class=2)
    assert [attribute.name for attribute in attributes] == ["tone"]
    assert "fabric" not in rows
    assert findings[-1] == Finding(
        "attribute dropped", "fabric", "1 of at least 2 classes with 2 pictures or more"
    )


def test_a_floor_of_one_keeps_all() -> None:
    _, attributes, findings = keep_classes(ROWS, ["tone", "fabric"], min_per_class=1)
    assert [len(attribute.classes) for attribute in attributes] == [3, 2]
    assert findings == []


def test_no_attribute_left_says_what_there_is() -> None:
    rows = ROWS.assign(empty=[None] * 7)
    with pytest.raises(CatalogError, match="--min-per-class N") as caught:
        keep_classes(rows, ["tone", "fabric", "empty"], min_per_class=4)
    message = str(caught.value)
    assert "at least 4 pictures each among 7 pictures" in message
    assert "tone has 3 (largest: 3 pictures), fabric has 2 (largest: 6 pictures)" in message
    assert "empty has 0" in message
