"""The workers of a Ray cluster as an executor, for work that is a function of what can be sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any

from zoo.cluster.connection import connected
from zoo.errors import RunError, one_line

TRIES = 2  # of a call whose worker dies


@contextmanager
def cluster_workers(address: str | None) -> Iterator[Executor]:
    """Join the cluster at `address`, as `connected` does, for as long as the work lasts."""
    with connected(address) as where:
        yield _Workers(where)


class _Workers(Executor):
    """Each call is a task of the cluster; one whose worker dies is called again, by another."""

    def __init__(self, where: str) -> None:
        import ray

        self._where, self._task = where, ray.remote(max_retries=TRIES - 1)(_call)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """What the call returns or raises, as if it had been made here."""
        done: Future[Any] = Future()

        def settle(found: Future[Any]) -> None:
            error = found.exception()
            if error is None:
                done.set_result(found.result())
            else:
                done.set_exception(self._own(error))

        self._task.remote(fn, args, kwargs).future().add_done_callback(settle)
        return done

    def _own(self, error: BaseException) -> BaseException:
        """What was raised over there, or that nobody is left to say it."""
        cause = getattr(error, "cause", None)
        if isinstance(cause, BaseException):
            return cause
        return RunError(f"{self._where} lost a worker: {one_line(error)}; run the command again")


def _call(fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return fn(*args, **kwargs)
