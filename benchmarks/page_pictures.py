"""The pictures of the comparison in docs/: a served page, wide and on a phone, light and dark.

python serve.py --runs runs/four
python benchmarks/page_pictures.py --query ITEM_ID
"""

from __future__ import annotations

import argparse
import io
import shutil
from pathlib import Path
from urllib.parse import urlencode

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

DOCS = Path(__file__).parent.parent / "docs"
PICTURES = {  # theme, width and height in pixels
    "page-1440.png": ("light", 1440, 1400),
    "page-1440-dark.png": ("dark", 1440, 1000),
    "page-390.png": ("light", 390, 1700),
    "page-390-dark.png": ("dark", 390, 1700),
}
COLOURS = 256  # of the palette
# Those further down or aside are fetched when somebody comes near them.
SEEN = """() => [...document.images].every(
    image => image.complete || image.getBoundingClientRect().top > innerHeight
                            || image.getBoundingClientRect().left > innerWidth)"""


def main() -> None:
    """Take all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="http://127.0.0.1:7860")
    parser.add_argument("--query", required=True, help="An item id of the zoo.")
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    asked = parser.parse_args()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=asked.chromium, args=["--no-sandbox"])
        for name, (theme, width, height) in PICTURES.items():
            parameters = urlencode({"items": asked.query, "__theme": theme})
            taken = screenshot(browser, f"{asked.address}?{parameters}", width, height)
            taken.quantize(COLOURS).save(DOCS / name, optimize=True)
            print(f"{DOCS / name}: {width} x {height}, {theme}")


def screenshot(browser: Browser, address: str, width: int, height: int) -> Image.Image:
    """The page once its answer and the pictures in it are there."""
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto(address)
    page.wait_for_selector(".backbone .tile")
    page.wait_for_function(SEEN)
    taken = page.screenshot()
    page.close()
    return Image.open(io.BytesIO(taken)).convert("RGB")


if __name__ == "__main__":
    main()
