"""Visitors on the page for minutes: what they wait, and whether the server keeps its memory.

The page is a process of its own on this machine, or several behind a proxy that keeps each visitor
with one of them (--pages). They only read the zoo. Each visitor is a browser's worth of plain HTTP:
he opens the page, then asks again and again for one thing of three (a random query, an upload, the
leaderboard) with a pause of a few seconds between, while his page polls as the real one does. An
answer "busy" is what a full queue promises and is counted apart; anything else that is no answer
is an error.

Exit status 1 on an error, when memory grows after the first two minutes, or when uploads fill their
folder; the last line says which it was. Visitors and server share the cores of this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import httpx
import numpy as np
from machine import made_on
from pages import open_pages
from visitor import Met, Visitor, visit, wiring_of

from zoo.catalog import load_catalog
from zoo.page.serving.uploads_folder import MOST_KEPT

PATIENCE = 120.0  # seconds for one answer
WARM = 2  # minutes in which networks, indexes and threads are opened
GROWTH = 0.02  # of the memory, a minute, that is still flat
TREND = 0.005  # the same, if it is so in every minute
IDLE = 2.0  # seconds that a connection is used again; the server closes it after five


@dataclass(frozen=True)
class Sample:
    """The server at one moment."""

    at: float  # seconds since the start
    memory: float  # MiB, mapped files in it, all pages together
    uploads: float  # MiB in its temporary folder


async def watch(processes: Sequence[int], folder: Path, until: float) -> list[Sample]:
    """The servers' memory and uploads, every few seconds."""
    begun, samples = time.monotonic(), []
    while time.monotonic() < until:
        kib = sum([await asyncio.to_thread(_resident_kib, process) for process in processes])
        size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
        samples.append(Sample(time.monotonic() - begun, kib / 1024, size / 2**20))
        await asyncio.sleep(5)
    return samples


def _resident_kib(process: int) -> int:
    shown = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(process)], capture_output=True, text=True, check=True
    )
    return int(shown.stdout)


async def hold(
    address: str, processes: Sequence[int], folder: Path, asked: argparse.Namespace
) -> tuple[Met, list[Sample]]:
    """All visitors at once for the time asked."""
    met, limits = Met(), httpx.Limits(max_connections=None, keepalive_expiry=IDLE)
    catalog = load_catalog(asked.runs)
    pictures = [catalog.path(row) for row in catalog.rows("test")[:200]]
    async with AsyncExitStack() as opened:

        async def browser() -> httpx.AsyncClient:
            """With cookies of its own."""
            client = httpx.AsyncClient(base_url=address, timeout=PATIENCE, limits=limits)
            return await opened.enter_async_context(client)

        wiring = await wiring_of(await browser())
        until = time.monotonic() + asked.minutes * 60
        visitors = [
            Visitor(await browser(), wiring, pictures, uuid.uuid4().hex[:12])
            for _ in range(asked.visitors)
        ]
        visits = asyncio.gather(*(visit(v, asked, until, met) for v in visitors))
        samples = await watch(processes, folder, until)
        await asyncio.wait_for(visits, PATIENCE * 2)
    return met, samples


def memory_of(samples: list[Sample], begin: float, end: float) -> float:
    """The median of some seconds, MiB."""
    return float(np.median([s.memory for s in samples if begin <= s.at < end] or [np.nan]))


def judged(memory: list[float]) -> tuple[str, bool]:
    """In words and as a verdict, whether the medians of the minutes stay where they are."""
    steps = [after / before - 1 for before, after in pairwise(memory[WARM - 1 :])]
    if len(steps) < 2:
        return f"not judged: that takes {WARM + 2} minutes", False
    growth = (memory[-1] / memory[WARM - 1]) ** (1 / len(steps)) - 1
    said = ", ".join(f"{step:+.1%}" for step in steps)
    flat = growth < GROWTH and min(steps) < TREND
    return f"{growth:+.2%} a minute from minute {WARM} on ({said})", flat


def report(met: Met, samples: list[Sample], asked: argparse.Namespace) -> bool:
    """Print the tables; whether all went as it should."""
    pages = "one page" if asked.pages == 1 else f"{asked.pages} pages behind a proxy"
    print(f"{asked.visitors} visitors of {pages} for {asked.minutes:g} minutes, ", end="")
    print(f"{asked.pause:g} s of pause on average\n")
    print("| | answered | p50, s | p95, s | longest, s | told busy |\n|---|---|---|---|---|---|")
    for name in sorted({*met.seconds, *met.busy}):
        times = met.seconds[name] or [float("nan")]
        p50, p95 = np.percentile(times, [50, 95])
        answered = len(met.seconds[name])
        print(
            f"| {name.replace('_', ' ')} | {answered} | {p50:.2f} | {p95:.2f} | "
            f"{max(times):.2f} | {met.busy[name]} |"
        )
    print("\n| minute | memory, MiB | uploads, MiB |\n|---|---|---|")
    minutes = max(1, round(asked.minutes))
    for minute in range(minutes):
        begin, end = minute * 60, (minute + 1) * 60
        uploads = max((s.uploads for s in samples if begin <= s.at < end), default=0.0)
        print(f"| {minute + 1} | {memory_of(samples, begin, end):.0f} | {uploads:.1f} |")
    memory = [memory_of(samples, m * 60, (m + 1) * 60) for m in range(minutes)]
    verdict, flat = judged(memory)
    bounded = max(s.uploads for s in samples) * 2**20 <= MOST_KEPT
    print(f"\nmemory {verdict}")
    for error in met.errors[:5]:
        print(f"- {error}")
    answered = sum(len(times) for name, times in met.seconds.items() if name != "poll")
    print(f"\nanswered: {answered / asked.minutes / 60:.1f}/s, polls apart")
    load = os.getloadavg()[1]
    print(f"\nerrors: {len(met.errors)}")
    print(f"\n{made_on(['gradio'])}\n- load of the machine over five minutes: {load:.1f}")
    kept = {
        "no error but busy": not met.errors,
        "memory flat": flat,
        f"uploads within {MOST_KEPT >> 30} GiB": bounded,
    }
    print("\n" + "; ".join(f"{what}: {'kept' if ok else 'NOT KEPT'}" for what, ok in kept.items()))
    return all(kept.values())


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, required=True, help="A trained zoo.")
    parser.add_argument("--pages", type=int, default=1)
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--pause", type=float, default=5.0, help="Seconds between two questions.")
    parser.add_argument("--plugins", type=Path, action="append", default=[])
    return parser.parse_args()


def main() -> None:
    asked = parse()
    with (
        tempfile.TemporaryDirectory() as scratch,
        open_pages(asked, Path(scratch)) as (address, ids),
    ):
        met, samples = asyncio.run(hold(address, ids, Path(scratch), asked))
    sys.exit(0 if report(met, samples, asked) else 1)


if __name__ == "__main__":
    main()
