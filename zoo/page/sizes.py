"""Numbers as people read them."""

from __future__ import annotations

from zoo.page.language import _


def amount(size: float) -> str:
    """Bytes with the unit that suits them."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"


def count(number: float) -> str:
    """Many, in thousands or millions."""
    if number < 1e6:
        return _("{number} thousand").format(number=f"{number / 1e3:.3g}")
    return _("{number} million").format(number=f"{number / 1e6:.3g}")
