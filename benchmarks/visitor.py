"""One visitor of the page, a browser's worth of plain HTTP; see visitors.py."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

API = "/gradio_api"
POLL = 2.0  # seconds, as the page does


class BusyError(Exception):
    """The page said that it is busy."""


@dataclass
class Met:
    """What all visitors met."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    busy: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    errors: list[str] = field(default_factory=list)


class Wiring:
    """Which of gradio's functions the buttons of the page call, read from its configuration."""

    def __init__(self, config: dict[str, Any], info: dict[str, Any], backbones: list[str]) -> None:
        self._parts = {part["id"]: part["props"] for part in config["components"]}
        # Those that nobody sees are when a question is asked, for which the page has a script.
        self._moments = {
            part["id"]
            for part in config["components"]
            if part["type"] == "number" and not part["props"].get("visible", True)
        }
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
        return int(
            next(c["id"] for c in self._calls if chosen in c["outputs"] and chosen in c["inputs"])
        )

    def inputs(self, call: int) -> list[Any]:
        """What the page would send: the value that each component begins with."""
        (found,) = (c for c in self._calls if c["id"] == call)
        return [self._value(part, call) for part in found["inputs"]]

    def _value(self, part: int, call: int) -> Any:
        if part == self._id("backbones") and call != self.fill:
            return self._backbones
        return time.monotonic() if part in self._moments else self._parts[part].get("value")

    def arguments(self, endpoint: str, **given: Any) -> list[Any]:
        """The arguments of a named endpoint: those given, else its defaults."""
        parameters = self.info["named_endpoints"][endpoint]["parameters"]
        return [given.get(p["parameter_name"], p.get("parameter_default")) for p in parameters]


async def wiring_of(http: httpx.AsyncClient) -> Wiring:
    """That of the page at the client's address."""
    config = checked(await http.get("/config")).json()
    info = checked(await http.get(f"{API}/info")).json()
    return Wiring(config, info, checked(await http.get("/healthz")).json()["backbones"])


@dataclass(frozen=True)
class Visitor:
    """One browser."""

    http: httpx.AsyncClient
    wiring: Wiring
    pictures: list[Path]
    session: str

    async def opening(self) -> None:
        """The page itself, and what fills it."""
        checked(await self.http.get("/"))
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
        (path,) = checked(await self.http.post(f"{API}/upload", files=files)).json()
        picture_sent = {"path": path, "meta": {"_type": "gradio.FileData"}}
        await self._endpoint("recommend", pictures=[picture_sent])

    async def leaderboard(self) -> None:
        """The scores."""
        await self._endpoint("leaderboard")

    async def poll(self) -> None:
        """What the page asks by itself."""
        for call in self.wiring.polls:
            body = {"fn_index": call, "data": [], "session_hash": self.session}
            checked(await self.http.post(f"{API}/run/predict", json=body))

    async def _through_queue(self, call: int) -> None:
        body = {"fn_index": call, "data": self.wiring.inputs(call), "session_hash": self.session}
        event = checked(await self.http.post(f"{API}/queue/join", json=body)).json()["event_id"]
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
        event = checked(await self.http.post(f"{API}/call/{name}", json=asked)).json()["event_id"]
        async with self.http.stream("GET", f"{API}/call/{name}/{event}") as answer:
            async for line in answer.aiter_lines():
                if line == "event: complete":
                    return
                if line == "event: error":
                    raise RuntimeError(f"/{name} answered with an error")
        raise RuntimeError(f"/{name}: the answer broke off")


def checked(answer: httpx.Response) -> httpx.Response:
    """The answer, if it is one; BusyError when the page says that it is busy."""
    if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE and "busy" in answer.text:
        raise BusyError
    answer.raise_for_status()
    return answer


async def visit(visitor: Visitor, asked: argparse.Namespace, until: float, met: Met) -> None:
    """Ask until the time is up."""
    doings = (visitor.random_query, visitor.upload, visitor.leaderboard)
    checked(await visitor.http.get("/healthz"))  # the proxy's cookie, before two questions at once
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
