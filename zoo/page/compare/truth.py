"""What the catalogue says of an item, and whether a prediction agrees."""

from __future__ import annotations

from zoo.catalog import Catalog
from zoo.page.language import _


def truth(catalog: Catalog, row: int | None, attribute: str) -> list[str] | None:
    """The item's own classes of an attribute; None where the catalogue does not know them."""
    return None if row is None else catalog.labels_of(row).get(attribute)


def sign(predicted: str, known: list[str] | None) -> str:
    """Right, wrong, or nothing where nobody knows."""
    if known is None:
        return ""
    if predicted in known:
        return f'<span class="right" title="{_("as the catalogue says")}">✓</span>'
    return f'<span class="wrong" title="{_("the catalogue says otherwise")}">✗</span>'
