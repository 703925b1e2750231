"""Recommendations over a catalogue of six items in the plane, checked by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from zoo.catalog import Attribute, Catalog
from zoo.errors import ZooError
from zoo.features.encoder import Features
from zoo.search.annoy_index import build_index, open_index
from zoo.search.ask import Ask, Query
from zoo.search.match import Labels
from zoo.search.recommender import Recommender

ANGLES = [0, 10, 20, 30, 80, 90]
TABLE = pd.DataFrame(
    {
        "item_id": list("abcdef"),
        "category": ["tee", "tee", "skirt", "tee", "skirt", None],
        "colour": ["red", "blue", "red", "red", "blue", "blue"],
        "split": ["train"] * 6,
    }
)


def directions(*degrees: float) -> np.ndarray:
    radians = np.radians(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


@pytest.fixture(scope="module")
def recommender(tmp_path_factory: pytest.TempPathFactory) -> Recommender:
    attributes = (Attribute("category", ("skirt", "tee")), Attribute("colour", ("blue", "red")))
    catalog = Catalog("six", Path(), attributes, ("category", "colour"), TABLE)
    embeddings = directions(*ANGLES)
    predicted = Features(
        embeddings,
        np.zeros((6, 2, 3), dtype=np.int32),  # all skirts and blue
        np.full((6, 2), 0.5, dtype=np.float32),
    )
    path = tmp_path_factory.mktemp("index") / "index.ann"
    facts = build_index(embeddings, path, seed=0)
    return Recommender(catalog, embeddings, predicted, open_index(path, facts, ""))


def query(angle: float, classes: tuple[int, int] = (1, 1), **more: tuple[int, ...]) -> Query:
    codes = np.array([classes])
    certain = Labels(codes, np.ones((1, 2), dtype=np.float32), codes >= 0)
    features = Features(directions(angle), codes[:, :, None].repeat(3, 2), certain.confidence)
    return Query(features, certain, **more)


def rows(answer: object) -> list[int]:
    return [item.row for item in answer.items]  # type: ignore[attr-defined]


def test_the_nearest_come_first_with_their_match(recommender: Recommender) -> None:
    answer = recommender.recommend(query(2), Ask(top=3))
    assert rows(answer) == [0, 1, 2]
    first, second, third = answer.items
    assert (first.match, first.match_of) == (2, 2)
    assert (second.matched, second.unmatched) == (("category",), ("colour",))
    assert (third.matched, third.unmatched) == (("colour",), ("category",))
    assert first.similarity == pytest.approx(np.cos(np.radians(2)), abs=1e-5)
    assert not answer.approximate


def test_alpha_zero_ranks_by_match_alone(recommender: Recommender) -> None:
    answer = recommender.recommend(query(90), Ask(top=2, alpha=0.0))
    assert [item.match for item in answer.items] == [2, 2]
    assert rows(answer) == [0, 3]  # the two red tees


def test_the_blend_adds_both_terms(recommender: Recommender) -> None:
    (item,) = recommender.recommend(query(0), Ask(top=1, alpha=0.25)).items
    assert item.score == pytest.approx(0.25 * 1 + 0.75 * 1)


def test_a_query_of_the_catalogue_is_left_out(recommender: Recommender) -> None:
    assert rows(recommender.recommend(query(0, own_rows=(0,)), Ask(top=2))) == [1, 2]


def test_an_exact_copy_is_first_and_marked(recommender: Recommender) -> None:
    answer = recommender.recommend(query(0, copies=(5,)), Ask(top=2))
    assert rows(answer) == [5, 0]
    assert [item.exact_copy for item in answer.items] == [True, False]


def test_filters_keep_only_what_fits_and_never_too_few(recommender: Recommender) -> None:
    red = recommender.recommend(query(90), Ask(top=3, where={"colour": ["red"]}))
    assert rows(red) == [3, 2, 0]
    both = recommender.recommend(
        query(0), Ask(top=9, where={"colour": ["red", "blue"], "category": ["skirt"]})
    )
    assert rows(both) == [2, 4, 5]  # the last one is a skirt by prediction


def test_same_category_follows_the_query(recommender: Recommender) -> None:
    assert rows(recommender.recommend(query(90), Ask(top=9, same_category=True))) == [3, 1, 0]


def test_several_pictures_make_one_profile(recommender: Recommender) -> None:
    codes = np.array([[1, 1], [0, 0]])
    labels = Labels(codes, np.ones((2, 2), dtype=np.float32), codes >= 0)
    features = Features(directions(0, 40), codes[:, :, None].repeat(3, 2), labels.confidence)
    (item, *_) = recommender.recommend(Query(features, labels), Ask(top=1)).items
    assert item.row == 2  # at 20 degrees, between the two
    assert (item.match, item.match_of) == (2, 4)


def test_an_unknown_filter_lists_the_known(recommender: Recommender) -> None:
    with pytest.raises(ZooError, match="unknown colour 'Red'; available: blue, red"):
        recommender.recommend(query(0), Ask(where={"colour": ["Red"]}))
    with pytest.raises(ZooError, match="unknown attribute 'color'; available: category, colour"):
        recommender.recommend(query(0), Ask(where={"color": ["red"]}))


def test_a_plain_string_is_one_value_of_a_filter(recommender: Recommender) -> None:
    one, several = Ask(where={"colour": "red"}), Ask(where={"colour": ["red"]})
    assert recommender.recommend(query(90), one).items == (
        recommender.recommend(query(90), several).items
    )


@pytest.mark.parametrize("bad", [{"top": 0}, {"alpha": 1.5}, {"alpha": -0.1}])
def test_an_impossible_ask_is_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ZooError, match="is not within"):
        Ask(**bad)  # type: ignore[arg-type]
