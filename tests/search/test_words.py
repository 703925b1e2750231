"""Words that find items of a catalogue."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from zoo.catalog import Attribute, Catalog
from zoo.search.words import Words


@pytest.fixture
def clothes() -> Catalog:
    table = pd.DataFrame(
        {
            "item_id": ["A-1", "A-2", "B-3", "B-4"],
            "title": ["Navy Shirt", "Crème shirt", None, "Trousers, navy"],
            "gender": ["Men", "Women", "Women", None],
            "style": [["office", "slim"], [], None, ["slim"]],
        }
    )
    attributes = (Attribute("gender", ("Men", "Women")), Attribute("style", ("office",), "multi"))
    return Catalog("clothes", Path(), attributes, ("gender",), table)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("navy", [0, 3]),
        ("NAVY shirt", [0]),  # every word, in any order, whatever its case
        ("shirt nav", [0]),  # a part of a word will do
        ("crÈme", [1]),
        ("b-", [2, 3]),  # ids
        ("women", [1, 2]),  # classes
        ("men slim", [0]),  # several classes at once
        ("shirtmen", []),  # no word reaches from title to label
        ("officeslim", []),
        ("nothing", []),
        ("none", []),  # what is missing has no text
        ("nan", []),
        ("  ", [0, 1, 2, 3]),
    ],
)
def test_every_word_has_to_occur(clothes: Catalog, text: str, rows: list[int]) -> None:
    assert Words(clothes).rows(text).tolist() == rows
