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
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from machine import made_on
from sticky_proxy import StickyProxy

from zoo.catalog import load_catalog
from zoo.page.serving.uploads_folder import MOST_KEPT

API = "/gradio_api"
POLL = 2.0  # seconds, as the page does
OPENING = 240.0  # seconds for the page to open
PATIENCE = 120.0  # seconds for one answer
WARM = 2  # minutes in which networks, indexes and threads are opened
GROWTH = 0.02  # of the memory, a minute, that is still flat
TREND = 0.005  # the same, if it is so in every minute
IDLE = 2.0  # seconds that a connection is used again; the server closes it after five
SERVE = Path(__file__).parent.parent / "serve.py"


class BusyError(Exception):
    """The page said that it is busy."""


@dataclass
class Met:
    """What all visitors met."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    busy: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Sample:
    """The server at one moment."""

    at: float  # seconds since the start
    memory: float  # MiB, mapped files in it, all pages together
    uploads: float  # MiB in its temporary folder


class Wiring:
    """Which of gradio's functions the buttons of the page call, read from its configuration."""

    def __init__(self, config: dict[str, Any], info: dict[str, Any], backbones: list[str]) -> None:
        self._parts = {part["id"]: part["props"] for part in config["components"]}
        self._calls = config["dependencies"]
        self._backbones, self.info = backbones, info
        self.random = self._of("random", "click")
        self.compare, self.fill = self._answering(), self._filling()
        self.polls = [c["id"] for c in self._calls if any(e == "tick" for _, e in c["targets"])]

    def _id(self, name: str) -> int:
        return next(k for k, props in self._parts.items() if props.get("elem_id") == name)

    def _of(self, name: str, event: str) -> int:
        part = self._id(name)
        return int(next(c["id"] for c in self._calls if [part, event] in map(list, c["targets"])))

    def _answering(self) -> int:
        answer, chosen = self._id("answer"), self._id("backbones")
        return int(
            next(c["id"] for c in self._calls if answer in c["outputs"] and chosen in c["inputs"])
        )

    def _filling(self) -> int:
        """What gives the backbones their choices when a page opens; each session has its own."""
        chosen = self._id("backbones")
        return int(next(c["id"] for c in self._calls if chosen in c["outputs"] and not c["inputs"]))

    def inputs(self, call: int) -> list[Any]:
        """What the page would send: the value that each component begins with."""
        (found,) = (c for c in self._calls if c["id"] == call)
        chosen = self._id("backbones")
        return [
            self._backbones if part == chosen else self._parts[part].get("value")
            for part in found["inputs"]
        ]

    def arguments(self, endpoint: str, **given: Any) -> list[Any]:
        """The arguments of a named endpoint: those given, else its defaults."""
        parameters = self.info["named_endpoints"][endpoint]["parameters"]
        return [given.get(p["parameter_name"], p.get("parameter_default")) for p in parameters]


