"""A zoo of its own for each test, and pictures to add to it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import draw_shape


@pytest.fixture
def place(zoo_folder: Path, tmp_path: Path) -> Path:
    """A zoo of its own for each test."""
    return Path(shutil.copytree(zoo_folder, tmp_path / "zoo"))


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """Three pictures that the zoo does not have, one of which cannot be read."""
    folder = tmp_path / "new"
    folder.mkdir()
    draw_shape("red", "disc", 900).save(folder / "fresh-1.png")
    draw_shape("green", "square", 901).save(folder / "fresh-2.png")
    (folder / "broken.png").write_bytes(b"no picture")
    return folder
