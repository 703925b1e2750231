"""The LanceDB index: a table in a folder or an object store, which need not fit into memory.

A run pins the version of the table that it was made with, so that whatever a killed or another
writer left behind it is not seen, and undone by the next change.
"""

from __future__ import annotations

import json
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
from zoo.indexes import ALL, GONE, NEIGHBOURS, Asked, Index, Items, Near, Only, Opened, Place
from zoo.search.lance_fragments import (
    clean,
    commit,
    delete,
    latest,
    owner,
    restored,
    write_fragments,
)
from zoo.search.lance_rows import ID, MARK, VECTOR, chosen, column_names, schema_of, stretches
from zoo.search.lance_store import not_installed, quiet, storage, told
from zoo.search.probing import Probes, exact_ms

TABLE = "index"
FILE = f"{TABLE}.lance"
ANN_FROM = 10_000  # items up to which all are looked at, in some ten or twenty milliseconds
# RaBitQ, a bit an axis, was built sixty times as fast as product quantisation, took less space and
# found more before re-ranking; it needs a multiple of eight axes.
RQ, PQ, HNSW = "IVF_RQ", "IVF_PQ", "IVF_HNSW_SQ"
AXES = 4  # of a vector that share one byte of its code by product quantisation
PASSES = 20  # of its k-means
FIRST_PROBES, FIRST_REFINE = 4, 2
MOST_REFINE = 64  # times as many as are asked for are compared by their exact vectors
SCANNED = 20  # exact searches that are timed
TUNED = 100  # probes; each is asked at a dozen settings


class Lance(Index):
    """LanceDB: exact by scanning while items are few, IVF with exact re-ranking beyond."""

    name, title = "lance", "LanceDB"
    remote = changes = True

    def __init__(self, ann_from: int = ANN_FROM, kind: str = RQ) -> None:
        self._ann_from, self._kind = ann_from, kind

    def build(self, items: Items, folder: Path, asked: Asked) -> dict[str, Any]:
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
        written = write_fragments(uri, list(stretches(items, names)), schema)
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
            "bytes": _bytes(uri, written),
            "asked": asked.recall,
        }
        return {**facts, **_scanned(_open(folder, facts, ""), items, asked.seed)}

    def open(self, folder: Path, facts: Mapping[str, Any], repair: str, place: Place) -> Opened:
        return OpenedLance(_open(folder, facts, repair), facts, place)

    def improve(
        self, items: Items, folder: Path, facts: dict[str, Any], asked: Asked
    ) -> dict[str, Any] | None:
        if facts["kind"] or facts["rows"] < self._ann_from:
            return None
        kind = self._kind if self._kind != RQ or facts["dimension"] % 8 == 0 else PQ
        asked.say(f"LanceDB: {kind} over {facts['rows']:,} items; until then they are scanned")
        uri, started = _uri(folder, facts["uri"]), time.perf_counter()
        restored(uri, facts["version"])
        table = _connect(uri).open_table(TABLE)
        with told(uri):
            _train(table, facts, kind)
        build_s = facts["build_s"] + time.perf_counter() - started
        with told(uri):
            size = facts["bytes"] + sum(i.size_bytes or 0 for i in table.list_indices())
        found = _tuned(table, items, asked)
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
            clean(uri)
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
            "bytes": facts["bytes"] + _bytes(uri, written),
        }