@dataclass(frozen=True)
class Visitor:
    """One browser."""

    http: httpx.AsyncClient
    wiring: Wiring
    pictures: list[Path]
    session: str

    async def opening(self) -> None:
        """The page itself, and what fills it."""
        _checked(await self.http.get("/"))
        await self._through_queue(self.wiring.fill)

    async def random_query(self) -> None:
        """The button, then the comparison that follows it."""
        await self._through_queue(self.wiring.random)
        await self._through_queue(self.wiring.compare)

    async def upload(self) -> None:
        """A picture sent and asked about."""
        picture = random.choice(self.pictures)
        data = await asyncio.to_thread(picture.read_bytes)
        files = {"files": (picture.name, data, "image/jpeg")}
        (path,) = _checked(await self.http.post(f"{API}/upload", files=files)).json()
        picture_sent = {"path": path, "meta": {"_type": "gradio.FileData"}}
        await self._endpoint("recommend", pictures=[picture_sent])

    async def leaderboard(self) -> None:
        """The scores."""
        await self._endpoint("leaderboard")

    async def poll(self) -> None:
        """What the page asks by itself."""
        for call in self.wiring.polls:
            body = {"fn_index": call, "data": [], "session_hash": self.session}
            _checked(await self.http.post(f"{API}/run/predict", json=body))

    async def _through_queue(self, call: int) -> None:
        body = {"fn_index": call, "data": self.wiring.inputs(call), "session_hash": self.session}
        event = _checked(await self.http.post(f"{API}/queue/join", json=body)).json()["event_id"]
        where, answered = {"session_hash": self.session}, False
        # Read to its end: one that is left early takes the next question of the session with it.
        async with self.http.stream("GET", f"{API}/queue/data", params=where) as answer:
            async for line in answer.aiter_lines():
                message = json.loads(line[5:]) if line.startswith("data:") else {}
                if message.get("msg") != "process_completed" or message["event_id"] != event:
                    continue
                if not message["success"]:
                    raise RuntimeError(f"not answered: {message['output']}")
                answered = True
        if not answered:
            raise RuntimeError("the answer broke off")

    async def _endpoint(self, name: str, **given: Any) -> None:
        asked = {"data": self.wiring.arguments(f"/{name}", **given)}
        event = _checked(await self.http.post(f"{API}/call/{name}", json=asked)).json()["event_id"]
        async with self.http.stream("GET", f"{API}/call/{name}/{event}") as answer:
            async for line in answer.aiter_lines():
                if line == "event: complete":
                    return
                if line == "event: error":
                    raise RuntimeError(f"/{name} answered with an error")
        raise RuntimeError(f"/{name}: the answer broke off")


def _checked(answer: httpx.Response) -> httpx.Response:
    if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE and "busy" in answer.text:
        raise BusyError
    answer.raise_for_status()
    return answer


async def visit(visitor: Visitor, asked: argparse.Namespace, until: float, met: Met) -> None:
    """Ask until the time is up."""
    doings = (visitor.random_query, visitor.upload, visitor.leaderboard)
    _checked(await visitor.http.get("/healthz"))  # the proxy's cookie, before two questions at once
    polling = asyncio.create_task(_polling(visitor, until, met))
    await asyncio.sleep(random.uniform(0, asked.pause))
    while not await _timed(visitor.opening, met) and time.monotonic() < until:
        await asyncio.sleep(asked.pause)  # told that the page is busy: tried again
    while time.monotonic() < until:
        await _timed(random.choice(doings), met)
        await asyncio.sleep(random.uniform(asked.pause / 2, asked.pause * 1.5))
    await polling


async def _polling(visitor: Visitor, until: float, met: Met) -> None:
    while time.monotonic() < until:
        await _timed(visitor.poll, met)
        await asyncio.sleep(POLL)


async def _timed(do: Callable[[], Awaitable[None]], met: Met) -> bool:
    """Do it and note what it met; whether it was answered."""
    name, begun = getattr(do, "__name__", "?"), time.perf_counter()
    try:
        await do()
    except BusyError:
        met.busy[name] += 1
    except Exception as error:  # whatever it is, it is what is counted
        met.errors.append(f"{name}: {type(error).__name__}: {error}")
    else:
        met.seconds[name].append(time.perf_counter() - begun)
        return True
    return False


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

        http = await browser()
        config = _checked(await http.get("/config")).json()
        info = _checked(await http.get(f"{API}/info")).json()
        wiring = Wiring(config, info, (await http.get("/healthz")).json()["backbones"])
        until = time.monotonic() + asked.minutes * 60
        visitors = [
            Visitor(await browser(), wiring, pictures, uuid.uuid4().hex[:12])
            for _ in range(asked.visitors)
        ]
        visits = asyncio.gather(*(visit(v, asked, until, met) for v in visitors))
        samples = await watch(processes, folder, until)
        await asyncio.wait_for(visits, PATIENCE * 2)
    return met, samples


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
