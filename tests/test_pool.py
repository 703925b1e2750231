"""Processes that share work: they end with whom they work for, and one that dies is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.conftest import ROOT
from zoo.errors import RunError
from zoo.pool import process_pool

PARENT = """
import os, sys, time
from zoo.pool import process_pool

if __name__ == "__main__":
    with process_pool(2) as pool:
        print(*pool.map(abs, range(4)), flush=True)
        time.sleep(60)
"""


def test_they_end_with_the_process_that_they_work_for(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    command = [sys.executable, str(script)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"0 1 2 3\n"
        children = psutil.Process(parent.pid).children()
        parent.kill()
    assert len(children) >= 2
    assert not psutil.wait_procs(children, timeout=20)[1]


def test_one_that_dies_is_told() -> None:
    with pytest.raises(RunError, match="died, perhaps for want of memory"), process_pool(1) as pool:
        pool.submit(os.kill, pool.submit(os.getpid).result(), signal.SIGKILL).result()
