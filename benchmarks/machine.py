"""What benchmarks share: the pictures of a folder, the peak of memory, what it was measured on."""

from __future__ import annotations

import os
import platform
import resource
import sys
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path

from zoo.pictures import EXTENSIONS
from zoo.pipeline import package_versions
from zoo.pool import cores

CPU_FACTS = Path("/proc/cpuinfo")


def pictures_of(folder: Path) -> list[Path]:
    """The pictures in a folder and those below it, in order."""
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in EXTENSIONS)


def peak_mib() -> float:
    """The most memory that this process ever had."""
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes here, Linux KiB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


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
