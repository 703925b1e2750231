"""`zoo train` and train.py: settings, bad input, what is stopped and gone on with."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from inspect import signature
from pathlib import Path

import pytest

from tests.catalog.deepfashion import coarse, many_rows
from tests.conftest import PLUGINS, ROOT
from tests.typed import ENVIRONMENT, as_json, run, told
from zoo.catalog import CatalogSettings, load_catalog
from zoo.commands.training import train
from zoo.plugins import load_plugins
from zoo.redoing import refuse_unfinished
from zoo.training.settings import Settings


def test_every_setting_of_training_reaches_the_run(shapes: Path, tmp_path: Path) -> None:
    settings = {
        "--hidden": "16,8", "--dropout": "0.1", "--balance": "sampling", "--ema": "0.5",
        "--layer-decay": "0.9", "--accumulate": "2", "--networks": "per-attribute",
        "--metric": "0.5", "--cutmix": "0.25",
        "--save-every": "0", "--patience": "4", "--label-smoothing": "0.2", "--flip": "never",
    }  # fmt: skip
    done = run(
        "train", "tiny_a", "--plugins", PLUGINS, "--data", shapes, "--runs", tmp_path,
        "--weights", "random", "--image-size", 32, "--batch-size", 8, "--epochs-frozen", 1,
        "--epochs-unfrozen", 1, "--track", "tensorboard",
        *(part for pair in settings.items() for part in pair),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    made = json.loads((tmp_path / "tiny_a" / "run.json").read_text())["settings"]
    assert made["hidden"] == [16, 8]
    assert (made["dropout"], made["balance"], made["ema"]) == (0.1, "sampling", 0.5)
    assert (made["layer_decay"], made["accumulate"]) == (0.9, 2)
    assert (made["metric"], made["cutmix"]) == (0.5, 0.25)
    assert (made["networks"], made["save_every"]) == ("per-attribute", 0)
    assert (made["patience"], made["label_smoothing"], made["flip"]) == (4, 0.2, "never")
    assert sorted(p.name for p in (tmp_path / "tracking").iterdir()) == [
        "tiny_a-category",
        "tiny_a-colour",
    ]


def test_what_is_left_out_of_the_command_is_what_its_settings_begin_with() -> None:
    # The command that repairs a run names only what differs from them.
    left_out = {name: option.default for name, option in signature(train).parameters.items()}
    written = {"hidden": "512", "batch_size": "auto"}
    for settings in (Settings(), CatalogSettings()):
        for name, value in vars(settings).items():
            option = {"category_types": "category_type"}.get(name, name)
            if option in left_out:  # the others are the same for all
                assert left_out[option] == written.get(name, value), name


def test_a_training_that_never_began_is_not_unfinished(shapes: Path, tmp_path: Path) -> None:
    arguments = ("resnet50", "--data", shapes, "--runs", tmp_path / "zoo", "--limit", 60)
    assert "--weights random" in told(*arguments, script="train.py")  # no weights to be had
    assert "image-size 1 is not within" in told(
        *arguments, "--weights", "random", "--image-size", 1, script="train.py"
    )
    refuse_unfinished(tmp_path / "zoo", load_plugins([]).select(["resnet50"]))


def test_train_goes_through_and_is_not_done_twice(shapes: Path, tmp_path: Path) -> None:
    arguments = (
        "tiny_a", "--data", shapes, "--plugins", PLUGINS, "--weights", "random", "--limit", 120,
        "--epochs-frozen", 0, "--epochs-unfrozen", 1, "--attributes", "colour", "--reader", "csv",
        "--min-per-class", 5, "--device", "cpu", "--precision", "fp32", "--batch-size", 16,
        "--image-size", 32, "--seed", 1, "--strict", "--categories", "disc,square",
        "--split", "80:20", "--cap-per-class", 20, "--box-margin", 0.2, "--clean",
        "--runtime", "torch",
    )  # fmt: skip
    first = run(*arguments, script="train.py", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    run_facts = json.loads((tmp_path / "runs/labels/tiny_a/run.json").read_text())
    assert run_facts["items"] == 120
    catalog = load_catalog(tmp_path / "runs/labels")
    assert [len(catalog.rows(s)) for s in ("train", "val", "test")] == [86, 10, 24]
    assert len(catalog.training_rows()) == 60  # 20 of each colour, the first key attribute
    assert f"python serve.py --runs runs/labels --plugins {PLUGINS}" in first.stderr
    again = run(*arguments, "--resume", script="train.py", cwd=tmp_path)
    assert "already trained with these settings" in again.stderr
    for command in (("embed", "--runtime", "openvino"), ("index",)):
        done = run(*command, "tiny_a", "--runs", "runs/labels", "--plugins", PLUGINS, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    run_facts = json.loads((tmp_path / "runs/labels/tiny_a/run.json").read_text())
    assert run_facts["embedded"]["runtime"] == "openvino"


def test_deepfashion_goes_in_with_one_command(tmp_path: Path) -> None:
    data, zoo = coarse(tmp_path / "DeepFashion", rows=many_rows(30)), tmp_path / "zoo"
    done = run(
        "tiny_a", "--data", data, "--plugins", PLUGINS, "--weights", "random", "--runs", zoo,
        "--epochs-frozen", 0, "--epochs-unfrozen", 1, "--image-size", 32, "--category-type",
        "upper,full", "--min-per-class", 5, "--cap-per-class", 10, script="train.py",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    catalog = load_catalog(zoo)
    train = len(catalog.rows("train"))
    assert f"trained on 30 of the {train} of the train split; the others are found" in done.stderr
    assert catalog.attribute("category").classes == ("Anorak", "Blazer", "Dress")
    assert [a.name for a in catalog.multis] == ["texture", "fabric", "shape", "part", "style"]
    assert catalog.boxes()[0] == (6, 6, 54, 54)
    at = ("--runs", zoo, "--plugins", PLUGINS)
    scores = as_json("evaluate", *at)["backbones"]["tiny_a"]
    assert list(scores["accuracy"]) == ["category"]
    query = catalog.path(0)
    (item,) = as_json("recommend", query, "--top", 1, *at)["results"]["tiny_a"]["items"]
    assert (item["exact_copy"], list(item["attributes"])) == (True, ["category"])
    line = told("recommend", query, "--where", "texture=abstract", *at)
    assert "attribute 'texture' is multi; single is asked for here: category" in line


def test_an_unfinished_run_is_gone_on_with_or_thrown_away(shapes: Path, tmp_path: Path) -> None:
    zoo = ("--runs", tmp_path / "zoo", "--plugins", PLUGINS)
    arguments = (
        "--data", shapes, "--weights", "random", "--limit", 120,
        "--epochs-frozen", 0, "--epochs-unfrozen", 1, *zoo,
    )  # fmt: skip
    assert run("tiny_b", *arguments, script="train.py").returncode == 0
    partial = tmp_path / "zoo" / ".tiny_a.partial"
    partial.mkdir()
    (partial / "run.json").write_text('{"format": 2}')
    (partial / "left").touch()
    assert "with --resume to go on, or with --restart to begin again" in told(
        "tiny_a", *arguments, script="train.py"
    )
    assert (partial / "left").exists()
    assert "a training of tiny_a is not finished" in run("evaluate", *zoo).stderr
    assert "tiny_b, tiny_a is not trained to its end" in run("doctor", *zoo).stdout
    assert run("tiny_a", *arguments, "--restart", script="train.py").returncode == 0
    assert sorted(p.name for p in (tmp_path / "zoo").glob("*tiny_a*")) == ["tiny_a"]


def test_pretrained_out_of_reach_names_the_ways_on(shapes: Path, tmp_path: Path) -> None:
    line = told("resnet50", "--data", shapes, "--runs", tmp_path / "zoo", script="train.py")
    assert "resnet50.a1_in1k" in line
    assert "--weights random, or --weights FILE" in line


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--data", "{tmp}/nothing"), "nothing"),
        (("--data", "{tmp}"), "{tmp}"),
        (("resnet5", "--data", "{shapes}"), "unknown backbone 'resnet5'; available:"),
        (("--data", "{shapes}", "--reader", "excel"), "unknown reader 'excel'; available:"),
        (("--data", "{shapes}", "--attributes", "sleeve"), "'sleeve'"),
        (("--data", "{shapes}", "--weights", "w.pth"), "weights 'w.pth'"),
        (("--data", "{tmp}", "--device", "cuda:7"), "unknown device 'cuda:7'"),
        (("--data", "{tmp}", "--resume", "--restart"), "give one of them"),
        (("--data", "{shapes}", "--batch-size", "many"), "batch-size 'many' is neither auto"),
        (("--data", "{shapes}", "--batch-size", "8²"), "batch-size '8²' is neither auto"),
        (("--data", "{shapes}", "--hidden", "64²"), "hidden '64²' is not widths such as"),
        (("--data", "{shapes}", "--min-per-class", "500"), "--min-per-class"),
        (("--data", "{shapes}", "--categories", "cone"), "unknown category 'cone'; available: di"),
        (("--data", "{shapes}", "--category-type", "upper"), "knows no types of categories"),
        (("--data", "{shapes}", "--split", "80"), "split '80' is not of the form train:test"),
        (("--data", "{shapes}", "--split", "80:0"), "split '80:0' is not of the form"),
        (("--data", "{shapes}", "--box-margin", "-1"), "box margin of -1.0 is not within"),
        (("--data", "{shapes}", "--cap-per-class", "0"), "cap of 0 pictures per class"),
    ],
)
def test_bad_input_of_training_is_one_line(
    arguments: tuple[str, ...], message: str, shapes: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    places = {"tmp": tmp_path / "empty", "shapes": shapes}
    filled = [a.format(**places) for a in arguments]
    line = told(*filled, "--runs", tmp_path / "zoo", "--plugins", PLUGINS,
                *(() if "--weights" in filled else ("--weights", "random")),
                script="train.py")  # fmt: skip
    assert message.format(**places) in line
    assert not (tmp_path / "zoo" / "catalog.json").exists() or "device" in message


def test_another_catalogue_into_one_zoo_is_refused(
    shapes: Path, zoo_folder: Path, tmp_path: Path
) -> None:
    line = told("tiny_a", "--data", shapes, "--limit", 100, "--weights", "random",
                "--runs", zoo_folder, "--plugins", PLUGINS, script="train.py")  # fmt: skip
    assert "holds another catalogue" in line
    assert "(limit was None, now 100); name another folder with --runs" in line


@pytest.mark.parametrize("request_to_end", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_stops_cleanly_and_resume_goes_on(
    shapes: Path, tmp_path: Path, request_to_end: signal.Signals
) -> None:
    zoo = tmp_path / "zoo"
    arguments = (
        "tiny_a", "--data", shapes, "--plugins", PLUGINS, "--weights", "random", "--runs", zoo,
        "--epochs-frozen", "0", "--epochs-unfrozen", "20", "--limit", "120", "--image-size", "96",
    )  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "train.py"), *map(str, arguments)],
        stderr=subprocess.PIPE, text=True, env=ENVIRONMENT,
    )  # fmt: skip
    history = zoo / ".tiny_a.partial" / "history.csv"
    while process.poll() is None and (
        not history.exists() or "unfrozen" not in history.read_text()
    ):
        time.sleep(0.05)
    process.send_signal(request_to_end)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130, said
    # Not the very last line: a bar that was just being made is cleared away after it.
    assert "stopped; a training goes on where it was with --resume\n" in said
    assert "Traceback" not in said
    assert not (zoo / "progress.json").exists()
    done = run(*arguments, "--resume", script="train.py")
    assert done.returncode == 0, done.stderr
    assert (zoo / "tiny_a" / "run.json").exists()


def test_a_full_disk_is_one_line_and_nothing_half_written(shapes: Path, tmp_path: Path) -> None:
    command = (
        f"ulimit -f 40; exec {sys.executable} {ROOT / 'train.py'} tiny_a --data {shapes} "
        f"--plugins {PLUGINS} --weights random --runs {tmp_path / 'zoo'}"
    )
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, env=ENVIRONMENT, timeout=120
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "error: cannot write" in done.stderr.strip().splitlines()[-1]
    assert [p.name for p in (tmp_path / "zoo").iterdir() if "catalog" in p.name] == []
