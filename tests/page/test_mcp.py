"""The endpoints as tools for assistants."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.page.conftest import serve
from tests.typed import told

TOOLS = {"models", "leaderboard", "recommend", "tag"}


def test_without_the_package_one_line_names_the_extra(
    zoo_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zoo.page.serving.options.find_spec", lambda name: None)
    line = told("serve", "--runs", zoo_folder, "--mcp")
    assert line == (
        "error: --mcp needs the package mcp; install it with: pip install 'fashion-model-zoo[mcp]'"
    )


async def tools(address: str) -> Any:
    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async with (
        streamablehttp_client(f"{address}/gradio_api/mcp/") as (read, write, _),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        models = await session.call_tool("models", {})
        return (await session.list_tools()).tools, models


@pytest.mark.skipif(find_spec("mcp") is None, reason="the extra mcp is not installed")
@pytest.mark.filterwarnings("default")
def test_the_four_endpoints_are_the_tools(page_folder: Path, plugins: Path) -> None:
    process, address = serve(
        page_folder.parent, "--runs", str(page_folder), "--plugins", str(plugins), "--mcp"
    )
    try:
        found, models = asyncio.run(tools(address))
    finally:
        process.terminate()
        process.wait(timeout=20)
    assert {tool.name for tool in found} == TOOLS
    (recommend,) = (tool for tool in found if tool.name == "recommend")
    assert "look like one picture" in recommend.description
    assert "similarity of looks" in recommend.inputSchema["properties"]["alpha"]["description"]
    assert "tiny_a" in models.content[0].text
    assert f"mcp: {address}/gradio_api/mcp/" in (page_folder.parent / "serve.log").read_text()
