"""What the tables of scaling.py are made of: numbers, times and sizes as a person reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

SIZES = {"1 million": 10**6, "10 million": 10**7, "100 million": 10**8, "1 billion": 10**9}
UNKNOWN = "not measured"
GB = 10**9


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def told(value: float | None, form: str = "{:,.0f}") -> str:
    """A number, or that there is none yet."""
    return UNKNOWN if value is None else form.format(value)


def span(seconds: float | None) -> str:
    """A time as a person says it."""
    if seconds is None:
        return UNKNOWN
    for name, length in (("years", 365 * 86400), ("days", 86400), ("hours", 3600), ("min", 60)):
        if seconds >= 1.5 * length:
            return f"{seconds / length:,.1f} {name}"
    return f"{seconds:.0f} s"


def not_measured(missing: dict[str, list[str]]) -> str:
    """A line on the inputs that are still empty, by machine."""
    found = {on: names for on, names in missing.items() if names}
    if not found:
        return ""
    told = [on if names == [on] else f"{on}: {', '.join(names)}" for on, names in found.items()]
    return f"\n\n{UNKNOWN.capitalize()}: {'; '.join(told)}."


def backbones(inputs: dict[str, Any]) -> list[str]:
    """Their names."""
    return sorted(inputs["measured"]["extraction"]["cpu"])
