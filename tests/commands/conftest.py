"""Pictures to ask about, and the zoo that is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import PLUGINS, draw_shape


@pytest.fixture(scope="module")
def queries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("queries")
    for number, colour in enumerate(("red", "red", "blue")):
        draw_shape(colour, "disc", 900 + number).save(folder / f"{number}.png")
    (folder / "text.jpg").write_text("no picture")
    return folder


@pytest.fixture
def at(zoo_folder: Path) -> tuple[object, ...]:
    return ("--runs", zoo_folder, "--plugins", PLUGINS)
