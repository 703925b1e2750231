"""The examples of use from Python in the documentation run as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import PLUGINS, ROOT
from zoo import compare
from zoo.compare import open_zoo


@pytest.mark.parametrize(
    ("document", "names", "last"),
    [
        ("README.md", {"runs/my_pictures": "zoo"}, "^5 /"),
        ("docs/deployment.md", {"runs/products": "zoo", "Red": "red"}, "'colour': \\("),
    ],
)
def test_the_example_answers(
    document: str,
    names: dict[str, str],
    last: str,
    zoo_folder: Path,
    shapes: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = (ROOT / document).read_text("utf-8")
    (example,) = re.findall(r"```python\n(from pathlib import Path\n.*?)```", text, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    Path("zoo").symlink_to(zoo_folder)
    picture = sorted(shapes.parent.glob("images/red-disc-*.png"))[0]
    for there, here in {**names, "dress.jpg": str(picture), "resnet50": "tiny_a"}.items():
        assert there in example
        example = example.replace(there, here)
    monkeypatch.setattr(compare, "open_zoo", lambda folder: open_zoo(folder, [PLUGINS]))
    exec(example, {})
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith(f"1 {picture} 1.0")
    assert all("/red-" in line for line in said[:4])
    assert re.search(last, said[-1])
