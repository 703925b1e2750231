"""The snippets of the API tab, each run as somebody who copied it would."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import draw_shape
from tests.page.conftest import open_tab
from zoo.errors import ZooError
from zoo.page.programs.snippets import CURL, ENDPOINTS, LANGUAGES, PICTURE, PYTHON, snippet

if TYPE_CHECKING:
    from playwright.sync_api import Page

SAYS = {
    "recommend": "similarity",
    "tag": "confidence",
    "leaderboard": "attribute_match@5",
    "models": "trained",
}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_snippet_runs_as_it_is(
    address: str, tmp_path: Path, endpoint: str, language: str
) -> None:
    if language == CURL and not (shutil.which("curl") and shutil.which("sh")):
        pytest.skip("no curl on this machine")
    draw_shape("red", "disc", 888).save(tmp_path / PICTURE, "JPEG")
    text = snippet(endpoint, language, address, "tiny_b")
    command = ["sh", "-c", text] if language == CURL else [sys.executable, "-c", text]
    environment = {**os.environ, "no_proxy": "*", "NO_PROXY": "*", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert SAYS[endpoint] in done.stdout, (text, done.stdout, done.stderr)
    if endpoint in ("recommend", "tag"):
        assert "tiny_b" in done.stdout
        assert "tiny_a" not in done.stdout
    if language == CURL:
        (line,) = [line for line in done.stdout.splitlines() if line.startswith("data: ")]
        assert isinstance(json.loads(line[6:])[0], dict)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "http://x/'; rm -rf ~", "", "http://"])
def test_only_an_address_gets_into_a_snippet(address: str) -> None:
    with pytest.raises(ZooError, match="is not the address of a page"):
        snippet("tag", CURL, address, "tiny_a")


def test_what_there_is_no_snippet_for() -> None:
    with pytest.raises(ZooError, match="no snippet for 'remove'"):
        snippet("remove", PYTHON, "http://here", "tiny_a")


def test_the_tab_is_filled_with_the_pages_own_address(page: Page, address: str) -> None:
    open_tab(page, "API")
    code = page.locator("#api-code")
    code.get_by_text(f'Client("{address}"').wait_for()
    assert "tiny_a" in code.inner_text()
    page.locator("#api-language").get_by_text("curl").click()
    code.get_by_text(f"{address}/gradio_api/upload").wait_for()
    page.locator("#api-endpoint").get_by_text("/models").click()
    code.get_by_text(f"{address}/gradio_api/call/models", exact=False).first.wait_for()
    assert "upload" not in code.inner_text()
