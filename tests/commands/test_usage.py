"""What the commands have in common: one line for an error, exit statuses, light imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.typed import ENVIRONMENT, told


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("recommend", "{q}/none.png"), "none.png: no such file"),
        (("recommend", "{q}/text.jpg"), "text.jpg: not a picture in a known format"),
        (("recommend", "{q}/0.png", "--where", "colour=mauve"), "unknown colour 'mauve'"),
        (("recommend", "{q}/0.png", "--where", "sleeve=long"), "unknown attribute 'sleeve'"),
        (("recommend", "{q}/0.png", "--where", "colour"), "not of the form attribute=class"),
        (("recommend", "{q}/0.png", "--alpha", "3"), "alpha 3.0 is not within 0..1"),
        (("recommend", "{q}/0.png", "--top", "0"), "top 0 is not within 1..1000"),
        (("recommend", "{q}/0.png", "--backbone", "vgg16"), "'vgg16' is not trained in"),
        (("recommend", "{q}/0.png", "--backbone", "vgg"), "unknown backbone 'vgg'"),
        (("tag", "{q}/nowhere"), "nowhere: no such folder"),
        (("tag", "{q}", "--out", "{q}/0.png/tags.csv"), "cannot write {q}/0.png/tags.csv: File"),
        (("count", "{q}", "--attribute", "sleeve"), "unknown attribute 'sleeve'"),
        (("embed", "{q}"), "for other pictures: zoo features {q} --out FILE.npz"),
        (("index", "resnet50"), "no run of 'resnet50'"),
        (("index", "--recall", "1.5"), "--recall 1.5 is not within 0..1"),
        (("export", "tiny_a", "--to", "tflite"), "unknown format 'tflite'; available: onnx"),
        (("export", "resnet5"), "unknown backbone 'resnet5'"),
    ],
)
def test_bad_input_of_use_is_one_line(
    arguments: tuple[str, ...], message: str, queries: Path, at: tuple[object, ...]
) -> None:
    assert message.format(q=queries) in told(*(a.format(q=queries) for a in arguments), *at)


def test_no_zoo_is_one_line(tmp_path: Path) -> None:
    assert "no zoo at" in told("evaluate", "--runs", tmp_path / "nothing")
    for line in (
        told("serve", "--runs", tmp_path / "nothing"),
        told("--runs", tmp_path / "nothing", "--port", "0", script="serve.py"),
    ):
        assert "make one with: zoo train --data YOUR_PICTURES" in line


def test_a_mistyped_zoo_names_those_there_are(zoo_folder: Path) -> None:
    line = told("evaluate", "--runs", zoo_folder.parent / "shpes")
    assert f"name one that is there with --runs ({zoo_folder})" in line


def test_wrong_usage_is_exit_status_two() -> None:
    for arguments in (("recommend",), ("train", "--seed", "x")):
        command = [sys.executable, "-m", "zoo.cli", *arguments]
        assert subprocess.run(command, capture_output=True, env=ENVIRONMENT).returncode == 2


def test_help_and_plugins_import_nothing_heavy() -> None:
    script = (
        "import sys; from zoo.cli import app; from zoo.plugins import load_plugins; "
        "load_plugins(); "
        "print([m for m in ('torch', 'timm', 'pandas', 'gradio', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=ENVIRONMENT, check=True
    )
    assert done.stdout.strip() == "[]"


def test_what_is_asked_wrongly_is_told_before_anything_heavy_is_imported(tmp_path: Path) -> None:
    (tmp_path / "here.jpg").touch()
    wrong = [
        ["recommend", "nowhere.jpg"],
        ["recommend", "here.jpg", "--where", "red"],
        ["recommend", "here.jpg", "--out", "rows.csv"],
        ["recommend", ".", "--sheet", "sheet.png"],
        ["tag", "nowhere"],
        ["count", "nowhere"],
        ["features", "here.jpg", "--out", "features.csv"],
        ["features", "nowhere", "--out", "features.npz"],
        ["vectors", "--out", "vectors.csv"],
        ["train", "resnet5"],
        ["train", "--hidden", "wide"],
        ["train", "--weights", "nowhere.pth"],
        ["train", "--resume", "--restart"],
        ["serve", "--port", "99999"],
    ]
    script = f"""
import sys
from zoo.cli import main
for arguments in {wrong}:
    sys.argv = ["zoo", *arguments]
    try:
        main()
    except SystemExit as ended:
        print(ended.code, [m for m in ("torch", "timm", "gradio") if m in sys.modules])
"""
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, cwd=tmp_path)
    assert done.stdout.splitlines() == ["1 []"] * len(wrong), done.stderr
