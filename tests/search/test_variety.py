"""One tile per shot, and fewer items that resemble each other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.search.test_recommender import directions, query, rows
from zoo.catalog import Attribute, Catalog
from zoo.features.encoder import Features
from zoo.search import candidates as module
from zoo.search.annoy_index import build_index, open_index
from zoo.search.ask import Ask
from zoo.search.recommender import Recommender
from zoo.search.variety import diverse, firsts

ANGLES = [0, 1, 2, 3, 40, 80]
SHOTS = [7, 7, 7, 7, 2, 3]


@pytest.fixture(scope="module")
def recommender(tmp_path_factory: pytest.TempPathFactory) -> Recommender:
    """Six items of which the first four show one shot."""
    attributes = (Attribute("category", ("skirt", "tee")), Attribute("colour", ("blue", "red")))
    table = pd.DataFrame(
        {
            "item_id": list("abcdef"),
            "category": ["tee", "tee", "skirt", "skirt", "tee", "tee"],
            "colour": ["red"] * 6,
            "split": ["train"] * 6,
            "near_group": SHOTS,
        }
    )
    catalog = Catalog("six", Path(), attributes, ("category", "colour"), table)
    embeddings = directions(*ANGLES)
    nothing = Features(embeddings, np.zeros((6, 2, 3), np.int32), np.zeros((6, 2), np.float32))
    path = tmp_path_factory.mktemp("index") / "index.ann"
    facts = replace(build_index(embeddings, path, seed=0), exact_ms=1e9)  # so that Annoy pays
    return Recommender(catalog, embeddings, nothing, open_index(path, facts, ""))


def test_near_duplicates_stand_behind_the_first(recommender: Recommender) -> None:
    answer = recommender.recommend(query(0), Ask(top=3))
    assert rows(answer) == [0, 4, 5]
    assert [item.alike for item in answer.items] == [(1, 2, 3), (), ()]
    assert [item.rank for item in answer.items] == [1, 2, 3]


def test_near_duplicates_can_be_asked_for(recommender: Recommender) -> None:
    answer = recommender.recommend(query(0), Ask(top=3, near_duplicates=True))
    assert rows(answer) == [0, 1, 2]
    assert [item.alike for item in answer.items] == [(), (), ()]


def test_a_filter_leaves_only_those_alike_that_fit_it(recommender: Recommender) -> None:
    answer = recommender.recommend(query(0), Ask(top=1, where={"category": ["tee"]}))
    assert [(item.row, item.alike) for item in answer.items] == [(0, (1,))]


def test_the_query_itself_is_not_alike(recommender: Recommender) -> None:
    answer = recommender.recommend(query(0, own_rows=(0,)), Ask(top=1))
    assert [(item.row, item.alike) for item in answer.items] == [(1, (2, 3))]


def test_variety_takes_what_resembles_less(recommender: Recommender) -> None:
    near = Ask(top=2, near_duplicates=True)
    assert rows(recommender.recommend(query(0), near)) == [0, 1]
    varied = Ask(top=3, diversity=0.7, near_duplicates=True)
    assert rows(recommender.recommend(query(0), varied)) == [0, 5, 4]


def test_annoy_with_too_many_alike_looks_at_everything(
    recommender: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EXACT_LIMIT", 0)
    one = recommender.recommend(query(0), Ask(top=1))
    assert (rows(one), one.approximate) == ([0], True)
    two = recommender.recommend(query(0), Ask(top=2))  # the four nearest are one shot
    assert (rows(two), two.approximate) == ([0, 4], False)


def test_firsts_of_groups_keep_their_order() -> None:
    assert firsts(np.array([5, 2, 5, 9, 2])).tolist() == [0, 1, 3]


def test_infinite_scores_come_first_whatever_the_diversity() -> None:
    scores = np.array([0.9, np.inf, 0.8, np.inf])
    vectors = directions(0, 0, 90, 1)
    assert diverse(scores, vectors, 3, diversity=1.0).tolist() == [1, 3, 2]
    assert diverse(scores, vectors, 9, diversity=0.0).tolist() == [1, 3, 0, 2]
