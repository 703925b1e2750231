"""Temperature scaling (Guo et al. 2017): a confidence of .8 should be right eight times in ten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from zoo.catalog.catalog import UNKNOWN
from zoo.features.pixels import PixelSource, in_batches
from zoo.features.runtime import TorchRuntime

BINS = 15  # of the calibration error, as in the paper
BATCH = 64
COOLEST, HOTTEST = 0.05, 20.0


@dataclass(frozen=True)
class Calibration:
    """The temperature of one attribute's head, and the test split's error without and with it."""

    temperature: float
    ece_before: float
    ece_after: float
    items: int  # test pictures with a known label


def calibrate(
    heads: Iterable[nn.Module],
    runtime: TorchRuntime,
    source: PixelSource,
    labels: np.ndarray,
    val: np.ndarray,
    test: np.ndarray,
) -> list[Calibration | None]:
    """Fit a temperature per head on the validation rows and fold it into the head's last layer.

    labels (N, m), -1 unknown. Returns a calibration per attribute, None where either split
    knows no label. The predicted classes stay what they are.
    """
    results: list[Calibration | None] = []
    val_logits, test_logits = (_logits(runtime, source, rows) for rows in (val, test))
    for column, head in enumerate(heads):
        known, tested = labels[val, column] != UNKNOWN, labels[test, column] != UNKNOWN
        if not known.any() or not tested.any():
            results.append(None)
            continue
        truth = torch.from_numpy(labels[val, column][known])
        temperature = fit_temperature(val_logits[column][known], truth)
        _fold(head, temperature)
        scores, right = test_logits[column][tested], labels[test, column][tested]
        results.append(
            Calibration(
                temperature,
                expected_calibration_error(scores, right),
                expected_calibration_error(scores / temperature, right),
                int(tested.sum()),
            )
        )
    return results


def fit_temperature(logits: torch.Tensor, labels: torch.Tensor) -> float:
    """The temperature with the least cross entropy of logits (n, C) and labels (n,)."""
    log_temperature = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.LBFGS([log_temperature], max_iter=50, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(logits / log_temperature.exp(), labels)
        loss.backward()
        return loss

    optimizer.step(closure)
    # A split that is all right or all wrong has its optimum at nothing or infinity.
    return float(log_temperature.detach().exp().clamp(COOLEST, HOTTEST))


def expected_calibration_error(logits: torch.Tensor, labels: np.ndarray) -> float:
    """Mean gap of confidence and accuracy over 15 equal bins, weighed by size: 0..1."""
    best = logits.softmax(dim=1).max(dim=1)
    confidence = best.values.numpy()
    right = best.indices.numpy() == labels
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [
        abs(float(right[bins == b].mean()) - float(confidence[bins == b].mean()))
        * float((bins == b).mean())
        for b in np.unique(bins)
    ]
    return float(sum(gaps))


def _logits(runtime: TorchRuntime, source: PixelSource, rows: np.ndarray) -> list[torch.Tensor]:
    """The logits of every head for these rows, (n, C) each."""
    parts = [runtime(pixels)[1:] for _, pixels in source.batches(in_batches(rows, BATCH))]
    return [torch.cat(column) for column in zip(*parts, strict=True)]


def _fold(head: nn.Module, temperature: float) -> None:
    """Divide the head's logits by the temperature, in its own last layer."""
    last = [layer for layer in head.modules() if isinstance(layer, nn.Linear)][-1]
    with torch.no_grad():
        last.weight.div_(temperature)
        last.bias.div_(temperature)
