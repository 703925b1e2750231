"""What other packages' errors become within a message."""

from __future__ import annotations

import pytest

from zoo.errors import MOST, one_line


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("no such\nhost:\t  nowhere\n", "no such host: nowhere"),
        (" \n", "ValueError"),
        ("x" * (MOST + 1), "x" * MOST + "…"),
    ],
)
def test_an_error_is_told_in_one_line(said: str, told: str) -> None:
    assert one_line(ValueError(said)) == told
