"""The example of use from Python in the documentation runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import PLUGINS, ROOT
from zoo import compare
from zoo.compare import open_zoo


def test_the_example_answers(
    zoo_folder: Path,
    shapes: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    guide = (ROOT / "docs" / "deployment.md").read_text("utf-8")
    (example,) = re.findall(r"```python\n(from pathlib import Path\n.*?)```", guide, re.DOTALL)
    picture = sorted(shapes.parent.glob("images/red-disc-*.png"))[0]
    for there, here in {
        "runs/products": str(zoo_folder),
        "dress.jpg": str(picture),
        "Red": "red",
        "resnet50": "tiny_a",
    }.items():
        assert there in example
        example = example.replace(there, here)
    monkeypatch.setattr(compare, "open_zoo", lambda folder: open_zoo(folder, [PLUGINS]))
    exec(example, {})
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 6
    assert said[0].startswith(f"1 {picture} 1.000 ")
    assert all("/red-" in line for line in said[:5])
    assert "'colour': (" in said[5]
