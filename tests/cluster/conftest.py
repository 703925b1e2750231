"""What Ray leaves in the process that tests share."""

from __future__ import annotations

from collections.abc import Iterator

import psutil
import pytest


@pytest.fixture(scope="module", autouse=True)
def reaped() -> Iterator[None]:
    """Wait for processes of a cluster that have ended, as Ray does not: others count children."""
    yield
    ended = [p for p in psutil.Process().children() if p.status() == psutil.STATUS_ZOMBIE]
    psutil.wait_procs(ended, timeout=5)
