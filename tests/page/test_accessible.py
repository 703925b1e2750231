"""What axe-core, the accessibility checker, says of every tab, light and dark, wide and narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.page.conftest import open_tab, opened
from tests.page.test_details import PANEL
from zoo.page.app import TABS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

GRAVE = {"serious", "critical"}
# Gradio's own placeholder of a plot that has not come yet is labelled in a way that axe forbids.
ALL = {"exclude": [["[aria-label='Empty value']"]]}


def details(page: Page) -> None:
    page.get_by_text("How alike are the answers?").click()
    page.locator(".tile button.details").first.click()
    page.locator(f"{PANEL} .heat img").first.wait_for()


def confusions(page: Page) -> None:
    page.get_by_text("Where does it go wrong?").click()
    page.locator("#confusions table.heat").wait_for()


def ballot(page: Page) -> None:
    page.get_by_role("button", name="Start").click()
    page.wait_for_selector("#judge .blind")


def set_of_items(page: Page) -> None:
    page.locator("#use-picks button").first.click()
    page.locator("#use-items button").first.wait_for()
    page.click("#use-button")
    page.locator("#use-fits li").first.wait_for()


# What else a tab shows once it has been used.
USED = {"Compare": details, "Leaderboard": confusions, "Judge": ballot, "Use": set_of_items}


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_axe_finds_nothing_serious(browser: Browser, address: str, theme: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(browser, f"{address}?__theme={theme}", width, 1000)
    found = []
    for _, tab, _ in TABS:
        open_tab(page, tab)
        page.get_by_role("tabpanel").locator("visible=true").first.wait_for()
        if tab in USED:
            USED[tab](page)
        for violation in axe.run(page, context=ALL).response["violations"]:
            if violation["impact"] in GRAVE:
                nodes = [node["html"][:200] for node in violation["nodes"]][:3]
                found.append((tab, violation["id"], violation["help"], nodes))
        page.keyboard.press("Escape")  # the details go
    page.close()
    assert not found, "\n".join(map(str, found))
