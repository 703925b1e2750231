"""The LanceDB index: a table in a folder or an object store, which need not fit into memory.

A run pins the version of the table that it was made with, so that whatever a killed or another
writer left behind it is not seen, and undone by the next change.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from zoo.errors import RunError, ZooError
from zoo.files import sha256_of
from zoo.indexes import Index, IndexSettings, Items, Opened, Place
from zoo.search.lance_fragments import (
    commit,
    delete,
    delete_old_versions,
    latest,
    owner,
    restored,
    write_fragments,
)
from zoo.search.lance_rows import MARK, VECTOR, chosen, column_names, schema_of, stretches
from zoo.search.lance_search import OpenedLance, scanned, tuned
from zoo.search.lance_store import not_installed, one_line_errors, quiet, storage

TABLE = "index"
FILE = f"{TABLE}.lance"
ANN_FROM = 10_000  # items up to which all are looked at, in some tens of milliseconds
# RaBitQ, a bit an axis, was built sixty times as fast as product quantisation, took less space and
# found as much (docs/results.md); it needs a multiple of eight axes.
RQ, PQ, HNSW = "IVF_RQ", "IVF_PQ", "IVF_HNSW_SQ"
AXES = 4  # of a vector that share one byte of its code by product quantisation
PASSES = 20  # of its k-means


class Lance(Index):
    """LanceDB: exact by scanning while items are few, IVF with exact re-ranking beyond."""

    name, title = "lance", "LanceDB"
    remote = changes = spreads = True

    def __init__(self, ann_from: int = ANN_FROM, kind: str = RQ) -> None:
        self._ann_from, self._kind = ann_from, kind

    def build(self, items: Items, folder: Path, asked: IndexSettings) -> dict[str, Any]:
        uri, started = _uri(folder, asked.uri), time.perf_counter()
        if asked.uri is None:
            shutil.rmtree(uri, ignore_errors=True)  # what a killed building left
        elif (of := owner(uri)) not in ("", items.catalog):
            raise ZooError(
                f"{uri} holds the index of catalogue {of!r}, not {items.catalog!r}; "
                "name another place with --index-uri"
            )
        begun = latest(uri)
        names, mark = column_names(items.columns), uuid4().hex
        schema = schema_of(items.embeddings.shape[1], list(names.values()), mark, items.catalog)
        written = write_fragments(uri, list(stretches(items, names)), schema, pool=asked.workers)
        version = commit(uri, written, begun, schema)
        facts = {
            "index": self.name,
            "uri": asked.uri,
            "version": version,
            "mark": mark,
            "items": len(items.embeddings),  # ever taken in
            "rows": len(items.embeddings),  # there now
            "dimension": items.embeddings.shape[1],
            "columns": names,
            "kind": "",  # no index yet: every query scans
            "nprobes": 0,
            "refine": 0,
            "sha256": sha256_of(items.path) if items.path else mark,
            "build_s": time.perf_counter() - started,
            "bytes": _bytes(written),
            "asked": asked.recall,
        }
        return {**facts, **scanned(_open(folder, facts, ""), items, asked.seed)}

    def open(self, folder: Path, facts: Mapping[str, Any], repair: str, place: Place) -> Opened:
        return OpenedLance(_open(folder, facts, repair), facts, place)

    def improve(
        self, items: Items, folder: Path, facts: dict[str, Any], asked: IndexSettings
    ) -> dict[str, Any] | None:
        if facts["kind"] or facts["rows"] < self._ann_from:
            return None
        kind = self._kind if self._kind != RQ or facts["dimension"] % 8 == 0 else PQ
        asked.say(f"LanceDB: {kind} over {facts['rows']:,} items; until then they are scanned")
        uri, started = _uri(folder, facts["uri"]), time.perf_counter()
        restored(uri, facts["version"])
        table = _connect(uri).open_table(TABLE)
        with one_line_errors(uri):
            _train(table, facts, kind)
        build_s = facts["build_s"] + time.perf_counter() - started
        with one_line_errors(uri):
            size = facts["bytes"] + sum(i.size_bytes or 0 for i in table.list_indices())
        found = tuned(table, items, asked)
        if found["query_ms"] >= facts["query_ms"]:
            asked.say("LanceDB: scanning is quicker than the index, and is what answers")
            return None
        version = int(table.version)
        better = {**found, "kind": kind, "version": version, "build_s": build_s, "bytes": size}
        return {**facts, **better}

    def change(
        self, items: Items, place: Place, gone: np.ndarray, folder: Path, facts: dict[str, Any]
    ) -> dict[str, Any]:
        uri = _uri(folder, facts["uri"])
        version = restored(uri, facts["version"])
        if facts["uri"] and version == facts["version"]:  # the newest is the one that is pinned
            delete_old_versions(uri)
        if len(gone):
            version = delete(uri, gone, version)
        written: list[str] = []
        if len(place.beside):
            schema = _connect(uri).open_table(TABLE).schema
            parts = chosen(items, place.beside, len(place.rows), facts["columns"])
            written = write_fragments(uri, list(parts), schema, appended=True)
            version = commit(uri, written, version)
        return {
            **facts,
            "version": version,
            "items": len(place.rows) + len(place.beside),
            "rows": facts["rows"] - len(gone) + len(place.beside),
            "bytes": facts["bytes"] + _bytes(written),
        }


def _train(table: Any, facts: Mapping[str, Any], kind: str) -> None:
    """Build an index over the vectors and bitmaps over the attributes."""
    from lancedb.index import Bitmap, HnswSq, IvfPq, IvfRq

    width = facts["dimension"]
    codes = next(c for c in range(max(1, width // AXES), 0, -1) if width % c == 0)
    configs = {
        RQ: IvfRq(distance_type="cosine"),
        PQ: IvfPq(distance_type="cosine", num_sub_vectors=codes, max_iterations=PASSES),
        HNSW: HnswSq(distance_type="cosine"),
    }
    table.create_index(VECTOR, config=configs[kind])
    for column in facts["columns"].values():
        table.create_index(column, config=Bitmap())


def _open(folder: Path, facts: Mapping[str, Any], repair: str) -> Any:
    """The table at the version of its run; RunError when it is another table."""
    uri = _uri(folder, facts["uri"])
    with one_line_errors(uri):
        try:
            table = _connect(uri).open_table(TABLE)
            table.checkout(facts["version"])
            rows, mark = table.count_rows(), (table.schema.metadata or {}).get(MARK.encode(), b"")
        except (ValueError, FileNotFoundError, RuntimeError) as error:
            if "not found" not in str(error).lower():
                raise
            raise RunError(f"{uri} is missing; repair it with: {repair}") from error
    if rows != facts["rows"] or mark.decode() != facts["mark"]:
        raise RunError(
            f"{uri} is not the table of this run (it has {rows} items, not {facts['rows']}, or was "
            f"built another time); repair it with: {repair}"
        )
    return table


def _uri(folder: Path, uri: str | None) -> str:
    return f"{uri}/{FILE}" if uri else str(folder / FILE)


def _connect(uri: str) -> Any:
    """The database that a table lies in."""
    quiet()
    try:
        import lancedb
    except ModuleNotFoundError as error:
        raise not_installed(error) from error
    with one_line_errors(uri):
        return lancedb.connect(uri.removesuffix(f"/{FILE}"), storage_options=storage(uri) or None)


def _bytes(written: Sequence[str]) -> int:
    """The size of what was written."""
    sizes = re.compile(r'"file_size_bytes":\s*(\d+)')
    return sum(int(size) for fragments in written for size in sizes.findall(fragments))
