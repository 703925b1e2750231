"""A Ray cluster, joined or started for one job, and left as it was."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from zoo.errors import ZooError
from zoo.plugins import MODULE

ANSWER = 5.0  # seconds within which the head of a cluster has to answer
# How gRPC begins to speak, which is HTTP/2: its preface and a frame of settings, as is the answer.
HELLO, SETTINGS = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", b"\4"
HERE = "local"
SHORT = Path("/tmp")  # where Ray's sockets are; TMPDIR can be too long for the path of one
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}


def check_installed() -> None:
    """ZooError when the package ray is not there."""
    if find_spec("ray") is None:
        raise ZooError("engine 'ray' is not installed; pip install 'fashion-model-zoo[ray]'")


@contextmanager
def connected(address: str | None) -> Iterator[str]:
    """Join the cluster at `address` (left out: RAY_ADDRESS, else one started on this machine).

    Gives what it is called in messages. ZooError when it cannot be reached. One that was started
    here ends with the job, and its files go.
    """
    check_installed()
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    place = address or os.environ.get("RAY_ADDRESS") or HERE
    short = SHORT if SHORT.is_dir() else None
    scratch = tempfile.mkdtemp(prefix="zoo-", dir=short) if place == HERE else None
    import ray

    try:
        with _own_signals():
            _join(place, scratch)
        _ship_plugins()
        yield "this machine" if place == HERE else f"the cluster at {place}"
    finally:
        ray.shutdown()
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)


def nodes() -> list[dict[str, float]]:
    """What each machine of the cluster has: CPU, GPU, ..."""
    import ray

    return [dict(node["Resources"]) for node in ray.nodes() if node["Alive"]]


def _join(place: str, scratch: str | None) -> None:
    import ray

    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    if scratch is not None:
        quiet |= {"include_dashboard": False, "_temp_dir": scratch}
    else:
        _require_answer(place)
    try:
        ray.init(address=place, **quiet)
    except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
        raise ZooError(_unreachable(place, str(error))) from error


def _require_answer(place: str) -> None:
    """ZooError when no Ray answers there: Ray itself would try for a quarter of an hour."""
    host, _, port = place.rpartition("://")[2].rpartition(":")
    if not port.isdecimal():  # "auto"
        return
    try:
        with socket.create_connection((host.strip("[]"), int(port)), ANSWER) as head:
            is_ray = _greets(head)
    except (OSError, OverflowError) as error:
        raise ZooError(_unreachable(place, str(error))) from error
    if not is_ray:
        raise ZooError(_unreachable(place, "what listens there is something else"))


def _greets(head: socket.socket) -> bool:
    """Whether it answers as gRPC does; encrypted, whoever it is comes out later."""
    if os.environ.get("RAY_USE_TLS", "0") != "0":
        return True
    head.sendall(HELLO)
    return head.recv(4, socket.MSG_WAITALL)[3:] == SETTINGS


def _unreachable(place: str, reason: str) -> str:
    return (
        f"no Ray cluster at {place}: {' '.join(reason.split())}; start one with: ray start --head, "
        "and name its address with --address HOST:6379"
    )


def _ship_plugins() -> None:
    """Have the classes of plugin files sent along with what is made of them."""
    from ray import cloudpickle

    for name, module in list(sys.modules.items()):
        if name.startswith(MODULE):  # no other process can import it
            cloudpickle.register_pickle_by_value(module)


@contextmanager
def _own_signals() -> Iterator[None]:
    """Keep what this process does when it is asked to end; Ray puts its own in the place."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        with suppress(TypeError):  # one that was not set from Python
            signal.signal(signal.SIGTERM, before)
