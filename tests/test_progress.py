"""What a long job says of itself, for as long as it is under way."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from zoo.progress import Progress, read_progress


def test_progress_is_told_to_the_page(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    with progress.stage("a title", 10) as stage:
        stage.advance(4)
    told = read_progress(tmp_path)
    assert told is not None
    assert (told["title"], told["done"], told["total"]) == ("a title", 4, 10)
    progress.close()
    assert read_progress(tmp_path) is None


def test_work_that_is_none_draws_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    for total in (0, 10):
        with Progress().stage(f"title of {total}", total):
            pass
    said = capsys.readouterr().err
    assert "title of 10" in said
    assert "title of 0" not in said


KILLED = """
import os, signal, sys
from pathlib import Path
from zoo.progress import Progress
with Progress(Path(sys.argv[1])).stage("a title", 10):
    print("begun", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_job_is_not_under_way(tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    assert subprocess.run(command, cwd=ROOT, capture_output=True).stdout == b"begun\n"
    assert (tmp_path / "progress.json").is_file()
    assert read_progress(tmp_path) is None
    facts = json.loads((tmp_path / "progress.json").read_text())
    (tmp_path / "progress.json").write_text(json.dumps({**facts, "host": "another machine"}))
    assert read_progress(tmp_path) is not None
