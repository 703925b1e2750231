"""What keeps the memory of a page flat, however long it is asked."""

from __future__ import annotations

import ctypes
import sys

from starlette.datastructures import QueryParams
from starlette.types import ASGIApp, Receive, Scope, Send

CALL = "/gradio_api/call/"
ANSWERS = "/gradio_api/queue/data"
MOST_SESSIONS = 256  # kept: each has the page's configuration, and what it was last shown
AWAY = 86400  # seconds, as uploads: what is held of who has gone
ARENA_MAX = -8  # glibc's M_ARENA_MAX
ARENAS = 2  # memory that one thread gave back and only it would use again is lost to the others


def few_arenas() -> None:
    """Have all threads share few heaps, where the C library is one that has several."""
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if mallopt is not None:
            mallopt(ARENA_MAX, ARENAS)


class ForgetCalls:
    """Forgets what gradio keeps of a program's question once its answer has been read.

    A question by plain HTTP is a session of its own to gradio: a copy of the page's whole
    configuration, kept for a visitor who never comes again.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, then forget."""
        try:
            await self._app(scope, receive, send)
        finally:
            if scope["type"] == "http" and scope["method"] == "GET":
                _forget(scope)


def _forget(scope: Scope) -> None:
    if not scope["path"].startswith(CALL):
        return
    _, _, event = scope["path"].removeprefix(CALL).rpartition("/")
    blocks = scope["app"].get_blocks()
    blocks.state_holder.session_data.pop(event, None)
    blocks.state_holder.time_last_used.pop(event, None)
    blocks._queue.pending_messages_per_session.pop(event, None)
    blocks._queue.pending_event_ids_session.pop(event, None)


class KeepVisitors:
    """Keeps what is held of visitors who are still there.

    To gradio who lost one connection has gone for good, as browsers do not take it up again, and
    at once all is forgotten that was set more than an hour before.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; who asks is there."""
        if scope["type"] == "http" and scope["path"] == ANSWERS:
            _keep(scope)
        await self._app(scope, receive, send)


def _keep(scope: Scope) -> None:
    visitor = QueryParams(scope["query_string"]).get("session_hash")
    session = scope["app"].get_blocks().state_holder.session_data.get(visitor)
    if session is not None:
        session.is_closed = False
        session.STATE_TTL_WHEN_CLOSED = AWAY
