"""The terms of a score add up to what is shown."""

from __future__ import annotations

import numpy as np
import pytest

from tests.search.test_recommender import ANGLES, directions, query, recommender  # noqa: F401
from zoo.compare import Zoo
from zoo.features.encoder import Features
from zoo.search.ask import Ask, Item, Query
from zoo.search.explanation import Explanation, explain
from zoo.search.match import Labels
from zoo.search.recommender import Recommender


def explained(found: Recommender, asked: Query, ask: Ask) -> list[tuple[Item, Explanation]]:
    items = found.recommend(asked, ask).items
    embeddings = directions(*ANGLES)
    return [
        (item, explain(items, place, asked, ask, found.labels, embeddings))
        for place, item in enumerate(items)
    ]


def test_blend_and_parts_by_hand(recommender: Recommender) -> None:  # noqa: F811
    pairs = explained(recommender, query(0), Ask(top=6, alpha=0.25))
    reasons = {item.row: reason for item, reason in pairs}
    blue_tee = reasons[1]  # at 10 degrees: the tee is asked for, the blue is not
    assert blue_tee.looks == pytest.approx(0.25 * np.cos(np.radians(10)))
    assert [part.adds for part in blue_tee.parts] == [0.5, 0]
    assert blue_tee.labels == pytest.approx(0.75 * 0.5)
    assert (blue_tee.parts[1].wanted, blue_tee.parts[1].found) == ((1,), 0)
    assert all(item.score == pytest.approx(reasons[item.row].score) for item, _ in pairs)


def test_several_pictures_and_unsure_labels(recommender: Recommender) -> None:  # noqa: F811
    codes = np.array([[1, 1], [0, -1]])
    sure = np.array([[1, 0.8], [0.6, 1]], dtype=np.float32)
    features = Features(directions(0, 40), codes[:, :, None].repeat(3, 2), sure)
    asked = Query(features, Labels(codes, sure, codes >= 0))
    pairs = explained(recommender, asked, Ask(top=6, alpha=0.5))
    reasons = {item.row: reason for item, reason in pairs}
    # A skirt by a prediction of .5, blue: of four cells only the second picture's skirt is equal.
    assert [part.adds for part in reasons[5].parts] == pytest.approx([0.6 * 0.5 / 4, 0])
    assert reasons[0].soft_match == pytest.approx((1 + 0.8) / 4)
    assert all(item.score == pytest.approx(reason.score) for item, reason in pairs)


def test_variety_says_what_was_taken_off(recommender: Recommender) -> None:  # noqa: F811
    pairs = explained(recommender, query(0), Ask(top=3, diversity=0.5))
    (_, first), (second, reason), _ = pairs
    assert first.variety is not None
    assert (first.variety.nearest, first.variety.penalty) == (0, 0)
    assert reason.variety is not None
    likeness = np.cos(np.radians(ANGLES[second.row] - ANGLES[pairs[0][0].row]))
    assert reason.variety.penalty == pytest.approx(0.5 * likeness, abs=1e-6)
    assert reason.variety.gain == pytest.approx(0.5 * second.score - 0.5 * likeness, abs=1e-6)
    every = [  # no other item would have gained more at that turn
        0.5 * np.cos(np.radians(a)) - 0.5 * np.cos(np.radians(a - ANGLES[pairs[0][0].row]))
        for row, a in enumerate(ANGLES)
        if row != pairs[0][0].row
    ]
    assert reason.variety.gain == pytest.approx(max(every), abs=1e-6)
    assert explained(recommender, query(0), Ask(top=1))[0][1].variety is None


def test_an_exact_copy_is_first_for_that_alone(recommender: Recommender) -> None:  # noqa: F811
    asked = query(0, copies=(5,))
    (item, reason), *_ = explained(recommender, asked, Ask(top=2, alpha=0.5, diversity=0.3))
    assert (item.row, reason.exact_copy, reason.variety) == (5, True, None)
    assert reason.score == pytest.approx(item.score)


def test_a_real_answer_adds_up(zoo: Zoo) -> None:
    ask = Ask(top=10, alpha=0.4, diversity=0.2)
    for name, result in zoo.recommend_items([3, 50], ask).items():
        run, items = zoo.runs[name], result.answer.items
        for place, item in enumerate(items):
            reason = explain(
                items, place, result.query, result.ask, run.recommender.labels, run.embeddings
            )
            assert reason.score == pytest.approx(item.score, abs=1e-5)
