"""The commands as a user types them: how they end, and what they say."""

from __future__ import annotations

import io
import json
import os
import runpy
import signal
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT
from zoo.cli import main

ENVIRONMENT = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT)}


@dataclass(frozen=True)
class Done:
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: object, script: str = "", cwd: Path | None = None) -> Done:
    """A command, or a script of the top level, as a process of its own would run it."""
    # In this process, which has imported everything: each new one would take seconds to.
    out, err, code = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [script or "zoo", *map(str, arguments)])
        patch.setattr(signal, "signal", lambda *_: None)  # as pytest has them
        patch.setenv("HF_HUB_OFFLINE", "1")
        if cwd is not None:
            patch.chdir(cwd)
        with redirect_stdout(out), redirect_stderr(err):
            try:
                runpy.run_path(str(ROOT / script), run_name="__main__") if script else main()
            except SystemExit as end:
                code = int(end.code or 0)
    return Done(code, out.getvalue(), err.getvalue())


def told(*arguments: object, script: str = "", cwd: Path | None = None) -> str:
    """The one line of an expected failure."""
    done = run(*arguments, script=script, cwd=cwd)
    assert done.returncode == 1, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("error: ")
    return last


def as_json(*arguments: object) -> dict:  # type: ignore[type-arg]
    done = run(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
