"""Augmentation leaves labels true: sides, colours, and the size that is asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from tests.conftest import PLUGINS, TINY
from zoo.catalog import Attribute, Catalog
from zoo.errors import ZooError
from zoo.plugins import load_plugins
from zoo.training.augment import FLIP, Shrinking, augment, shrunk, sides_matter
from zoo.training.data import training_data
from zoo.training.settings import Settings

STILL = [0.5, 1.0, 0.5, 0.5]  # no zoom, no flip, no shift


def test_a_still_draw_changes_nothing_and_a_flip_mirrors() -> None:
    picture = torch.arange(2 * 3 * 8 * 8, dtype=torch.float32).reshape(2, 3, 8, 8)
    chances = torch.tensor([STILL, STILL])
    torch.testing.assert_close(augment(picture, chances, 8), picture)
    chances[1, FLIP] = 0.0
    changed = augment(picture, chances, 8)
    torch.testing.assert_close(changed[0], picture[0])
    torch.testing.assert_close(changed[1], picture[1].flip(-1))


def test_a_plain_colour_stays_itself_at_any_size() -> None:
    picture = torch.tensor([0.2, -1.0, 0.7]).reshape(1, 3, 1, 1).expand(4, 3, 12, 12)
    changed = augment(picture, torch.rand(4, 4), 8)
    assert changed.shape == (4, 3, 8, 8)
    torch.testing.assert_close(changed, picture[:, :, :8, :8])


def test_a_network_sees_smaller_pictures() -> None:
    picture = torch.rand(2, 3, 12, 12)
    seen = Shrinking(nn.Identity(), 8)(picture)
    torch.testing.assert_close(seen, shrunk(picture, 8))
    assert shrunk(picture, 8).shape == (2, 3, 8, 8)
    assert shrunk(picture, 16) is picture


@pytest.mark.parametrize(
    ("classes", "matters"),
    [
        (("left pocket", "right pocket", "none"), True),
        (("one_shoulder_left", "one_shoulder_right"), True),
        (("left pocket", "none"), False),
        (("bright", "leftover"), False),
    ],
)
def test_sides_matter_where_classes_name_both(classes: tuple[str, ...], matters: bool) -> None:
    assert sides_matter([Attribute("tone", ("warm",)), Attribute("side", classes)]) is matters


def test_flips_can_be_refused(catalog: Catalog) -> None:
    backbone = load_plugins([PLUGINS]).get("tiny_a")
    assert training_data(backbone, catalog, TINY).flips
    assert not training_data(backbone, catalog, replace(TINY, flip="never")).flips


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"flip": "sometimes"}, "unknown flip 'sometimes'; available: auto, never"),
        ({"patience": 0}, "patience 0 is below 1"),
        ({"label_smoothing": 1.0}, "label-smoothing 1.0 is not within 0..1"),
    ],
)
def test_settings_that_cannot_be(setting: dict[str, object], message: str) -> None:
    with pytest.raises(ZooError, match=message):
        Settings(**setting)  # type: ignore[arg-type]


def test_patience_grows_with_the_epochs() -> None:
    assert Settings().stop_after() == 3
    assert Settings(epochs_unfrozen=20).stop_after() == 6
    assert Settings(epochs_unfrozen=20, patience=2).stop_after() == 2
