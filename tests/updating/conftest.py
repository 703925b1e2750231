"""Pictures to add to a zoo."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import draw_shape


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """Three pictures that the zoo does not have, one of which cannot be read."""
    folder = tmp_path / "new"
    folder.mkdir()
    draw_shape("red", "disc", 900).save(folder / "fresh-1.png")
    draw_shape("green", "square", 901).save(folder / "fresh-2.png")
    (folder / "broken.png").write_bytes(b"no picture")
    return folder