class OpenedLance(Opened):
    """A table at the version that its run pins."""

    pays = scans = True

    def __init__(self, table: Any, facts: Mapping[str, Any], place: Place) -> None:
        super().__init__(place)
        self._table, self._facts = table, facts

    def neighbours(
        self, query: np.ndarray, count: int, only: Only = ALL, exact: bool = False
    ) -> Near:
        if count < 1:
            return Near(np.empty(0, dtype=np.int64), approximate=False)
        probes = 0 if exact or not self._facts["kind"] else self._facts["nprobes"]
        with told(self._table.uri if self._facts["uri"] else FILE):
            where = _sql(only, self._facts["columns"])
            if probes and where:  # what fits lies in more cells, the fewer fit
                fit = max(1, self._table.count_rows(where))
                probes = probes * self._facts["rows"] // fit
            # More neighbours lie in more cells than was measured for ten.
            probes *= max(1, count // NEIGHBOURS)
            numbers = _nearest(self._table, query, count, probes, self._facts["refine"], where)
        rows = self.place.rows[numbers]
        return Near(rows[rows != GONE], approximate=probes > 0)


def _nearest(
    table: Any, query: np.ndarray, count: int, probes: int, refine: int, where: str = ""
) -> np.ndarray:
    """Numbers of items near a query: by so many cells of the index, or by scanning (0)."""
    search = table.search(query, vector_column_name=VECTOR).distance_type("cosine")
    search = search.select([ID, "_distance"]).limit(count)
    if probes:
        search = search.nprobes(probes).refine_factor(refine)
    else:
        search = search.bypass_vector_index()
    if where:
        search = search.where(where, prefilter=True)
    found: np.ndarray = search.to_arrow()[ID].to_numpy()
    return found


def _sql(only: Only, columns: Mapping[str, str]) -> str:
    """The filters as LanceDB takes them."""
    return " AND ".join(
        f"{columns[name]} IN ({', '.join(_quoted(c) for c in classes)})" if classes else "false"
        for name, classes in only.items()
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


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


def _tuned(table: Any, items: Items, asked: Asked) -> dict[str, Any]:
    """The cells to look into and the re-ranking that reach the asked recall@10, by doubling.

    Whichever of the two finds more when it is doubled, is.
    """
    probes = Probes.drawn(items.embeddings, asked.seed, TUNED)
    cells = max(FIRST_PROBES, int(np.sqrt(len(items.embeddings))))

    def measured(cells_looked: int, refine: int) -> tuple[float, float]:
        started = time.perf_counter()
        found = [_nearest(table, q, NEIGHBOURS + 1, cells_looked, refine) for q in probes.queries]
        return probes.recall(found), (time.perf_counter() - started) / len(found) * 1000

    looked, refine = FIRST_PROBES, FIRST_REFINE
    recall, query_ms = measured(looked, refine)
    while recall < asked.recall and (looked < cells or refine < MOST_REFINE):
        steps = [(2 * looked, refine)] if looked < cells else []
        steps += [(looked, 2 * refine)] if refine < MOST_REFINE else []
        tried = {step: measured(*step) for step in steps}
        (looked, refine), (recall, query_ms) = max(tried.items(), key=lambda t: t[1][0])
    return {
        "nprobes": looked,
        "refine": refine,
        "recall": recall,
        "query_ms": query_ms,
        "probes": len(probes.rows),
    }


def _scanned(table: Any, items: Items, seed: int) -> dict[str, Any]:
    """What a table without an index finds, and how long that takes."""
    probes = Probes.drawn(items.embeddings, seed, SCANNED)
    started = time.perf_counter()
    found = [_nearest(table, query, NEIGHBOURS + 1, 0, 0) for query in probes.queries]
    return {
        "query_ms": (time.perf_counter() - started) / len(found) * 1000,
        "recall": probes.recall(found),
        "probes": len(found),
        "exact_ms": exact_ms(items.embeddings),
    }


def _open(folder: Path, facts: Mapping[str, Any], repair: str) -> Any:
    """The table at the version of its run; RunError when it is another table."""
    uri = _uri(folder, facts["uri"])
    with told(uri):
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
    with told(uri):
        return lancedb.connect(uri.removesuffix(f"/{FILE}"), storage_options=storage(uri) or None)


def _bytes(uri: str, written: Sequence[str]) -> int:
    """The size of what was written."""
    sizes = re.compile(r'"file_size_bytes":\s*(\d+)')
    return sum(int(size) for w in written for size in sizes.findall(json.dumps(json.loads(w))))
