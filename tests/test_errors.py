"""What other packages' errors become within a message."""

from __future__ import annotations

import pytest

from zoo.errors import MOST, one_line, unknown


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


@pytest.mark.parametrize(
    ("value", "end"),
    [
        ("red", "available: Navy Blue, Red; nearest: Red"),
        ("navyblue", "available: Navy Blue, Red; nearest: Navy Blue"),
        ("7", "available: Navy Blue, Red"),
    ],
)
def test_of_unknown_names_the_nearest_known_one_is_told(value: str, end: str) -> None:
    assert unknown("colour", value, ["Red", "Navy Blue"]) == f"unknown colour '{value}'; {end}"
    assert unknown("colour", value, []).endswith("; available: none")
