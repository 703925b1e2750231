"""What a page keeps of those who asked it."""

from __future__ import annotations

import datetime
import math
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import pytest

from tests.conftest import PLUGINS, ROOT
from tests.ports import free_port
from zoo.page import launch
from zoo.page.launch import Served, start
from zoo.page.serving.options import ServeOptions
from zoo.page.serving.uploads_folder import UploadsFolder
from zoo.page.state import PageState

MOST = 3
ALLOCATING = """
import ctypes, re, tempfile, threading
from zoo.page.serving.memory import few_arenas
few_arenas()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
together = threading.Barrier(16)
def allocate():
    together.wait()
    for size in range(1000):
        libc.malloc(ctypes.c_size_t(100 + size))
threads = [threading.Thread(target=allocate) for _ in range(16)]
[t.start() for t in threads]
[t.join() for t in threads]
with tempfile.TemporaryFile() as file:
    stream = libc.fdopen(file.fileno(), b"w")
    libc.malloc_info(0, ctypes.c_void_p(stream))
    libc.fflush(ctypes.c_void_p(stream))
    file.seek(0)
    print(len(re.findall(rb"<heap nr", file.read())))
"""


@pytest.fixture
def served(page_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A page that keeps few sessions."""
    monkeypatch.setattr(launch, "MOST_SESSIONS", MOST)
    monkeypatch.setenv("GRADIO_TEMP_DIR", "")
    asked, uploads = ServeOptions(page_folder, port=free_port()), UploadsFolder()
    served = start(PageState(page_folder, [PLUGINS], None), asked, None, uploads)
    yield served
    served.app.get_blocks().close(verbose=False)  # type: ignore[attr-defined]
    uploads.remove()


def test_questions_of_programs_are_forgotten_and_visitors_are_few(served: Served) -> None:
    blocks: Any = served.app.get_blocks()  # type: ignore[attr-defined]
    sessions, queue = blocks.state_holder.session_data, blocks._queue
    api = f"{served.address.rstrip('/')}/gradio_api"
    poll = next(n for n, fn in blocks.fns.items() if any(e == "tick" for _, e in fn.targets))
    with httpx.Client(timeout=30) as http:

        def look(visitor: str) -> None:
            body = {"fn_index": poll, "data": [], "session_hash": visitor}
            http.post(f"{api}/run/predict", json=body).raise_for_status()

        look("a visitor")
        for _ in range(MOST + 2):
            event = http.post(f"{api}/call/models", json={"data": []}).json()["event_id"]
            assert "event: complete" in http.get(f"{api}/call/models/{event}").text
        ends = time.monotonic() + 20  # the last question is forgotten after its answer
        while len(sessions) > 1 and time.monotonic() < ends:
            time.sleep(0.05)
        assert list(sessions) == list(blocks.state_holder.time_last_used) == ["a visitor"]
        assert not queue.pending_messages_per_session
        assert not queue.pending_event_ids_session
        for number in range(MOST + 2):
            look(f"another {number}")
            look("a visitor")  # who is still there
    assert len(sessions) == MOST
    assert "a visitor" in sessions


class Visitor:
    """A browser, and what the page holds of it."""

    def __init__(self, served: Served) -> None:
        self._blocks: Any = served.app.get_blocks()  # type: ignore[attr-defined]
        self._api = f"{served.address.rstrip('/')}/gradio_api"
        self._held = self._blocks.state_holder["visitor"]

    def ask(self) -> None:
        """A question, and the stream that its answer comes by."""
        number = next(n for n, fn in self._blocks.fns.items() if fn.api_name == "models")
        asked = {"fn_index": number, "data": [], "session_hash": "visitor"}
        httpx.post(f"{self._api}/queue/join", json=asked, timeout=30).raise_for_status()
        stream = f"{self._api}/queue/data?session_hash=visitor"
        assert "process_completed" in httpx.get(stream, timeout=30).text

    def choose(self, chosen: str, hours_ago: float) -> None:
        """Something that is held, and since when."""
        number = next(n for n, b in self._blocks.blocks.items() if type(b) is gr.State)
        self._held[number] = chosen
        since = datetime.datetime.now() - datetime.timedelta(hours=hours_ago)
        self._held._state_ttl[number] = (math.inf, since)

    def lose_connection(self) -> None:
        """Break off the heartbeat, which no browser takes up again."""
        with httpx.stream("GET", f"{self._api}/heartbeat/visitor", timeout=30) as beats:
            next(beats.iter_bytes())
        ends = time.monotonic() + 10
        while not self._held.is_closed and time.monotonic() < ends:
            time.sleep(0.05)
        assert self._held.is_closed

    def left(self) -> list[Any]:
        """What is still held."""
        self._blocks.state_holder.delete_all_expired_state()
        return list(self._held.state_data.values())


@pytest.fixture
def visitor(served: Served) -> Visitor:
    """One who has asked before."""
    visitor = Visitor(served)
    visitor.ask()
    return visitor


def test_who_asks_after_a_lost_connection_is_there(visitor: Visitor) -> None:
    visitor.lose_connection()
    visitor.ask()
    visitor.choose("mine", hours_ago=48)
    assert visitor.left() == ["mine"]


def test_a_lost_connection_forgets_nothing_at_once(visitor: Visitor) -> None:
    visitor.choose("mine", hours_ago=2)
    visitor.lose_connection()
    assert visitor.left() == ["mine"]
    visitor.choose("mine", hours_ago=25)
    assert visitor.left() == []


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_threads_share_few_heaps() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALLOCATING], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) <= 2
