"""Pages in processes of their own, behind a proxy where there are several; see visitors.py."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from sticky_proxy import StickyProxy

OPENING = 240.0  # seconds for the page to open
SERVE = Path(__file__).parent.parent / "serve.py"


@contextmanager
def open_pages(asked: argparse.Namespace, folder: Path) -> Iterator[tuple[str, list[int]]]:
    """The address of one page, or of the proxy before several, and the pages' process ids."""
    with tempfile.TemporaryDirectory() as cache:
        opened = [open_page(asked, folder, Path(cache)) for _ in range(asked.pages)]
        ids = [process.pid for process, _ in opened]
        proxy = (
            StickyProxy([int(a.rsplit(":", 1)[1]) for _, a in opened]) if asked.pages > 1 else None
        )
        try:
            yield proxy.address if proxy else opened[0][1], ids
        finally:
            if proxy:
                proxy.stop()
            for process, _ in opened:
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=60)


def open_page(
    asked: argparse.Namespace, folder: Path, cache: Path
) -> tuple[subprocess.Popen[bytes], str]:
    """serve.py in a process of its own, its temporary files in `folder`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    more = [part for plugin in asked.plugins for part in ("--plugins", str(plugin))]
    more += ["--read-only", "--cache", str(cache)]
    process = subprocess.Popen(
        [sys.executable, str(SERVE), "--runs", str(asked.runs), "--port", str(port), *more],
        stdin=subprocess.DEVNULL, stdout=sys.stderr, env={**os.environ, "TMPDIR": str(folder)},
    )  # fmt: skip
    address, ends = f"http://127.0.0.1:{port}", time.monotonic() + OPENING
    while time.monotonic() < ends and process.poll() is None:
        try:
            httpx.get(f"{address}/healthz", timeout=5)
        except httpx.HTTPError:
            time.sleep(0.5)
        else:
            return process, address
    process.kill()
    sys.exit("the page did not open")
