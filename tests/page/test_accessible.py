"""What axe-core, the accessibility checker, says of every tab, light and dark, wide and narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.page.conftest import open_tab, opened
from zoo.page.app import TABS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

GRAVE = {"serious", "critical"}
# Gradio's own placeholder of a plot that has not come yet is labelled in a way that axe forbids.
ALL = {"exclude": [["[aria-label='Empty value']"]]}


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_axe_finds_nothing_serious(browser: Browser, address: str, theme: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(browser, f"{address}?__theme={theme}", width, 1000)
    found = []
    for _, tab, _ in TABS:
        open_tab(page, tab)
        page.get_by_role("tabpanel").locator("visible=true").first.wait_for()
        for violation in axe.run(page, context=ALL).response["violations"]:
            if violation["impact"] in GRAVE:
                nodes = [node["html"][:200] for node in violation["nodes"]][:3]
                found.append((tab, violation["id"], violation["help"], nodes))
    page.close()
    assert not found, "\n".join(map(str, found))
