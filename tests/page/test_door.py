"""Who comes in and what is refused: logins, files, bodies, origins."""

from __future__ import annotations

import asyncio
import socket
import threading
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from tests.conftest import PLUGINS
from tests.ports import free_port
from zoo.page import app as page_app
from zoo.page.launch import Served, start
from zoo.page.serving.door import BUSY, MOST_ASKED, Door, Rules
from zoo.page.serving.headers import SafeHeaders, safe_headers
from zoo.page.serving.login import Attempts
from zoo.page.serving.options import ServeOptions
from zoo.page.serving.sharing import share_line
from zoo.page.serving.uploads_folder import UploadsFolder
from zoo.page.state import PageState

OWN = "http://localhost:7860"


@pytest.mark.parametrize(
    ("link", "said", "login", "expected"),
    [
        ("https://a.gradio.live", "", True, "shared: https://a.gradio.live (open to whoever has it "
         "and the password; lasts up to a week"),
        ("https://a.gradio.live", "", False, "without a password"),
        (None, "Could not create share link. Missing file: x", True, "could not be downloaded"),
        (None, "Please check your internet connection", True, "tunnel service is out of reach"),
    ],
)  # fmt: skip
def test_a_share_is_told_in_one_line(
    link: str | None, said: str, login: bool, expected: str
) -> None:
    line = share_line(link, said, login)
    assert expected in line
    assert "\n" not in line


def test_a_space_may_be_framed_by_the_hub_and_no_page_by_others() -> None:
    own, space = safe_headers({}), safe_headers({"SPACE_ID": "me/zoo"})
    assert own["X-Frame-Options"] == "SAMEORIGIN"
    assert own["Content-Security-Policy"].endswith("frame-ancestors 'self'")
    assert "X-Frame-Options" not in space
    assert "https://huggingface.co" in space["Content-Security-Policy"]


def behind_door(**rules: Any) -> TestClient:
    """An application that answers everything, behind a door."""

    async def everything(request: Request) -> JSONResponse | PlainTextResponse:
        if request.url.path == "/gradio_api/queue/join":
            return JSONResponse({"detail": "Queue is full. Max size is 64."}, 503)
        right = b"right" in await request.body()
        return PlainTextResponse("in", 200 if right or request.method == "GET" else 400)

    given = {"folders": (), "room": lambda: True, **rules}
    routes = [Route("/{path:path}", everything, methods=["GET", "POST"])]
    doors = [
        Middleware(SafeHeaders, headers=safe_headers({})),
        Middleware(Door, rules=Rules(**given)),
    ]
    return TestClient(Starlette(routes=routes, middleware=doors), base_url=OWN)


def test_logins_are_refused_after_a_few_wrong_ones() -> None:
    visitor = behind_door(attempts=Attempts(most=2))
    assert visitor.post("/login", content=b"right").status_code == 200
    assert [visitor.post("/login", content=b"wrong").status_code for _ in range(2)] == [400, 400]
    # A header that anybody can write makes nobody another.
    refused = visitor.post("/login/", content=b"right", headers={"X-Forwarded-For": "1.2.3.4"})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "too many tries" in refused.json()["detail"]


def test_bodies_are_bounded_whatever_they_say() -> None:
    visitor = behind_door()
    big = b"right" + bytes(MOST_ASKED)
    assert visitor.post("/gradio_api/call/x", content=big).status_code == 413
    assert visitor.post("/gradio_api/upload", content=big).status_code == 200
    assert behind_door(room=lambda: False).post("/gradio_api/upload").status_code == 507


def test_uploads_are_counted_beside_what_else_goes_on() -> None:
    counting: list[int] = []

    def room() -> bool:
        counting.append(threading.get_ident())
        return True

    async def answers() -> int:
        """The thread that answers, once an upload has been let in."""
        transport = httpx.ASGITransport(behind_door(room=room).app)
        async with httpx.AsyncClient(transport=transport, base_url=OWN) as visitor:
            await visitor.post("/gradio_api/upload", content=b"right")
        return threading.get_ident()

    with ThreadPoolExecutor(1) as own:  # a browser of other tests has this thread's loop
        answering = own.submit(asyncio.run, answers()).result()
    assert answering not in counting
    assert len(counting) == 1


def test_busy_is_said_in_words() -> None:
    answer = behind_door().post("/gradio_api/queue/join", json={})
    assert answer.status_code == 503
    assert answer.json() == {"detail": BUSY}
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_with_power_is_used_from_its_own_address() -> None:
    visitor = behind_door(same_origin=True, hosts=("localhost", "127.0.0.1"))
    own = {"Origin": OWN}
    assert visitor.post("/gradio_api/x", content=b"right", headers=own).status_code == 200
    for foreign in ("https://example.org", "null", "http://localhost:1"):
        refused = visitor.post("/gradio_api/x", headers={"Origin": foreign})
        assert refused.status_code == 403
    assert visitor.get("/", headers={"Host": "example.org:7860"}).status_code == 403


