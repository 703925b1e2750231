"""Items of a catalogue by the words that are written about them."""

from __future__ import annotations

import numpy as np

from zoo.catalog import Catalog
from zoo.catalog.cells import as_texts

BETWEEN = "\n"  # no word has it, so that none reaches from one text into the next


class Words:
    """Titles, ids and the catalogue's own classes; the text of each item is put together once."""

    def __init__(self, catalog: Catalog) -> None:
        names = ["item_id", "title", *(a.name for a in catalog.attributes)]
        columns = [as_texts(catalog.table[name]) for name in names]
        self._texts = [BETWEEN.join(texts).casefold() for texts in zip(*columns, strict=True)]

    def rows(self, text: str) -> np.ndarray:
        """Rows, (n,) int64, in which every word of `text` occurs, whatever its case; "": all."""
        found = list(range(len(self._texts)))
        for word in text.casefold().split():
            found = [row for row in found if word in self._texts[row]]
        return np.asarray(found, dtype=np.int64)
