"""A proxy in front of several pages, as small as can be: a cookie keeps each visitor with one page.

For tests and benchmarks, on this machine; what deploy/ has for servers does the same and more.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import threading
from collections.abc import Coroutine, Sequence
from contextlib import closing, suppress
from typing import Any

COOKIE = b"page"
BLOCK = 1 << 16
CLOSING = 0.1  # seconds in which connections that were closed go
HEAD_ENDS = b"\r\n\r\n"


class StickyProxy:
    """Listens on a free port of 127.0.0.1 from when it is made until `stop`."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = list(ports)
        self._turns = itertools.count()
        self._under_way: set[asyncio.Task[Any] | None] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        started = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop
        )
        self._server = started.result()
        self.address = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def stop(self) -> None:
        """Listen no more, and end what is under way."""
        asyncio.run_coroutine_threadsafe(self._stopped(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _stopped(self) -> None:
        self._server.close()
        # Connections that were accepted just before become tasks only now, and so on.
        while tasks := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.sleep(CLOSING)

    async def _serve(self, visitor: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        """One request and its answer; then both connections are closed."""
        task = asyncio.current_task()
        self._under_way.add(task)  # the loop itself would let it be collected
        # Either of the two may go away, which the other sees by the end of its own connection.
        try:
            with closing(answer), suppress(OSError, asyncio.IncompleteReadError):
                head = await visitor.readuntil(HEAD_ENDS)
                page, reader, writer = await self._connected(_page_of(head))
                with closing(writer):
                    writer.write(_closing(head))
                    asking = _copied(visitor, writer)
                    await _first_of(asking, _answered(page, reader, answer))
        finally:
            self._under_way.discard(task)

    async def _connected(
        self, page: int | None
    ) -> tuple[int, asyncio.StreamReader, asyncio.StreamWriter]:
        """The visitor's page, the next one for who has none, another where that is down."""
        first = next(self._turns) if page is None else page
        for turn in range(len(self._ports)):
            page = (first + turn) % len(self._ports)
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._ports[page])
            except OSError:
                continue
            return page, reader, writer
        raise OSError("no page answers")


def _page_of(head: bytes) -> int | None:
    """The number of the page that a request's cookie names."""
    found = re.search(rb"\r\ncookie:[^\r]*\b" + COOKIE + rb"=(\d+)", head, re.IGNORECASE)
    return int(found[1]) if found else None


def _closing(head: bytes) -> bytes:
    """The head of a request that asks for the connection to be closed after its answer."""
    kept = re.sub(rb"\r\n(connection|keep-alive):[^\r]*", b"", head, flags=re.IGNORECASE)
    return kept[: -len(HEAD_ENDS)] + b"\r\nConnection: close" + HEAD_ENDS


async def _first_of(*both: Coroutine[Any, Any, None]) -> None:
    """Wait until one of them is done, and end the other."""
    tasks = [asyncio.ensure_future(one) for one in both]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _answered(page: int, reader: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
    """The page's answer, with the cookie, to the visitor."""
    said = await reader.readuntil(HEAD_ENDS)
    cookie = b"Set-Cookie: %s=%d; Path=/; HttpOnly; SameSite=Lax\r\n" % (COOKIE, page)
    first, _, rest = said.partition(b"\r\n")
    answer.write(first + b"\r\n" + cookie + rest)
    await _copied(reader, answer)


async def _copied(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while block := await source.read(BLOCK):
        sink.write(block)
        await sink.drain()
