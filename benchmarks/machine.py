"""What a table was measured on: the last lines of a benchmark's output."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path

from zoo.pipeline import package_versions
from zoo.pool import cores

CPU_FACTS = Path("/proc/cpuinfo")


def cpu_name() -> str:
    """What the processor calls itself; on systems that do not say, its architecture."""
    if CPU_FACTS.is_file():
        for line in CPU_FACTS.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def made_on(packages: Iterable[str] = ()) -> str:
    """Machine, versions and day, as lines for under a table; `packages` beside the zoo's own."""
    threads = os.environ.get("OMP_NUM_THREADS")
    limit = f", OMP_NUM_THREADS={threads}" if threads else ""
    found = package_versions(packages)
    versions = ", ".join(f"{name} {version}" for name, version in found.items())
    day = datetime.now(timezone.utc).date().isoformat()
    return f"- {cores()} cores of {cpu_name()}{limit}\n- {versions}\n- {day}"
