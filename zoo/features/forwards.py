"""Where the networks of queries run: in a few threads, however many ask at once.

Each thread that runs a network gets threads of OpenMP beside it, one for each core, and memory in
which its layers work. A server answers in dozens of threads that come and go.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import ParamSpec, TypeVar

THREADS = 2  # one forward keeps all cores busy; the second begins while the first one ends
P = ParamSpec("P")
T = TypeVar("T")


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, "forwards")


def in_few_threads(forward: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What it returns, or raises."""
    return _pool().submit(forward, *args, **kwargs).result()
