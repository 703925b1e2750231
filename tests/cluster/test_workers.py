"""A LanceDB table that the workers of a cluster write, and what they say when they fail."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path

import numpy as np
import pytest

from tests.search.indexed import items_of, unit_rows
from zoo.cluster.workers import cluster_workers
from zoo.errors import RunError, ZooError
from zoo.indexes import IndexSettings, Place
from zoo.indexing import Wish
from zoo.search import lance_fragments, lance_rows
from zoo.search.lance_index import Lance

ROWS = unit_rows(240, 16)


@pytest.fixture(scope="module")
def workers() -> Iterator[Executor]:
    with cluster_workers(None) as workers:
        yield workers


def quits() -> None:
    os._exit(3)


def refuses() -> None:
    raise ZooError("not today")


def test_what_goes_wrong_over_there_is_raised_here(workers: Executor) -> None:
    assert workers.submit(os.getpid).result() != os.getpid()
    with pytest.raises(ZooError, match=r"^not today$"):
        workers.submit(refuses).result()
    with pytest.raises(RunError, match=r"^this machine lost a worker: .*run the command again$"):
        workers.submit(quits).result()


def test_workers_write_the_fragments_of_one_table(
    workers: Executor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lance_rows, "ROWS", 60)
    facts = Lance().build(
        items_of(ROWS, tmp_path), tmp_path, IndexSettings(say=str, workers=workers)
    )
    table = lance_fragments.opened(str(tmp_path / "index.lance"))
    assert len(table.get_fragments()) == 4
    index = Lance().open(tmp_path, facts, "", Place.of(np.arange(240), 240))
    assert [index.neighbours(ROWS[row], 1).rows.tolist() for row in (0, 61, 239)] == [
        [0], [61], [239],
    ]  # fmt: skip


def test_an_index_of_one_process_is_refused(workers: Executor) -> None:
    with pytest.raises(ZooError, match=r"'annoy' is built by one process; .* index: lance"):
        Wish(workers=workers).kept({})
