"""Items as rows of a Lance table, in portions that one worker writes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from zoo.indexes import Column, Items

ID, ITEM, VECTOR = "id", "item_id", "vector"
MARK, OWNER = "mark", "catalog"  # in the table's metadata: which building it is, and of what
ROWS = 50_000  # of a fragment: 200 MB at 1024 dimensions


@dataclass(frozen=True)
class EmbeddingRows:
    """Rows of a .npy file of embeddings, which is mapped."""

    path: Path
    start: int
    stop: int

    def read(self) -> np.ndarray:
        """(stop - start, D) float32."""
        rows = np.load(self.path, mmap_mode="r", allow_pickle=False)
        return np.asarray(rows[self.start : self.stop])


@dataclass(frozen=True)
class Rows:
    """Items for one fragment; `first` is the number of the first, the others follow it."""

    first: int
    items: Sequence[str]
    vectors: np.ndarray | EmbeddingRows
    columns: Mapping[str, Column] = field(default_factory=dict)  # by the column's name

    def table(self, schema: Any) -> Any:
        """They as an Arrow table."""
        import pyarrow as pa

        vectors = self.vectors.read() if isinstance(self.vectors, EmbeddingRows) else self.vectors
        flat = pa.array(np.ascontiguousarray(vectors, dtype=np.float32).reshape(-1))
        arrays = {
            ID: pa.array(np.arange(self.first, self.first + len(vectors))),
            ITEM: pa.array(self.items, type=pa.string()),
            VECTOR: pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1]),
        }
        for name, column in self.columns.items():
            codes = pa.array(column.codes, mask=column.codes < 0)
            arrays[name] = pa.array(column.classes, type=pa.string()).take(codes)
        return pa.table([arrays[name] for name in schema.names], schema=schema)


def schema_of(dimension: int, columns: Sequence[str], mark: str, owner: str) -> Any:
    """The columns of a table and what tells it from another one."""
    import pyarrow as pa

    fields = [
        (ID, pa.int64()),
        (ITEM, pa.string()),
        *((name, pa.string()) for name in columns),
        (VECTOR, pa.list_(pa.float32(), dimension)),
    ]
    return pa.schema(fields, metadata={MARK: mark, OWNER: owner})


def column_names(columns: Mapping[str, Column]) -> dict[str, str]:
    """Attribute -> column: itself where SQL takes it as it is, else a numbered one."""
    plain = re.compile(r"[a-z][a-z0-9_]*")
    taken = {ID, ITEM, VECTOR}
    return {
        name: name if plain.fullmatch(name) and name not in taken else f"attribute_{number}"
        for number, name in enumerate(columns)
    }


def stretches(items: Items, names: Mapping[str, str]) -> Iterator[Rows]:
    """All items, a fragment's worth at a time; workers read a file of embeddings themselves."""
    count = len(items.embeddings)
    for start in range(0, count, ROWS):
        stop = min(start + ROWS, count)
        vectors = (
            EmbeddingRows(items.path, start, stop)
            if items.path
            else np.asarray(items.embeddings[start:stop])
        )
        yield _rows(items, slice(start, stop), vectors, start, names)


def chosen(items: Items, rows: np.ndarray, first: int, names: Mapping[str, str]) -> Iterator[Rows]:
    """Some items, numbered from `first` on."""
    for start in range(0, len(rows), ROWS):
        chosen = rows[start : start + ROWS]
        yield _rows(items, chosen, np.asarray(items.embeddings[chosen]), first + start, names)


def _rows(
    items: Items,
    chosen: slice | np.ndarray,
    vectors: np.ndarray | EmbeddingRows,
    first: int,
    names: Mapping[str, str],
) -> Rows:
    columns = {
        names[name]: Column(column.codes[chosen], column.classes)
        for name, column in items.columns.items()
    }
    return Rows(first, [str(i) for i in items.ids[chosen]], vectors, columns)
