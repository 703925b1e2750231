"""Retrieval metrics on rankings whose answers a reader can compute."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from zoo.catalog import Attribute, Catalog
from zoo.catalog.near_duplicates import pixel_embeddings
from zoo.evaluation import retrieval
from zoo.evaluation.intervals import bootstrap_interval
from zoo.evaluation.rankings import BlendOrder, CosineOrder, RandomOrder
from zoo.evaluation.retrieval import (
    attribute_shares,
    average_precision,
    evaluate_retrieval,
    identity_recalls,
    key_hits,
)
from zoo.evaluation.scores import describe
from zoo.features.encoder import Features

LABELS = np.array([[0, 0], [0, 0], [0, 1], [1, 0], [0, -1]])


def test_a_hit_equals_the_query_in_every_key_attribute() -> None:
    hits = key_hits(LABELS, [0, 1], np.array([0]), np.array([[1, 2, 3, 4, -1]]))
    assert hits.tolist() == [[True, False, False, False, False]]


def test_average_precision_by_hand() -> None:
    hits = np.array([[True, False, True, False]])
    assert average_precision(hits, np.array([2])).tolist() == [(1 + 2 / 3) / 2]
    assert average_precision(hits, np.array([9])).tolist() == [(1 + 2 / 3) / 4]


def test_identity_recall_is_of_the_same_product() -> None:
    # Query 0 is of product 7, found third; the database lacks 1's; nobody knows 2's.
    products = np.array([7, 8, -1, 9, 9, 7])
    first = np.full((3, 50), -1)
    first[:, :3] = [3, 4, 5]
    recalls = identity_recalls(products, np.array([0, 1, 2]), first, np.array([3, 4, 5]))
    nobody = float("nan")  # 1 and 2 cannot be found
    np.testing.assert_equal(recalls["identity_recall@1"], [0.0, nobody, nobody])
    np.testing.assert_equal(recalls["identity_recall@10"], [1.0, nobody, nobody])


def test_unknown_pairs_are_left_out_of_the_shares() -> None:
    shares = attribute_shares(LABELS, np.array([0]), np.array([[1, 2, 4]]))
    np.testing.assert_allclose(shares, [[1.0, 0.5]])


def test_an_interval_holds_the_mean_and_narrows_with_more_queries() -> None:
    few, many = np.array([0.0, 1.0] * 10), np.array([0.0, 1.0] * 1000)
    (low, high), (nearer, further) = bootstrap_interval(few), bootstrap_interval(many)
    assert low < 0.5 < high
    assert high - low > 3 * (further - nearer)


def toy(thumbnails: np.ndarray) -> Catalog:
    table = pd.DataFrame(
        {
            "item_id": list("qrstu"),
            "split": ["test", "train", "train", "val", "train"],
            "kind": ["a", "a", "b", "a", "a"],
            "thumbnail": [t.tobytes() for t in thumbnails],
        }
    )
    return Catalog("toy", Path(), (Attribute("kind", ("a", "b")),), ("kind",), table)


@pytest.fixture
def thumbnails() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (5, 432)).astype(np.uint8)


def test_metrics_of_one_query_by_hand(thumbnails: np.ndarray) -> None:
    angles = np.radians([0, 30, 10, 20, 40])  # from the query: s, t, r, u
    embeddings = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    result = evaluate_retrieval(toy(thumbnails), CosineOrder(embeddings))
    assert result.metrics["recall@1"] == 0.0
    assert result.metrics["recall@5"] == 1.0
    assert result.metrics["attribute_match@5"] == pytest.approx(3 / 4)
    assert result.metrics["map@10"] == pytest.approx((1 / 2 + 2 / 3 + 3 / 4) / 3)
    assert (result.queries, result.database, result.near_duplicates) == (1, 4, 0)


def test_of_very_many_queries_some_are_drawn_and_that_is_said(
    thumbnails: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = toy(thumbnails)
    catalog = replace(catalog, table=catalog.table.assign(split=["test"] * 3 + ["val", "train"]))
    order = CosineOrder(pixel_embeddings(thumbnails))
    whole = evaluate_retrieval(catalog, order)
    assert (whole.queries, whole.drawn_from, "drawn_from" in describe(whole)) == (3, 3, False)
    monkeypatch.setattr(retrieval, "MOST_QUERIES", 2)
    some, again = (evaluate_retrieval(catalog, order) for _ in range(2))
    assert (some.queries, describe(some)["drawn_from"]) == (2, 3)
    assert some.per_query.items.tolist() == again.per_query.items.tolist()
    assert set(some.per_query.items) < set("qrs")
    published = replace(catalog, table=catalog.table.assign(role=["query"] * 3 + ["gallery"] * 2))
    assert evaluate_retrieval(published, order).queries == 3


def test_the_blend_knows_the_database_and_not_the_query(thumbnails: np.ndarray) -> None:
    embeddings = np.eye(5, dtype=np.float32)  # nothing resembles anything
    predicted = np.array([1, 0, 0, 0, 0]).reshape(5, 1, 1).repeat(3, 2)
    confidence = np.full((5, 1), 0.5, dtype=np.float32)
    order = BlendOrder(toy(thumbnails), Features(embeddings, predicted, confidence), alpha=0.6)
    # The query is an "a" by its label and a "b" by prediction; only the second item is a "b".
    scores = order(np.array([0]), np.array([1, 2, 3]))
    np.testing.assert_allclose(scores, [[0, 0.4 * 0.5, 0]], atol=1e-6)


def test_near_duplicates_of_the_query_are_left_out(thumbnails: np.ndarray) -> None:
    thumbnails[1] = thumbnails[0]
    embeddings = np.eye(5, dtype=np.float32)
    embeddings[1] = embeddings[0]
    result = evaluate_retrieval(toy(thumbnails), CosineOrder(embeddings))
    assert result.near_duplicates == 1
    assert result.metrics["recall@1"] == 0.0  # r would have been the hit; s ties first


def test_pixels_ignore_brightness_and_random_order_ignores_everything() -> None:
    dark = np.tile(np.arange(432) % 100, (2, 1)).astype(np.uint8)
    dark[1] += 100
    rows = pixel_embeddings(dark)
    assert rows[0] @ rows[1] == pytest.approx(1.0, abs=1e-5)
    scores = RandomOrder(0)(np.arange(3), np.arange(1000))
    assert scores.shape == (3, 1000)
    assert np.abs(np.corrcoef(scores)[0, 1]) < 0.1
