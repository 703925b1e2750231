"""Numbers of things in words."""

from __future__ import annotations

from zoo.plurals import numbered


def test_one_is_one_and_none_are_several() -> None:
    assert [numbered(n, "row") for n in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]
    assert [numbered(n, "query", "queries") for n in (1, 2)] == ["1 query", "2 queries"]