def raw(address: str, path: str) -> int:
    """The status of a path that is sent as it stands; clients would tidy it."""
    host, port = urllib.parse.urlsplit(address).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        return int(line.makefile("rb").readline().split()[1])


def test_nothing_outside_the_thumbnails_is_served(
    address: str, page_folder: Path, shapes: Path
) -> None:
    thumbnails = page_folder / "thumbnails"
    (thumbnails / "seen.webp").write_bytes(b"a thumbnail")
    picture = next((shapes.parent / "images").glob("*.png"))
    assert raw(address, f"/gradio_api/file={thumbnails / 'seen.webp'}") == 200
    for path in (
        f"file={picture}",
        f"file={page_folder / 'tiny_a' / 'run.json'}",
        f"file={page_folder / 'catalog.json'}",
        "file=/etc/passwd",
        f"file={thumbnails}/../catalog.json",
        f"file={thumbnails}/%2e%2e/catalog.json",
        f"file={thumbnails}/%252e%252e/catalog.json",
        f"file={thumbnails}/..%2f..%2fetc/passwd",
        "file=serve.py",
        "file=http://127.0.0.1:1/",
        "file=//etc/passwd",
        "proxy=https://example.org/",
        "file/etc/passwd",
        "deep_link?session_hash=a",
    ):
        assert raw(address, f"/gradio_api/{path}") in (403, 404), path
    for path in ("/static/../../../../etc/passwd", "/assets/%2e%2e/%2e%2e/routes.py"):
        assert raw(address, path) in (403, 404), path


def ask(address: str, endpoint: str, data: list[Any]) -> str:
    """What an endpoint answers to plain HTTP: its events as text."""
    call = f"{address}/gradio_api/call/{endpoint}"
    event = httpx.post(call, json={"data": data}, timeout=30).json()["event_id"]
    return httpx.get(f"{call}/{event}", timeout=60).text


@pytest.mark.parametrize("endpoint", ["recommend", "tag"])
def test_no_endpoint_takes_a_path(address: str, shapes: Path, endpoint: str) -> None:
    picture = str(next((shapes.parent / "images").glob("*.png")))
    for path in (picture, "/etc/passwd", "../serve.log"):
        for file in ({"path": path, "meta": {"_type": "gradio.FileData"}}, path):
            rest = [[], 5, 1, {}, False, False, 0, False] if endpoint == "recommend" else [""]
            said = ask(address, endpoint, [[file], *rest])
            assert "event: error" in said, (file, said)
            assert "item_id" not in said


def test_the_page_is_packed_for_who_unpacks_it(address: str) -> None:
    plain = httpx.get(f"{address}/config", headers={"Accept-Encoding": "identity"})
    packed = httpx.get(f"{address}/config", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 5
    assert packed.json()["components"] == plain.json()["components"]


def test_headers(address: str) -> None:
    headers = httpx.get(address).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]


@pytest.fixture
def full(page_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A page whose queue holds nothing, behind a login."""
    monkeypatch.setattr(page_app, "MOST_WAITING", 0)
    monkeypatch.setenv("GRADIO_TEMP_DIR", "")
    asked = ServeOptions(page_folder, port=free_port(), auth="me:secret")
    uploads = UploadsFolder()
    served = start(PageState(page_folder, [PLUGINS], None), asked, asked.login(), uploads)
    yield served
    served.app.get_blocks().close(verbose=False)  # type: ignore[attr-defined]
    uploads.remove()


def test_a_real_page_keeps_its_door(full: Served) -> None:
    with httpx.Client(base_url=full.address, timeout=20) as visitor:
        asked = {"data": []}
        assert visitor.post("/gradio_api/call/leaderboard", json=asked).status_code == 401
        login = {"username": "me", "password": "secret"}
        assert visitor.post("/login", data=login).status_code == 200
        busy = visitor.post("/gradio_api/call/leaderboard", json=asked)
        assert (busy.status_code, busy.json()["detail"]) == (503, BUSY)
        wrong = [visitor.post("/login", data={**login, "password": "x"}) for _ in range(11)]
        assert [answer.status_code for answer in wrong] == [400] * 10 + [429]
    blocks = full.app.get_blocks()  # type: ignore[attr-defined]
    assert blocks.delete_cache == (3600, 86400)
    assert not blocks.analytics_enabled
