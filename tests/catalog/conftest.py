"""Small real catalogues, drawn by the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from tests.conftest import write_shapes
from zoo.catalog.listing import Listing

Draw = Callable[..., Path]


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The table of a catalogue that tests of object storage put into a bucket too."""
    return write_shapes(tmp_path_factory.mktemp("stored") / "shapes", each=12)


@pytest.fixture
def draw() -> Draw:
    """Draw a plain picture; each number is another picture, the same number the same file."""

    def draw_one(path: Path, number: int = 0) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        colour = (number % 16 * 16, number // 16 % 16 * 16, number // 256 * 16)
        Image.new("RGB", (16, 16), colour).save(path, "PNG")
        return path

    return draw_one


@pytest.fixture
def tree(tmp_path: Path, draw: Draw) -> Callable[..., Path]:
    """A folder with another picture at each of these paths."""

    def make(*paths: str) -> Path:
        for number, path in enumerate(paths):
            draw(tmp_path / path, number)
        return tmp_path

    return make


@pytest.fixture
def listing(tmp_path: Path, draw: Draw) -> Callable[..., Listing]:
    """A listing of drawn pictures from columns of labels; `numbers` says which are copies."""

    def make(
        labels: dict[str, list[str | None]],
        numbers: Iterable[int] | None = None,
        **columns: list[str | None],
    ) -> Listing:
        count = len(next(iter(labels.values())))
        paths = [f"{row:03}.png" for row in range(count)]
        for path, number in zip(paths, numbers or range(count), strict=True):
            draw(tmp_path / path, number)
        ids = [f"item{row:03}" for row in range(count)]
        return Listing(
            name="drawn",
            reader="csv",
            source=tmp_path,
            root=tmp_path,
            attributes=tuple(labels),
            key=tuple(labels)[:2],
            rows=pd.DataFrame({"item_id": ids, "path": paths, **columns, **labels}),
        )

    return make
