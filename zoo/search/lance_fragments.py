"""Rows of a Lance table, written by many workers and taken into the table in one transaction.

A fragment that was written and never committed is no part of the table: a worker that dies leaves
a file behind, nothing else. `write_fragment` takes and gives what can be pickled, so that it runs
in threads, in processes and as a task on other machines alike.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from zoo.errors import RunError, ZooError
from zoo.indexes import Column

ID, ITEM, VECTOR = "id", "item_id", "vector"
MARK, OWNER = "mark", "catalog"  # in the table's metadata: which building it is, and of what
ROWS = 50_000  # of a fragment: 200 MB at 1024 dimensions
WORKERS = 4
IDS_AT_ONCE = 10_000  # of items deleted by one statement
KEPT = timedelta(hours=1)  # for whoever still reads what was replaced
# A bucket that cannot be reached is told within seconds rather than minutes.
PATIENCE = {"client_max_retries": "2", "client_retry_timeout": "20", "connect_timeout": "5s"}


@dataclass(frozen=True)
class Source:
    """Rows of a file of embeddings: a .npy, which is mapped, or a shard of an extraction."""

    path: Path
    start: int
    stop: int

    def read(self) -> np.ndarray:
        """(stop - start, D) float32."""
        if self.path.suffix == ".npz":
            with np.load(self.path, allow_pickle=False) as shard:
                return np.asarray(shard["embeddings"][self.start : self.stop])
        rows = np.load(self.path, mmap_mode="r", allow_pickle=False)
        return np.asarray(rows[self.start : self.stop])


@dataclass(frozen=True)
class Rows:
    """Items for one fragment; `first` is the number of the first, the others follow it."""

    first: int
    items: Sequence[str]
    vectors: np.ndarray | Source
    columns: Mapping[str, Column] = field(default_factory=dict)  # by the column's name

    def table(self, schema: Any) -> Any:
        """They as an Arrow table."""
        import pyarrow as pa

        vectors = self.vectors.read() if isinstance(self.vectors, Source) else self.vectors
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


def write_fragment(uri: str, rows: Rows, schema: Any, appended: bool = False) -> str:
    """Write one fragment beside the table; returns what `commit` needs of it, as JSON.

    `appended`: it is to join a table that is there, rather than take its place.
    """
    lance = _lance()
    with told(uri):
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
        with ThreadPoolExecutor(min(WORKERS, os.cpu_count() or 1)) as threads:
            return write_fragments(uri, parts, schema, appended, threads)
    waiting = [pool.submit(write_fragment, uri, part, schema, appended) for part in parts]
    return [done.result() for done in waiting]


def commit(uri: str, written: Sequence[str], begun: int, schema: Any | None = None) -> int:
    """Make fragments the table (with a schema), or join them to it; returns its version.

    `begun` is the version when the writing began, 0 for none. ZooError when another writer has
    committed since: neither's rows are lost, and this call may be made again.
    """
    lance = _lance()
    parts = [lance.FragmentMetadata.from_json(_text(f)) for w in written for f in json.loads(w)]
    kind = lance.LanceOperation
    operation = kind.Append(parts) if schema is None else kind.Overwrite(schema, parts)
    refuse_others(uri, begun)
    with told(uri):
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


def _text(fragment: Any) -> str:
    return fragment if isinstance(fragment, str) else json.dumps(fragment)


def delete(uri: str, numbers: np.ndarray, begun: int) -> int:
    """Drop the items with these numbers from the table of that version; returns the next one."""
    refuse_others(uri, begun)
    for start in range(0, len(numbers), IDS_AT_ONCE):
        chosen = ", ".join(map(str, numbers[start : start + IDS_AT_ONCE].tolist()))
        with told(uri):
            table = opened(uri)
            table.delete(f"{ID} IN ({chosen})")
        if table.version != begun + 1:
            raise ZooError(_others(uri))
        begun = int(table.version)
    return begun


def restored(uri: str, version: int) -> int:
    """Undo what was committed after that version; returns the version that is as it was."""
    with told(uri):
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
    with told(uri):
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
    with told(uri):
        return str((opened(uri).schema.metadata or {}).get(OWNER.encode(), b"").decode())


def clean(uri: str) -> None:
    """Delete what no version of the last hour needs."""
    with told(uri):
        opened(uri).cleanup_old_versions(older_than=KEPT)


def refuse_others(uri: str, begun: int) -> None:
    """ZooError when the table is no longer at the version at which the work began."""
    if latest(uri) != begun:
        raise ZooError(_others(uri))


def _others(uri: str) -> str:
    return f"another job is writing to {uri}; wait until it ends and run the command again"


def storage(uri: str) -> dict[str, str]:
    """Options of the store; credentials are the environment's, as with every tool of AWS."""
    if not uri.startswith("s3"):
        return {}
    options = dict(PATIENCE)
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    if endpoint:
        options["aws_endpoint"] = endpoint
        options["allow_http"] = str(endpoint.startswith("http://")).lower()
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if region:
        options["aws_region"] = region
    return options


@contextmanager
def told(uri: str) -> Iterator[None]:
    """One line for what goes wrong below: Lance hands on what its stores say."""
    try:
        yield
    except (ZooError, FileNotFoundError):
        raise
    except Exception as error:
        raise RunError(f"{uri}: {_reason(error)}") from error


REASONS = {  # what is found in the store's message -> what it means
    "conflict": "another job is writing to it; wait until it ends and run the command again",
    "credential": "no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
    "nosuchbucket": "there is no such bucket",
    "accessdenied": "the store refuses these credentials",
    "403 forbidden": "the store refuses these credentials",
    "error sending request": "the store cannot be reached; is AWS_ENDPOINT_URL right?",
    "retries": "the store cannot be reached; is AWS_ENDPOINT_URL right?",
}


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())
    plain = text.lower().replace(" ", "")
    known = (reason for sign, reason in REASONS.items() if sign.replace(" ", "") in plain)
    return next(known, text[:300])


def _lance() -> Any:
    """The package; ZooError says how to install it."""
    os.environ.setdefault("LANCE_LOG", "error")  # it warns of every table that is new
    try:
        import lance
        import lance.fragment
    except ModuleNotFoundError as error:
        raise not_installed(error) from error
    return lance


def not_installed(error: ModuleNotFoundError) -> ZooError:
    """What is missing, and the command that installs it."""
    return ZooError(
        f"index 'lance' needs {error.name}, which is not installed; "
        "pip install 'fashion-model-zoo[lance]'"
    )
