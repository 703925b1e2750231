"""What a visitor of the benchmark asks of the page is what the page answers."""

from __future__ import annotations

import asyncio
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
            own = visitor.Visitor(http, await visitor.wiring_of(http), pictures, "a-visitor")
            for do in (own.opening, own.random_query, own.upload, own.leaderboard, own.poll):
                await do()

    asyncio.run(visit())
