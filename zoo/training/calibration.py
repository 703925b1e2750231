"""Temperature scaling (Guo et al. 2017): a confidence of .8 should be right eight times in ten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from zoo.catalog.catalog import UNKNOWN
from zoo.features.pixels import PixelSource
from zoo.features.runtime import TorchRuntime
from zoo.training.data import logits_of
from zoo.training.targets import Targets

BINS = 15  # of the calibration error, as in the paper
COOLEST, HOTTEST = 0.05, 20.0


@dataclass(frozen=True)
class Calibration:
    """The temperature of one attribute's head, and the test split's error without and with it."""

    temperature: float
    ece_before: float
    ece_after: float
    items: int  # answers on the test split with a known label; of a multi attribute, one a class


def calibrate(
    heads: Sequence[nn.Module],
    runtime: TorchRuntime,
    source: PixelSource,
    targets: Targets,
    positives: Sequence[torch.Tensor],
    val: np.ndarray,
    test: np.ndarray,
) -> list[Calibration | None]:
    """Fit a temperature per head on the validation rows and fold it into the head's last layer.

    Heads in the order of the targets; `positives` (C,) per multi attribute are the weights with
    which its positives were learnt, whose share in the logits is taken out first. Returns a
    calibration per head, None where either split knows no label. The predicted classes of single
    attributes stay what they are.
    """
    val_logits, test_logits = (logits_of(runtime, source, rows) for rows in (val, test))
    known, tested = targets[val], targets[test]
    count = known.singles.shape[1]
    results = [
        _calibrated(
            head,
            (val_logits[number], known.singles[:, number]),
            (test_logits[number], tested.singles[:, number]),
        )
        for number, head in enumerate(heads[:count])
    ]
    for number, head in enumerate(heads[count:]):
        # A positive that weighs w in the loss adds log w to the logit of what is true of it.
        learnt = positives[number].log()
        fitted, measured = val_logits[count + number], test_logits[count + number]
        fit = _yes_or_no(fitted - learnt, known.multis[number])
        before = _yes_or_no(measured, tested.multis[number])
        after = _yes_or_no(measured - learnt, tested.multis[number])
        results.append(_calibrated(head, fit, after, before, learnt))
    return results


Answers = tuple[torch.Tensor, torch.Tensor]  # logits (n, C) and the right class (n,), -1 unknown


def _yes_or_no(logits: torch.Tensor, labels: torch.Tensor) -> Answers:
    """(n, C) answers of their own -> (n * C, 2) logits of no and yes, and which is right."""
    yes = logits.flatten()
    return torch.stack([torch.zeros_like(yes), yes], dim=1), labels.flatten().long()


def _calibrated(
    head: nn.Module,
    fit: Answers,
    after: Answers,
    before: Answers | None = None,
    shift: torch.Tensor | None = None,
) -> Calibration | None:
    """The head divided by the temperature that suits `fit`, and its error on the two others."""
    (logits, labels), (scores, right), (raw, _) = map(_known, (fit, after, before or after))
    if not len(labels) or not len(right):
        return None
    temperature = fit_temperature(logits, labels)
    _fold(head, temperature, shift)
    truth = right.numpy()
    error = expected_calibration_error if shift is None else yes_calibration_error
    return Calibration(
        temperature, error(raw, truth), error(scores / temperature, truth), len(truth)
    )


def _known(answers: Answers) -> Answers:
    logits, labels = answers
    return logits[labels != UNKNOWN], labels[labels != UNKNOWN]


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
    return _mean_gap(best.values.numpy(), best.indices.numpy() == labels)


def yes_calibration_error(logits: torch.Tensor, labels: np.ndarray) -> float:
    """The same of the chance of yes and the share that is: logits (n, 2) of no and yes."""
    return _mean_gap(logits.softmax(dim=1)[:, 1].numpy(), labels == 1)


def _mean_gap(confidence: np.ndarray, right: np.ndarray) -> float:
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [
        abs(float(right[bins == b].mean()) - float(confidence[bins == b].mean()))
        * float((bins == b).mean())
        for b in np.unique(bins)
    ]
    return float(sum(gaps))


def _fold(head: nn.Module, temperature: float, shift: torch.Tensor | None) -> None:
    """Take the shift (C,) off the head's logits and divide them, in its own last layer."""
    last = [layer for layer in head.modules() if isinstance(layer, nn.Linear)][-1]
    with torch.no_grad():
        if shift is not None:
            last.bias.sub_(shift.to(last.bias.device))
        last.weight.div_(temperature)
        last.bias.div_(temperature)
