"""A stranger's plugin and a built wheel, installed into environments of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from tests.conftest import ROOT

Zoo = Callable[..., "subprocess.CompletedProcess[str]"]


def environment(folder: Path, project: Path) -> Path:
    """A virtual environment that sees this one's packages and has `project` installed."""
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    (site,) = folder.glob("lib/python*/site-packages")
    own = [path for path in sys.path if path.endswith("site-packages")]
    # addsitedir, unlike a path in the file, also follows an editable install of this project.
    lines = [f"import site; site.addsitedir({path!r})" for path in own]
    (site / "parent.pth").write_text("\n".join(lines))
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet",
         "--no-deps", "--no-index", "--no-build-isolation", str(project)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return python


def zoo(python: Path, *arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        [str(python), "-m", "zoo.cli", *arguments],
        capture_output=True, text=True, cwd=cwd, timeout=240,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment(tmp_path_factory.mktemp("stranger"), ROOT / "examples" / "zoo-pixels")


def test_the_example_is_in_the_commands_the_page_and_the_leaderboard(
    stranger: Path, shapes: Path, tmp_path: Path
) -> None:
    listed = json.loads(zoo(stranger, "plugins", "--json", cwd=tmp_path))
    origins = {b["name"]: b["origin"] for b in listed["backbones"]}
    assert origins["pixels"] == "package zoo-pixels (zoo_pixels)"
    assert listed["failed"] == []
    runs = str(tmp_path / "runs")
    zoo(stranger, "train", "pixels", "--data", str(shapes), "--runs", runs,
        "--epochs-frozen", "1", "--epochs-unfrozen", "1", "--weights", "random",
        cwd=tmp_path)  # fmt: skip
    scores = json.loads(zoo(stranger, "evaluate", "--runs", runs, "--json", cwd=tmp_path))
    own = scores["backbones"]["pixels"]["retrieval"]["attribute_match@5"]
    assert own == pytest.approx(
        scores["baselines"]["pixels"]["retrieval"]["attribute_match@5"], abs=0.06
    )
    script = (
        "from pathlib import Path; from zoo.page.state import PageState; "
        "from zoo.page.models.cards import models_html; from zoo.inventory import models; "
        f"state = PageState(Path({runs!r}), (), None); "
        "there = models(state.registry, state.folder, state.zoo()); "
        "print(models_html(there, state.registry, state.zoo()))"
    )
    page = subprocess.run(
        [str(stranger), "-c", script], capture_output=True, text=True, timeout=120, check=True
    )
    assert "<h3>Pixels</h3>" in page.stdout


@pytest.fixture(scope="module")
def behind_a_wall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment(tmp_path_factory.mktemp("wall"), ROOT / "examples" / "zoo-efficientnet-lite")


def test_published_weights_are_had_without_a_hub(
    behind_a_wall: Path, shapes: Path, tmp_path: Path
) -> None:
    runs = tmp_path / "runs"
    zoo(behind_a_wall, "train", "efficientnet_lite0", "--data", str(shapes), "--runs", str(runs),
        "--epochs-frozen", "1", "--epochs-unfrozen", "0", "--image-size", "32",
        cwd=tmp_path)  # fmt: skip
    facts = json.loads((runs / "efficientnet_lite0" / "run.json").read_text())
    assert facts["trained"]["weights"]["kind"] == "pretrained"


def test_published_weights_know_a_skirt(behind_a_wall: Path) -> None:
    """The file's own classifier on our embedding: one layer in the wrong place would ruin it."""
    script = """
        import torch
        from timm.data import ImageNetInfo
        from zoo.catalog.sample import draw_item
        from zoo.plugins import load_plugins

        backbone = load_plugins().get("efficientnet_lite0")
        network = backbone.network().eval()
        published = torch.load(backbone.load_pretrained(network), weights_only=True)
        picture, item = draw_item(12)
        with torch.no_grad():
            seen = network(backbone.transform()(picture)[None])[0]
            classes = published["_fc.weight"] @ seen + published["_fc.bias"]
        print(item.labels["category"], ImageNetInfo().index_to_description(int(classes.argmax())))
        """
    said = subprocess.run(
        [str(behind_a_wall), "-c", dedent(script)],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert said.stdout.startswith("skirt hoopskirt")


def test_a_wheel_carries_the_four_plugins(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(tmp_path), "."],
        cwd=ROOT, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    python = environment(tmp_path / "env", wheel)
    listed = json.loads(zoo(python, "plugins", "--json", cwd=tmp_path))
    assert [b["name"] for b in listed["backbones"]] == [
        "inception_v3",
        "resnet50",
        "vgg16",
        "xception",
    ]
    assert {b["origin"].split("/")[0] for b in listed["backbones"]} == {"shipped_plugins"}
    # From a wheel the folder has another name; the sample zoo is made for what it holds.
    script = "from zoo.plugins import shipped; print(*shipped())"
    shipped = subprocess.run(
        [str(python), "-c", script], capture_output=True, text=True, check=True
    )
    assert shipped.stdout.split() == ["inception_v3", "resnet50", "vgg16", "xception"]
