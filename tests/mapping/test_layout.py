"""Layouts of groups that are known: the same again, neighbours kept, others placed among them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.manifold import trustworthiness
from threadpoolctl import threadpool_limits

from zoo.mapping import layout
from zoo.mapping.layout import aligned, lay_out, place_among

GROUPS, EACH, WIDTH = 5, 40, 20


@pytest.fixture(autouse=True)
def _few_iterations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "ITERATIONS", 300)


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    """Unit rows in five groups that lie apart."""
    generator = np.random.default_rng(0)
    middles = generator.standard_normal((GROUPS, WIDTH)).repeat(EACH, axis=0)
    found = middles + 0.2 * generator.standard_normal((GROUPS * EACH, WIDTH))
    unit: np.ndarray = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)
    return unit


def groups_kept(places: np.ndarray) -> float:
    """The share of items whose nearest other item on the plane is of their own group."""
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    group = np.arange(GROUPS).repeat(EACH)
    return float((group[apart.argmin(axis=1)] == group).mean())


def test_the_same_rows_give_the_same_map_which_keeps_neighbours(rows: np.ndarray) -> None:
    heard: list[int] = []
    first = lay_out(rows, step=heard.append)
    assert np.array_equal(first.places, lay_out(rows).places)
    assert first.places.shape == (200, 2)
    assert first.places.dtype == np.float32
    assert len(first.landmarks) == 200
    assert trustworthiness(rows, first.places, n_neighbors=10) > 0.9
    assert groups_kept(first.places) == 1
    assert heard[0] == 50
    assert heard == sorted(heard)


def test_the_cores_that_are_free_do_not_change_the_map() -> None:
    wide = np.random.default_rng(0).standard_normal((300, 256)).astype(np.float32)
    with threadpool_limits(1):
        alone = lay_out(wide).places
    with threadpool_limits(2):
        assert np.array_equal(lay_out(wide).places, alone)


def test_a_large_catalogue_is_laid_out_by_landmarks(rows: np.ndarray) -> None:
    laid = lay_out(rows, most=80)
    assert len(laid.landmarks) == len(np.unique(laid.landmarks)) == 80
    assert np.array_equal(laid.places, lay_out(rows, most=80).places)
    assert groups_kept(laid.places) > 0.97
    assert trustworthiness(rows, laid.places, n_neighbors=10) > 0.85


def test_an_item_lies_between_its_nearest_landmarks() -> None:
    landmarks = np.array([[0, 0], [2, 0], [9, 0]], np.float32)
    laid = np.array([[0, 0], [10, 4], [50, 50]], np.float32)
    halfway, copy = place_among(np.array([[1, 0], [2, 0]], np.float32), landmarks, laid)
    assert np.allclose(halfway, [5, 2], atol=0.01)  # the third is eight times as far: next to none
    assert np.allclose(copy, [10, 4], atol=1e-5)
    assert place_among(np.empty((0, 2), np.float32), landmarks, laid).shape == (0, 2)


@pytest.mark.parametrize("count", [1, 2, 4, 6])
def test_a_handful_of_items_has_a_map_too(rows: np.ndarray, count: int) -> None:
    places = lay_out(rows[:count]).places
    assert places.shape == (count, 2)
    assert np.isfinite(places).all()


def test_a_turned_and_mirrored_map_is_turned_back() -> None:
    places = np.random.default_rng(1).standard_normal((30, 2)).astype(np.float32)
    turned = places @ np.array([[0, 1], [1, 0]], np.float32) @ np.array([[0.6, -0.8], [0.8, 0.6]])
    assert np.allclose(aligned(turned, places), places - places.mean(axis=0), atol=1e-5)
