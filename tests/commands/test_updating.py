"""`zoo add`, `zoo remove`, `zoo sync` and `zoo compact`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.conftest import PLUGINS, ROOT, draw_shape
from tests.typed import run, told


def test_add_remove_and_sync(zoo_folder: Path, shapes: Path, tmp_path: Path) -> None:
    zoo = shutil.copytree(zoo_folder, tmp_path / "zoo")
    draw_shape("red", "disc", 900).save(tmp_path / "fresh.png")
    here = ("--runs", zoo, "--plugins", PLUGINS)
    done = run("add", tmp_path / "fresh.png", "--runtime", "torch", *here)
    assert done.stdout == "1 added, 0 changed, 0 removed; 241 items\n", done.stderr
    folder = tmp_path / "folder"
    folder.mkdir()
    shutil.copy(tmp_path / "fresh.png", folder)
    shutil.copy(tmp_path / "fresh.png", folder / os.fsdecode(b"caf\xe9.png"))
    done = run("add", folder, *here)
    assert done.stdout == "0 added, 0 changed, 0 removed; 241 items\n"
    assert "already in the catalogue: fresh" in done.stderr
    assert rf"file name is not UTF-8: {folder}/caf\xe9.png: left out; rename it" in done.stderr
    assert "change_report.csv" in done.stderr
    assert run("remove", "fresh", *here).stdout == "0 added, 0 changed, 1 removed; 240 items\n"
    assert "no item 'fresh' in catalogue" in told("remove", "fresh", *here)
    assert "measured before the catalogue changed (1 added, 1 removed)" in run(
        "evaluate", *here
    ).stdout  # fmt: skip
    for command in ("compact", "index"):
        unknown = run(command, "--runs", zoo).stderr
        for name in ("tiny_a", "tiny_b"):
            left = f"left as it is: {zoo}/{name} has no plugin; install it, or add --plugins DIR\n"
            assert left in unknown
    plain = ("--plugins", ROOT / "tests" / "plugins_plain", "--weights", "random")
    refused = told("train", "plain", *plain, *here)
    assert "since tiny_a, tiny_b were measured" in refused
    assert run("compact", *here).stderr.endswith("2 backbones indexed and measured anew\n")
    assert "measured before" not in run("evaluate", *here).stdout
    assert run("compact", *here).stderr.endswith("0 backbones indexed and measured anew\n")
    done = run("sync", "--runtime", "auto", *here)
    assert done.stdout == "0 added, 0 changed, 0 removed; 240 items\n", done.stderr
    assert "no zoo at" in told("sync", "--runs", tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()
