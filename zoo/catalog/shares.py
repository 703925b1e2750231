"""The shares of train, val and test, and how they are written: 70:15:15 or 80:20."""

from __future__ import annotations

import math
from collections.abc import Mapping

from zoo.errors import CatalogError

SHARES: Mapping[str, float] = {"train": 0.70, "val": 0.15, "test": 0.15}
VAL_OF_TRAIN = 0.1  # of the train share, when only train and test are given


def parse_shares(text: str) -> dict[str, float]:
    """train:val:test or train:test as shares of 1; of two, a tenth of train becomes val.

    CatalogError for anything but two or three positive numbers.
    """
    try:
        numbers = [float(part) for part in text.split(":")]
    except ValueError:
        numbers = []
    if len(numbers) not in (2, 3) or not all(math.isfinite(n) and n > 0 for n in numbers):
        raise CatalogError(
            f"split {text!r} is not of the form train:test or train:val:test, such as 80:20 or "
            "70:15:15"
        )
    if len(numbers) == 2:
        train, test = numbers
        numbers = [train * (1 - VAL_OF_TRAIN), train * VAL_OF_TRAIN, test]
    return {name: n / sum(numbers) for name, n in zip(SHARES, numbers, strict=True)}
