"""Post-processing: fitted on training rows, chosen on validation, scored on test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from zoo.catalog import Attribute, Catalog
from zoo.evaluation.postprocessing import ExpandedOrder, score_processed, unit, whitening
from zoo.evaluation.rankings import CosineOrder
from zoo.evaluation.retrieval import evaluate_retrieval


def catalog_of(kinds: np.ndarray, splits: list[str]) -> Catalog:
    generator = np.random.default_rng(9)
    table = pd.DataFrame(
        {
            "item_id": [str(row) for row in range(len(kinds))],
            "split": splits,
            "kind": [f"k{kind}" for kind in kinds],
            "thumbnail": [
                generator.integers(0, 256, 432).astype(np.uint8).tobytes() for _ in kinds
            ],
        }
    )
    classes = tuple(sorted(set(table["kind"])))
    return Catalog("toy", Path(), (Attribute("kind", classes),), ("kind",), table)


@pytest.fixture
def kinds() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 6, 400)


@pytest.fixture
def drowned(kinds: np.ndarray) -> np.ndarray:
    """The kind in six small directions, under three strong ones that say nothing of it."""
    generator = np.random.default_rng(1)
    signal = np.eye(6)[kinds] + generator.normal(0, 0.15, (len(kinds), 6))
    noise = generator.normal(0, 3, (len(kinds), 3))
    return unit(np.hstack([signal, noise, np.ones((len(kinds), 1))]))


def test_of_few_items_all_are_averaged(drowned: np.ndarray) -> None:
    few = np.arange(300, 304)
    found = ExpandedOrder(drowned, neighbours=10)(np.arange(5), few)
    expected = ExpandedOrder(drowned, neighbours=4)(np.arange(5), few)
    np.testing.assert_array_equal(found, expected)


def test_whitened_rows_have_variance_one_on_the_training_rows(drowned: np.ndarray) -> None:
    axes = whitening(drowned, np.arange(300))
    assert axes.shape == (400, 10)
    kept = axes[:300, :6]
    np.testing.assert_allclose(np.cov(kept.T), np.eye(6), atol=1e-2)


def test_no_axis_is_kept_along_which_the_training_rows_do_not_differ() -> None:
    few = unit(np.random.default_rng(2).normal(size=(40, 64)))
    axes = whitening(few, np.arange(24))  # centred, they span 23 dimensions
    assert axes.shape == (40, 23)
    assert np.abs(axes).max() < 100
    dead = np.random.default_rng(3).random((300, 16)) * (np.arange(16) < 12)
    for count in (100, 250):  # two ways of computing the axes
        assert whitening(unit(dead), np.arange(count)).shape == (300, 12)


def test_whitening_brings_up_what_strong_directions_drown(
    kinds: np.ndarray, drowned: np.ndarray
) -> None:
    splits = ["train"] * 250 + ["val"] * 50 + ["test"] * 100
    catalog = catalog_of(kinds, splits)
    raw = evaluate_retrieval(catalog, CosineOrder(drowned)).metrics["attribute_match@5"]
    found = {p.kind: p for p in score_processed(catalog, drowned)}
    assert set(found) == {"whitened", "expanded"}
    assert found["whitened"].retrieval.metrics["attribute_match@5"] > raw + 0.2
    assert found["whitened"].retrieval.queries == 100


def test_an_expanded_query_is_drawn_to_its_neighbours() -> None:
    angles = np.radians([0, 10, 60, -45])
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    queries, database = np.array([0]), np.array([1, 2, 3])
    plain = CosineOrder(rows)(queries, database)[0]
    expanded = ExpandedOrder(rows, 1)(queries, database)[0]
    np.testing.assert_allclose(expanded, np.cos(np.radians([5, 55, 50])), atol=1e-6)
    assert expanded[1] > plain[1]
    assert expanded[2] < plain[2]


def test_without_validation_there_is_nothing_to_choose_by(
    kinds: np.ndarray, drowned: np.ndarray
) -> None:
    catalog = catalog_of(kinds, ["train"] * 300 + ["test"] * 100)
    assert list(score_processed(catalog, drowned)) == []
