"""The page's own import of gradio, which leaves type stubs alone."""

from __future__ import annotations

import inspect
import subprocess
import sys

from tests.conftest import ROOT
from zoo.page.stubs import without_stubs

LOOK = """
import sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
import zoo.page.launch
print(sum(name.endswith(".pyi") for name in opened), sum("gradio" in name for name in opened) > 99)
"""


def test_no_stub_is_looked_at() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOOK], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.split() == ["0", "True"]


def test_others_find_their_files_all_the_while() -> None:
    before = inspect.getfile
    with without_stubs():
        assert inspect.getfile(subprocess) == subprocess.__file__
    assert inspect.getfile is before
