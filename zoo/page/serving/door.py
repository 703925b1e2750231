"""What is refused at the door, before gradio sees it; each refusal is one line of JSON."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from zoo.page.language import _, marked
from zoo.page.serving.login import Attempts

API = "/gradio_api"
FILE = f"{API}/file="
LOGIN = "/login"
UPLOAD = f"{API}/upload"
MOST_UPLOADED = 200 * 1024 * 1024  # bytes a request: 32 pictures of a phone
MOST_ASKED = 1024 * 1024  # bytes of any other request
BUSY = marked("the page is busy: too many requests are waiting; try again in a few seconds")
BUSY_FOR = 5  # seconds
# What gradio has and this page never uses: it fetches or keeps what visitors name.
UNUSED = tuple(
    API + rest
    for rest in (
        "/proxy=", "/deep_link", "/vibe", "/undo-vibe", "/process_recording", "/run-history",
        "/runs", "/profiling", "/dev/", "/file/", "/custom_component",
    )
) + ("/monitoring",)  # fmt: skip


@dataclass(frozen=True)
class Rules:
    """Whose files are served, and how strict the door is."""

    folders: tuple[Path, ...]  # thumbnails, and what visitors uploaded
    room: Callable[[], bool]  # whether there is room for uploads
    attempts: Attempts = field(default_factory=Attempts)
    hosts: Sequence[str] | None = None  # names this page is known by; None: any
    same_origin: bool = False  # whether pages of other origins are refused


@dataclass(frozen=True)
class Refusal:
    """Why a request is refused."""

    status: int
    reason: str
    retry_after: float = 0.0

    def response(self) -> JSONResponse:
        """As an answer."""
        wait = {"Retry-After": str(math.ceil(self.retry_after))} if self.retry_after else {}
        return JSONResponse({"detail": self.reason}, self.status, headers=wait)


class Door:
    """Refuses, bounds and lets in."""

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self._app, self._rules = app, rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the refusals; the rest is gradio's."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope) or await self._no_room(scope)
        if refusal is not None:
            await refusal.response()(scope, receive, send)
            return
        path = scope["path"]
        send = self._counting(_address(scope), send) if _is_login(scope) else send
        send = _saying_busy(scope, receive, send) if scope["method"] == "POST" else send
        await self._app(scope, _bounded(receive, _most(path)), send)

    def _refusal(self, scope: Scope) -> Refusal | None:
        path, headers = scope["path"], Headers(scope=scope)
        if path.startswith(UNUSED):
            return Refusal(404, "this page has no such address")
        if path.startswith(FILE) and not self._is_served(path.removeprefix(FILE)):
            return Refusal(403, "only the page's own thumbnails are served")
        if self._is_foreign(headers):
            return Refusal(403, "this page is used from its own address only")
        return self._refused_post(scope, headers) if scope["method"] == "POST" else None

    def _refused_post(self, scope: Scope, headers: Headers) -> Refusal | None:
        path = scope["path"]
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > _most(path):
            large = _("the request is over the limit of {most} bytes")
            return Refusal(413, large.format(most=_most(path)))
        if _is_login(scope):
            wait = self._rules.attempts.wait(_address(scope))
            if wait:
                return Refusal(
                    429, _("too many tries; again in {s} s").format(s=f"{wait:.0f}"), wait
                )
        return None

    async def _no_room(self, scope: Scope) -> Refusal | None:
        """Why nothing can be uploaded; a folder is counted beside all else that goes on."""
        if scope["method"] != "POST" or not scope["path"].startswith(UPLOAD):
            return None
        if await run_in_threadpool(self._rules.room):
            return None
        return Refusal(507, _("there is no room for uploads now; try again later"))

    def _is_served(self, name: str) -> bool:
        path = Path(name)
        if "\0" in name or not path.is_absolute():  # addresses of the web are not absolute paths
            return False
        whole = path.resolve()
        return any(whole.is_relative_to(folder) for folder in self._rules.folders)

    def _is_foreign(self, headers: Headers) -> bool:
        host, origin = headers.get("host", ""), headers.get("origin")
        hosts = self._rules.hosts
        if hosts is not None and host.rsplit(":", 1)[0] not in hosts:
            return True
        if not self._rules.same_origin or origin is None:
            return False
        return origin.partition("://")[2] != host

    def _counting(self, address: str, send: Send) -> Send:
        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                self._rules.attempts.succeeded(address)
            await send(message)

        return counted


def _is_login(scope: Scope) -> bool:
    return bool(scope["method"] == "POST" and scope["path"].rstrip("/") == LOGIN)


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _most(path: str) -> int:
    return MOST_UPLOADED if path.startswith(UPLOAD) else MOST_ASKED


def _bounded(receive: Receive, most: int) -> Receive:
    """The request, cut off where it is longer than it said and than is allowed."""
    heard = 0

    async def bounded() -> Message:
        nonlocal heard
        message = await receive()
        heard += len(message.get("body", b""))
        return {"type": "http.disconnect"} if heard > most else message

    return bounded


def _saying_busy(scope: Scope, receive: Receive, send: Send) -> Send:
    """In place of gradio's own words for a full queue, ours."""
    full = False

    async def said(message: Message) -> None:
        nonlocal full
        if message["type"] == "http.response.start" and message["status"] == 503:
            full = True
            await Refusal(503, _(BUSY), BUSY_FOR).response()(scope, receive, send)
        if not full:
            await send(message)

    return said
