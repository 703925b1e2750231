"""The commands as a user types them: shapes of --json, exit statuses, one line for an error."""

from __future__ import annotations

import io
import json
import os
import runpy
import shutil
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.catalog.deepfashion import coarse, many_rows
from tests.conftest import PLUGINS, ROOT, draw_shape
from zoo.catalog import load_catalog
from zoo.cli import main
from zoo.plugins import load_plugins
from zoo.redoing import refuse_unfinished

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


@pytest.fixture(scope="module")
def queries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("queries")
    for number, colour in enumerate(("red", "red", "blue")):
        draw_shape(colour, "disc", 900 + number).save(folder / f"{number}.png")
    (folder / "text.jpg").write_text("no picture")
    return folder


@pytest.fixture
def at(zoo_folder: Path) -> tuple[object, ...]:
    return ("--runs", zoo_folder, "--plugins", PLUGINS)


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


def test_plugins_shape() -> None:
    report = as_json("plugins", "--plugins", PLUGINS)
    assert {"name", "title", "source", "origin"} <= set(report["backbones"][0])
    assert {b["name"] for b in report["backbones"]} >= {"vgg16", "tiny_a"}
    assert report["failed"] == []


def test_a_broken_plugin_is_listed_and_strict_is_fatal(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("1 / 0")
    (failure,) = as_json("plugins", "--plugins", tmp_path)["failed"]
    assert failure["error"] == "ZeroDivisionError: division by zero"
    assert "bad.py: ZeroDivisionError" in told("plugins", "--plugins", tmp_path, "--strict")


def test_recommend_shape(at: tuple[object, ...], queries: Path) -> None:
    report = as_json("recommend", queries / "0.png", "--top", 3, "--where", "colour=red", *at)
    assert report["queries"] == [str(queries / "0.png")]
    assert sorted(report["results"]) == ["tiny_a", "tiny_b"]
    result = report["results"]["tiny_a"]
    assert isinstance(result["latency_ms"], float)
    assert result["approximate"] is False
    assert [item["rank"] for item in result["items"]] == [1, 2, 3]
    item = result["items"][0]
    assert {"item_id", "path", "similarity", "match", "match_of", "score"} <= set(item)
    assert set(item["matched"]) | set(item["unmatched"]) == {"category", "colour"}
    assert item["match_of"] == 2
    assert Path(item["path"]).is_file()
    assert item["attributes"]["colour"] == {"class": "red", "predicted": False}


def test_recommend_for_several_and_its_sheet(
    at: tuple[object, ...], queries: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "sheet.png"
    done = run(
        "recommend", queries / "0.png", queries / "1.png", "--backbone", "tiny_a", "--alpha", "0.5",
        "--same-category", "--exact", "--diversity", "0.3", "--near-duplicates", "--sheet", sheet,
        *at,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "of 4" in done.stdout
    text = sheet.with_suffix(".txt")
    assert "a sheet is a PNG; name it" in told(
        "recommend", *queries.glob("0.png"), "--sheet", text, *at
    )
    assert not text.exists()
    with Image.open(sheet) as image:
        assert image.width > 600


def test_an_exact_copy_is_found(at: tuple[object, ...], shapes: Path) -> None:
    picture = shapes.parent / "images" / "green-disc-003.png"
    for result in as_json("recommend", picture, *at)["results"].values():
        assert result["items"][0]["exact_copy"] is True
        assert result["items"][0]["path"].endswith("green-disc-003.png")
        assert not any(item["exact_copy"] for item in result["items"][1:])


def test_tag_shape_and_csv(at: tuple[object, ...], queries: Path, tmp_path: Path) -> None:
    report = as_json("tag", queries, *at)
    assert [p["path"] for p in report["pictures"]] == [str(queries / f"{n}.png") for n in range(3)]
    assert set(report["pictures"][0]["attributes"]["colour"]) == {"class", "confidence"}
    (skipped,) = report["skipped"]
    assert "not a picture" in skipped["reason"]
    out = tmp_path / "tags.csv"
    assert run("tag", queries, "--backbone", "tiny_b", "--out", out, *at).returncode == 0
    header, *rows = out.read_text().splitlines()
    assert header == "path,category,category_confidence,colour,colour_confidence"
    assert len(rows) == 3


def test_count_shape(at: tuple[object, ...], queries: Path) -> None:
    report = as_json("count", queries, "--attribute", "colour", "--top", 1, *at)
    assert report["attribute"] == "colour"
    assert report["counts"] == [{"class": "red", "count": 2}]
    assert len(report["skipped"]) == 1


def test_clean_shape_and_files(at: tuple[object, ...], shapes: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    report = as_json(
        "clean", "--data", shapes, "--reader", "csv", "--limit", 200, "--out", out,
        "--backbone", "tiny_b", *at,
    )  # fmt: skip
    assert {"catalog", "listed", "usable", "findings", "disagreement"} <= set(report)
    assert (report["listed"], report["usable"]) == (200, 200)
    assert set(report["disagreement"]["colour"]) == {"pairs", "disagree", "share", "ceiling", "few"}
    assert report["notes"] == ["outliers are tiny_b's; 0 pictures are not in that zoo"]
    assert Path(report["html"]).is_file()
    assert len(Path(report["csv"]).read_text().splitlines()) == 1 + sum(report["findings"].values())


def test_clean_without_a_zoo_says_what_it_left(shapes: Path, tmp_path: Path) -> None:
    done = run("clean", "--data", shapes, "--limit", 20, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "20 of 20 pictures can be used" in done.stdout
    assert "colour: no pair to compare" in done.stdout
    assert "--runs" in done.stdout
    assert (tmp_path / "cleaning/labels/cleaning.html").is_file()
    assert "no such file" in told("clean", "--data", tmp_path / "nothing")
    assert run("clean").returncode == 2


def test_export_shape_and_files(at: tuple[object, ...], tmp_path: Path) -> None:
    out = tmp_path / "network.onnx"
    report = as_json("export", "tiny_a", "--to", "onnx", "--out", out, *at)
    assert {"backbone", "format", "file", "bytes", "largest_difference", "card"} <= set(report)
    assert Path(report["file"]).stat().st_size == report["bytes"]
    done = run("export", "tiny_b", "--to", "safetensors", *at, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("wrote tiny_b.safetensors")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["network.onnx", "tiny_b.safetensors"]


def test_tag_of_a_csv_keeps_its_rows(at: tuple[object, ...], queries: Path) -> None:
    table = queries.parent / "wardrobe.csv"
    table.write_text(f"sku,path\n3,{queries.name}/2.png\n1,{queries.name}/text.jpg\n")
    done = run("tag", table, *at)
    assert done.returncode == 0, done.stderr
    header, first, second = done.stdout.splitlines()
    assert header == "sku,path,category,category_confidence,colour,colour_confidence"
    assert first.startswith(f"3,{queries.name}/2.png,disc,")
    assert second == f"1,{queries.name}/text.jpg,,,,"
    assert "not a picture" in done.stderr
    assert as_json("count", table, "--attribute", "category", *at)["counts"] == [
        {"class": "disc", "count": 1}
    ]


def test_features_shape_and_file(at: tuple[object, ...], queries: Path, tmp_path: Path) -> None:
    out = tmp_path / "features.npz"
    report = as_json("features", queries, "--backbone", "tiny_b", "--out", out, *at)
    assert {"backbone", "file", "pictures", "dimension", "skipped"} <= set(report)
    assert (report["backbone"], report["pictures"], report["dimension"]) == ("tiny_b", 3, 24)
    assert len(report["skipped"]) == 1
    with np.load(out, allow_pickle=False) as data:
        assert data["embedding"].shape == (3, 24)
    assert "none of its 1 pictures can be used" in told(
        "features", queries / "text.jpg", "--out", tmp_path / "none.npz", *at
    )


def test_vectors_shape_and_file(at: tuple[object, ...], tmp_path: Path) -> None:
    out = tmp_path / "vectors.npz"
    report = as_json("vectors", "--out", out, "--backbone", "tiny_b", *at)
    assert {"backbone", "file", "items", "attributes"} <= set(report)
    assert (report["backbone"], report["items"]) == ("tiny_b", 240)
    with np.load(out, allow_pickle=False) as data:
        assert data["class/colour"].shape == (240,)


def test_sample_draws_a_sheet(at: tuple[object, ...], tmp_path: Path) -> None:
    sheets = []
    for seed in (0, 0, 1):
        sheets.append(tmp_path / f"{len(sheets)}.png")
        done = run("sample", "--sheet", sheets[-1], "--seed", seed, "--top", 2, *at)
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip().endswith("2 queries, 2 backbones")
    first, again, other = (path.read_bytes() for path in sheets)
    assert first == again != other
    done = run("sample", "--sheet", sheets[0], "--limit", 1, "--backbone", "tiny_a", *at)
    assert done.stdout.strip().endswith("1 queries, 1 backbones")


def test_evaluate_shape(at: tuple[object, ...]) -> None:
    report = as_json("evaluate", *at)
    scores = report["backbones"]["tiny_a"]
    for part in ("accuracy", "top3", "macro_f1", "majority"):
        assert set(scores[part]) == {"category", "colour"}
    metrics = {"attribute_match@5", "recall@1", "recall@5", "recall@10", "map@10"}
    assert metrics <= set(scores["retrieval"])
    assert {"recall@10", "query_ms", "build_s", "bytes"} <= set(scores["index"])
    assert scores["images_per_s"] > 0
    assert metrics <= set(report["baselines"]["random"]["retrieval"])
    assert metrics <= set(report["baselines"]["pixels"]["retrieval"])
    assert report["catalog"]["disagreement"]["colour"]["pairs"] == 1
    text = run("evaluate", "tiny_a", *at).stdout
    assert "true labels only" in text
    assert "tiny_a, blend 0.8" in text
    assert "only 36 queries" in text
    assert "be right on more of them (1 pairs, a small number)" in text


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
    assert rf"file name is not UTF-8: {folder}/caf\xe9.png" in done.stderr
    assert "change_report.csv" in done.stderr
    assert run("remove", "fresh", *here).stdout == "0 added, 0 changed, 1 removed; 240 items\n"
    assert "no item 'fresh' in catalogue" in told("remove", "fresh", *here)
    assert "measured before the catalogue changed (1 added, 1 removed)" in run(
        "evaluate", *here
    ).stdout  # fmt: skip
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


def test_doctor_ends_with_one_when_something_is_wrong(zoo_folder: Path, tmp_path: Path) -> None:
    missing = run("doctor", "--runs", tmp_path / "nowhere")
    assert missing.returncode == 1
    assert "nowhere: no such folder; name that of the zoos with --runs" in missing.stdout
    assert (
        run("doctor", "--runs", zoo_folder).returncode == 1
    )  # its backbones' plugins are not here


def test_a_training_that_never_began_is_not_unfinished(shapes: Path, tmp_path: Path) -> None:
    arguments = ("resnet50", "--data", shapes, "--runs", tmp_path / "zoo", "--limit", 60)
    assert "--weights random" in told(*arguments, script="train.py")  # no weights to be had
    assert "image-size 1 is not within" in told(
        *arguments, "--weights", "random", "--image-size", 1, script="train.py"
    )
    refuse_unfinished(tmp_path / "zoo", load_plugins([]).select(["resnet50"]))


def test_a_mistyped_zoo_names_those_there_are(zoo_folder: Path) -> None:
    line = told("evaluate", "--runs", zoo_folder.parent / "shpes")
    assert f"name one that is there with --runs ({zoo_folder})" in line


def test_doctor_shape(zoo_folder: Path) -> None:
    report = as_json("doctor", "--runs", zoo_folder, "--plugins", PLUGINS)
    assert set(report) >= {"devices", "packages", "precision", "hub", "zoos", "problems"}
    assert "cpu" in report["devices"]
    compiler = shutil.which(os.environ.get("CXX", "g++"))
    assert report["runtimes"] == ["torch", *(["compiled"] if compiler else []), "openvino"]


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
    assert "python serve.py --runs runs/labels" in first.stderr
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
        "upper,full", "--min-per-class", 5, script="train.py",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    catalog = load_catalog(zoo)
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
    arguments = (
        "tiny_a", "--data", shapes, "--plugins", PLUGINS, "--weights", "random", "--limit", 120,
        "--epochs-frozen", 0, "--epochs-unfrozen", 1, "--runs", tmp_path / "zoo",
    )  # fmt: skip
    partial = tmp_path / "zoo" / ".tiny_a.partial"
    partial.mkdir(parents=True)
    (partial / "run.json").write_text('{"format": 2}')
    (partial / "left").touch()
    assert "with --resume to go on, or with --restart to begin again" in told(
        *arguments, script="train.py"
    )
    assert (partial / "left").exists()
    assert run(*arguments, "--restart", script="train.py").returncode == 0
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
        (("count", "{q}", "--attribute", "sleeve"), "unknown attribute 'sleeve'"),
        (("index", "resnet50"), "no run of 'resnet50'"),
        (("index", "--recall", "1.5"), "--recall 1.5 is not within 0..1"),
        (("export", "tiny_a", "--to", "tflite"), "unknown format 'tflite'; available: onnx"),
        (("export", "resnet5"), "unknown backbone 'resnet5'"),
    ],
)
def test_bad_input_of_use_is_one_line(
    arguments: tuple[str, ...], message: str, queries: Path, at: tuple[object, ...]
) -> None:
    assert message in told(*(a.format(q=queries) for a in arguments), *at)


def test_no_zoo_is_one_line(tmp_path: Path) -> None:
    assert "no zoo at" in told("evaluate", "--runs", tmp_path / "nothing")
    for line in (
        told("serve", "--runs", tmp_path / "nothing"),
        told("--runs", tmp_path / "nothing", "--port", "0", script="serve.py"),
    ):
        assert "make one with: zoo train --data YOUR_PICTURES" in line


def test_another_catalogue_into_one_zoo_is_refused(
    shapes: Path, zoo_folder: Path, tmp_path: Path
) -> None:
    line = told("tiny_a", "--data", shapes, "--limit", 100, "--weights", "random",
                "--runs", zoo_folder, "--plugins", PLUGINS, script="train.py")  # fmt: skip
    assert "holds another catalogue" in line


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


def test_a_page_that_trains_is_not_for_everybody(tmp_path: Path) -> None:
    manage = ("serve", "--runs", tmp_path, "--manage")
    assert "leave out one of them" in told(*manage, "--share")
    assert "ask for a login with --auth" in told(*manage, "--host", "0.0.0.0")
    assert "by the proxy" in told(*manage, "--proxy", "10.0.0.0/8")
    assert "'caddy' is no address" in told("serve", "--runs", tmp_path, "--proxy", "caddy")
