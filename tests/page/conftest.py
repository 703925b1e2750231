"""A page over the tiny zoo, with one broken plugin, on a free port; a browser to look at it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import httpx
import pytest

from tests.conftest import PLUGINS, ROOT
from tests.page.versions import Shelf, next_version
from tests.ports import free_port
from zoo.compare import open_zoo

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, BrowserType, Page

PATIENCE = 180  # seconds; two pages may start at once on a busy machine
CLICK_PATIENCE = 30_000  # milliseconds
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
# WebGL without a graphics card, where a test looks at maps; a page opens more slowly with it.
WEBGL = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")
QUIET = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file and folder with its size and time of change."""
    found = [folder, *folder.rglob("*")]
    return {str(p): (p.stat().st_size, p.stat().st_mtime_ns) for p in found}


def serve(folder: Path, *arguments: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start serve.py and wait until it answers."""
    port = free_port()
    log = folder / "serve.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "serve.py"), "--port", str(port), *arguments],
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"},
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and process.poll() is None:
        with suppress(httpx.TransportError):
            if httpx.get(f"{address}/healthz", timeout=2).is_success:
                return process, address
        time.sleep(0.3)
    process.kill()
    raise AssertionError(log.read_text())


@pytest.fixture(scope="session")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny plugins and a broken one."""
    folder = tmp_path_factory.mktemp("plugins") / "more"
    shutil.copytree(PLUGINS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "broken.py").write_text("import nothing_of_this_name")
    return folder


@pytest.fixture(scope="session")
def page_folder(zoo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(zoo_folder, tmp_path_factory.mktemp("page") / "zoo"))


@pytest.fixture(scope="session")
def address(page_folder: Path, plugins: Path) -> Iterator[str]:
    process, address = serve(
        page_folder.parent, "--runs", str(page_folder), "--plugins", str(plugins)
    )
    yield address
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture(scope="session")
def chromium() -> Iterator[BrowserType]:
    """What starts headless Chromium; the test is skipped where there is none."""
    driver = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with driver.sync_playwright() as started:
        yield started.chromium


@pytest.fixture(scope="session")
def browser(chromium: BrowserType) -> Iterator[Browser]:
    """Without WebGL, but quick."""
    started = chromium.launch(executable_path=CHROMIUM, args=[*QUIET, "--disable-gpu"])
    yield started
    started.close()


@cache
def shared_context(browser: Browser) -> BrowserContext:
    """Pages of one context have one cache: gradio's scripts are fetched and compiled once."""
    return browser.new_context()


def opened(browser: Browser, address: str, width: int, height: int) -> Page:
    """A page on which the first query has been answered; nothing is kept of earlier ones."""
    page = shared_context(browser).new_page()
    page.set_viewport_size({"width": width, "height": height})
    page.set_default_timeout(CLICK_PATIENCE)
    page.goto(urljoin(address, "/healthz"))
    page.evaluate("localStorage.clear()")
    page.goto(address)
    page.wait_for_selector("#picks button")
    page.wait_for_selector("#backbones input:checked")
    page.wait_for_selector(".backbone .tile")  # a first query is drawn for the visitor
    return page


def open_tab(page: Page, name: str) -> None:
    """Go to a tab as a person does; on a narrow page the last ones are in a menu."""
    tab = page.get_by_role("tab", name=name, exact=True)
    page.get_by_role("tab").first.wait_for()
    if not tab.is_visible():
        page.get_by_role("button", name="More tabs").click()
        tab = page.locator(".overflow-dropdown").get_by_role("button", name=name, exact=True)
    tab.click()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    page = opened(browser, address, 1440, 1000)
    yield page
    page.close()


@pytest.fixture(scope="module")
def one_page(browser: Browser, address: str) -> Iterator[Page]:
    """Opened once, for those tests of a file that do not mind what the others left on it."""
    page = opened(browser, address, 1440, 1000)
    yield page
    page.close()


@pytest.fixture(scope="module")
def one_phone(browser: Browser, address: str) -> Iterator[Page]:
    """The same on a phone."""
    page = opened(browser, address, 390, 844)
    yield page
    page.close()


@pytest.fixture
def phone(browser: Browser, address: str) -> Iterator[Page]:
    page = opened(browser, address, 390, 844)
    yield page
    page.close()


@pytest.fixture(scope="session")
def next_folder(zoo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return next_version(open_zoo(zoo_folder, [PLUGINS]), tmp_path_factory.mktemp("next") / "zoo")


@pytest.fixture
def shelf(zoo_folder: Path, next_folder: Path, tmp_path: Path) -> Shelf:
    first = Path(shutil.copytree(zoo_folder, tmp_path / "first"))
    second = Path(shutil.copytree(next_folder, tmp_path / "second"))
    (tmp_path / "zoo").symlink_to(first)
    return Shelf(tmp_path / "zoo", first, second)
