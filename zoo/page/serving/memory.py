"""What keeps the memory of a page flat, however long it is asked."""

from __future__ import annotations

import ctypes
import sys

from starlette.types import ASGIApp, Receive, Scope, Send

CALL = "/gradio_api/call/"
MOST_SESSIONS = 256  # kept: each has the page's configuration, and what it was last shown
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
