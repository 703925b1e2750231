"""FashionNet's match score, on numbers a reader can compute."""

from __future__ import annotations

import numpy as np

from zoo.search.match import Labels, match_score, own_or_predicted, soft_match


def labels(classes: list[list[int]], confidence: float = 1.0) -> Labels:
    codes = np.array(classes)
    return Labels(codes, np.full(codes.shape, confidence, dtype=np.float32), codes >= 0)


def test_one_picture_scores_zero_to_m() -> None:
    profile = labels([[0, 1, 2]])
    items = labels([[0, 1, 2], [0, 1, 0], [9, 9, 9]])
    assert match_score(profile, items).tolist() == [3, 2, 0]


def test_several_pictures_count_every_cell_of_the_profile() -> None:
    profile = labels([[0, 1], [0, 2]])
    items = labels([[0, 1], [0, 0], [3, 2]])
    assert match_score(profile, items).tolist() == [3, 2, 1]


def test_unknown_matches_nothing() -> None:
    assert match_score(labels([[-1, 1]]), labels([[-1, 1], [-1, 0]])).tolist() == [1, 0]


def test_soft_form_weighs_by_both_confidences() -> None:
    score = soft_match(labels([[0, 1]], 0.5), labels([[0, 1], [0, 0]], 0.8))
    np.testing.assert_allclose(score, [0.4, 0.2], rtol=1e-6)


def test_soft_form_of_certain_labels_is_the_share_of_cells() -> None:
    profile, items = labels([[0, 1], [0, 2]]), labels([[0, 1], [3, 2]])
    np.testing.assert_allclose(soft_match(profile, items), match_score(profile, items) / 4)


def test_the_catalogues_own_labels_come_first() -> None:
    both = own_or_predicted(
        np.array([[4, -1]]), np.array([[1, 2]]), np.array([[0.3, 0.6]], dtype=np.float32)
    )
    assert both.classes.tolist() == [[4, 2]]
    assert both.true.tolist() == [[True, False]]
    np.testing.assert_allclose(both.confidence, [[1.0, 0.6]])
