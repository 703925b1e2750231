"""A page served by serve.py over the tiny zoo, with one broken plugin, on a free port."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import PLUGINS, ROOT

PATIENCE = 90  # seconds


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(folder: Path, *arguments: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start serve.py and wait until it answers."""
    port = free_port()
    log = folder / "serve.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "serve.py"), "--port", str(port), *arguments],
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"},
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=2).close()
        except OSError:
            time.sleep(0.3)
        else:
            return process, address
    process.kill()
    raise AssertionError(log.read_text())


@pytest.fixture(scope="session")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny plugins and a broken one."""
    folder = tmp_path_factory.mktemp("plugins") / "more"
    shutil.copytree(PLUGINS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "broken.py").write_text("import nothing_of_this_name")
    return folder


@pytest.fixture(scope="session")
def page_folder(zoo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(zoo_folder, tmp_path_factory.mktemp("page") / "zoo"))


@pytest.fixture(scope="session")
def address(page_folder: Path, plugins: Path) -> Iterator[str]:
    process, address = serve(
        page_folder.parent, "--runs", str(page_folder), "--plugins", str(plugins)
    )
    yield address
    process.terminate()
    process.wait(timeout=20)
