"""Temperature scaling: known answers, and heads that are right as often as they are sure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch

from zoo.features.pixels import PixelSource
from zoo.features.runtime import TorchRuntime
from zoo.training.calibration import calibrate, expected_calibration_error, fit_temperature
from zoo.training.targets import Targets


def test_calibration_error_by_hand() -> None:
    # Two pictures at .8, one of them right: |.5 - .8|. One at .95, right: |1 - .95|.
    chances = np.array([[0.8, 0.2], [0.8, 0.2], [0.05, 0.95]])
    logits = torch.from_numpy(np.log(chances)).float()
    error = expected_calibration_error(logits, np.array([0, 1, 1]))
    assert error == pytest.approx((2 * 0.3 + 1 * 0.05) / 3, abs=1e-5)


def test_a_temperature_undoes_overconfidence() -> None:
    # Labels drawn from softmax(z): logits of 3 z are three times too sure.
    generator = torch.Generator().manual_seed(0)
    true = torch.randn(4000, 5, generator=generator)
    labels = torch.multinomial(true.softmax(1), 1, generator=generator)[:, 0]
    assert fit_temperature(3 * true, labels) == pytest.approx(3, abs=0.2)
    after = expected_calibration_error(true, labels.numpy())
    assert after < expected_calibration_error(3 * true, labels.numpy()) / 3


def test_a_split_that_is_all_right_has_a_bounded_temperature() -> None:
    logits = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    assert 0.05 <= fit_temperature(logits, torch.tensor([0, 1])) < 1


class Rows:
    """A source whose pictures are the numbers of their rows."""

    def batches(self, parts: Sequence[np.ndarray]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        return ((rows, rows) for rows in parts)


def test_the_weights_of_rare_classes_are_no_part_of_a_chance() -> None:
    generator = torch.Generator().manual_seed(0)
    true = torch.randn(8000, 3, generator=generator) - 2  # logits of classes that few have
    labels = torch.bernoulli(true.sigmoid(), generator=generator).to(torch.int8)
    weights = torch.tensor([1.0, 4.0, 9.0])
    learnt = true + weights.log()  # what a loss that weighs positives leads to
    head = torch.nn.Linear(3, 3)
    torch.nn.init.eye_(head.weight)
    torch.nn.init.zeros_(head.bias)

    def runtime(rows: np.ndarray) -> tuple[Any, ...]:
        return None, learnt[rows]

    (found,) = calibrate(
        [head], cast(TorchRuntime, runtime), cast(PixelSource, Rows()),
        Targets(torch.empty(8000, 0, dtype=torch.int64), (labels,)), (weights,),
        np.arange(4000), np.arange(4000, 8000),
    )  # fmt: skip
    torch.testing.assert_close(head(learnt).sigmoid(), true.sigmoid(), atol=0.02, rtol=0)
    assert found is not None
    assert found.ece_after < 0.02
    assert found.ece_before > 0.1
    assert found.items == 4000 * 3


def test_a_run_says_its_calibration(zoo_folder: Path) -> None:
    facts = json.loads((zoo_folder / "tiny_a" / "run.json").read_text("utf-8"))
    calibration = facts["trained"]["calibration"]
    assert set(calibration) == {"category", "colour"}
    for found in calibration.values():
        assert found["temperature"] > 0
        assert 0 <= found["ece_after"] <= 1
        assert found["items"] > 0
