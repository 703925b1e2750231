"""What a visitor of the benchmark asks of the page is what the page answers."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT


def test_all_that_a_visitor_does_is_answered(
    address: str, shapes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    visitor = import_module("visitor")
    pictures = sorted(shapes.parent.rglob("*.png"))[:1]

    async def visit() -> None:
        async with httpx.AsyncClient(base_url=address, timeout=60) as http:
            one = visitor.Visitor(http, await visitor.wiring_of(http), pictures, "a-visitor")
            for do in (one.opening, one.random_query, one.upload, one.leaderboard, one.poll):
                await do()

    # A browser of another test has its own loop in this thread.
    with ThreadPoolExecutor(1) as own:
        own.submit(asyncio.run, visit()).result()
