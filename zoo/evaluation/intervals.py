"""Uncertainty of a mean over queries."""

from __future__ import annotations

import numpy as np

SAMPLES = 1000


def bootstrap_interval(values: np.ndarray) -> tuple[float, float]:
    """The 95 % percentile bootstrap interval of the mean of (n,) values (Efron 1979)."""
    if len(values) == 0:
        return 0.0, 0.0
    generator = np.random.default_rng(0)
    means = [values[generator.integers(0, len(values), len(values))].mean() for _ in range(SAMPLES)]
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
