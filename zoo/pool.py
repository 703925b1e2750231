"""Processes that share the work of this one, and end when it does."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from zoo.errors import RunError


def cores() -> int:
    """Of the processor, those that this process may use."""
    able = getattr(os, "sched_getaffinity", None)
    return len(able(0)) if able else os.cpu_count() or 1


@contextmanager
def process_pool(count: int) -> Iterator[ProcessPoolExecutor]:
    """So many, for work that holds Python's lock; RunError when one of them dies.

    They are spawned, so that a script that comes here needs the usual `if __name__ == "__main__"`.
    """
    spawned = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count, mp_context=spawned, initializer=_begin)
    try:
        yield pool
    except BrokenProcessPool as died:
        raise RunError(
            "a process that shared the work died, perhaps for want of memory; repeat the command"
        ) from died
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Ctrl-C is left to the parent, without which there is nobody to work for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
