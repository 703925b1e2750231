"""Rows of a Lance table, written by many workers and taken into the table in one transaction.

A fragment that was written and never committed is no part of the table: a worker that dies leaves
a file behind, nothing else. `write_fragment` takes and gives what can be pickled, so that it runs
in threads, in processes and as a task on other machines alike.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import numpy as np

from zoo.errors import ZooError
from zoo.pool import cores
from zoo.search.lance_rows import ID, OWNER, Rows
from zoo.search.lance_store import not_installed, one_line_errors, quiet, storage

WORKERS = 4
IDS_AT_ONCE = 10_000  # of items deleted by one statement
KEPT = timedelta(hours=1)  # for whoever still reads what was replaced


def write_fragment(uri: str, rows: Rows, schema: Any, appended: bool = False) -> str:
    """Write one fragment beside the table; returns what `commit` needs of it, as JSON.

    `appended`: it is to join a table that is there, rather than take its place.
    """
    lance = _lance()
    with one_line_errors(uri):
        fragments = lance.fragment.write_fragments(
            rows.table(schema),
            uri,
            schema=schema,
            mode="append" if appended else "overwrite",
            storage_options=storage(uri),
        )
    return json.dumps([fragment.to_json() for fragment in fragments])


def write_fragments(
    uri: str,
    parts: Sequence[Rows],
    schema: Any,
    appended: bool = False,
    pool: Executor | None = None,
) -> list[str]:
    """Write them side by side, by the workers of `pool`; left out, threads of this process."""
    if pool is None:
        with ThreadPoolExecutor(min(WORKERS, cores())) as threads:
            return write_fragments(uri, parts, schema, appended, threads)
    waiting = [pool.submit(write_fragment, uri, part, schema, appended) for part in parts]
    return [done.result() for done in waiting]


def commit(uri: str, written: Sequence[str], begun: int, schema: Any | None = None) -> int:
    """Make fragments the table (with a schema), or join them to it; returns its version.

    `begun` is the version when the writing began, 0 for none. ZooError when another writer has
    committed since: neither's rows are lost, and this call may be made again.
    """
    lance = _lance()
    parts = [
        lance.FragmentMetadata.from_json(json.dumps(f)) for w in written for f in json.loads(w)
    ]
    kind = lance.LanceOperation
    operation = kind.Append(parts) if schema is None else kind.Overwrite(schema, parts)
    refuse_others(uri, begun)
    with one_line_errors(uri):
        table = lance.LanceDataset.commit(
            uri,
            operation,
            read_version=begun or None,
            storage_options=storage(uri),
            max_retries=0,
        )
    if table.version != begun + 1:
        raise ZooError(_others(uri))
    return int(table.version)


def delete(uri: str, numbers: np.ndarray, begun: int) -> int:
    """Drop the items with these numbers from the table of that version; returns the next one."""
    refuse_others(uri, begun)
    for start in range(0, len(numbers), IDS_AT_ONCE):
        chosen = ", ".join(map(str, numbers[start : start + IDS_AT_ONCE].tolist()))
        with one_line_errors(uri):
            table = opened(uri)
            table.delete(f"{ID} IN ({chosen})")
        if table.version != begun + 1:
            raise ZooError(_others(uri))
        begun = int(table.version)
    return begun


def restored(uri: str, version: int) -> int:
    """Undo what was committed after that version; returns the version that is as it was."""
    with one_line_errors(uri):
        if latest(uri) == version:
            return version
        table = opened(uri, version)
        table.restore()
        return int(table.version)


def opened(uri: str, version: int | None = None) -> Any:
    """The table, as it was at that version."""
    return _lance().dataset(uri, version=version, storage_options=storage(uri))


def latest(uri: str) -> int:
    """The version of the table now, 0 when there is none."""
    with one_line_errors(uri):
        try:
            return int(opened(uri).latest_version)
        except (FileNotFoundError, ValueError) as error:
            if "not found" in str(error).lower():
                return 0
            raise


def owner(uri: str) -> str:
    """The catalogue that the table at a URI is of, "" when there is none."""
    if not latest(uri):
        return ""
    with one_line_errors(uri):
        return str((opened(uri).schema.metadata or {}).get(OWNER.encode(), b"").decode())


def delete_old_versions(uri: str) -> None:
    """Delete what no version of the last hour needs."""
    with one_line_errors(uri):
        opened(uri).cleanup_old_versions(older_than=KEPT)


def refuse_others(uri: str, begun: int) -> None:
    """ZooError when the table is no longer at the version at which the work began."""
    if latest(uri) != begun:
        raise ZooError(_others(uri))


def _others(uri: str) -> str:
    return f"another job is writing to {uri}; wait until it ends and run the command again"


def _lance() -> Any:
    """The package; ZooError says how to install it."""
    quiet()
    try:
        import lance
        import lance.fragment
    except ModuleNotFoundError as error:
        raise not_installed(error) from error
    return lance
