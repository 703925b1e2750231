"""`zoo map`."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.conftest import PLUGINS
from tests.typed import run, told


def test_maps_are_made_once(zoo_folder: Path, tmp_path: Path) -> None:
    runs = shutil.copytree(zoo_folder, tmp_path / "zoo")
    asked = ("map", "tiny_a", "--runs", runs, "--plugins", PLUGINS)
    made = run(*asked)
    assert made.returncode == 0, made.stderr
    assert "tiny_a: map of 240 items" in made.stderr
    assert "tiny_a: has its map" in run(*asked).stderr
    assert not list(runs.glob(".maps/progress.json"))
    assert not (runs / "tiny_b" / "map.npz").exists()
    assert "unknown backbone 'tiny'" in told("map", "tiny", *asked[2:])
