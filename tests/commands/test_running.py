"""`zoo plugins`, `zoo serve` and `zoo doctor`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.conftest import PLUGINS
from tests.typed import as_json, run, told


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


def test_a_page_that_trains_is_not_for_everybody(tmp_path: Path) -> None:
    manage = ("serve", "--runs", tmp_path, "--manage")
    assert "leave out one of them" in told(*manage, "--share")
    assert "ask for a login with --auth" in told(*manage, "--host", "0.0.0.0")
    assert "by the proxy" in told(*manage, "--proxy", "10.0.0.0/8")
    assert "give it with --share" in told("serve", "--runs", tmp_path, "--public")
    assert "'caddy' is no address" in told("serve", "--runs", tmp_path, "--proxy", "caddy")


def test_doctor_shape(zoo_folder: Path) -> None:
    report = as_json("doctor", "--runs", zoo_folder, "--plugins", PLUGINS)
    assert set(report) >= {"devices", "packages", "precision", "hub", "zoos", "problems"}
    assert "cpu" in report["devices"]
    compiler = shutil.which(os.environ.get("CXX", "g++"))
    assert report["runtimes"] == ["torch", *(["compiled"] if compiler else []), "openvino"]


def test_doctor_ends_with_one_when_something_is_wrong(zoo_folder: Path, tmp_path: Path) -> None:
    missing = run("doctor", "--runs", tmp_path / "nowhere")
    assert missing.returncode == 1
    assert "nowhere: no such folder; name that of the zoos with --runs" in missing.stdout
    closed = run("doctor", "--runs", zoo_folder)  # its backbones' plugins are not here
    assert closed.returncode == 1
    assert "items, no backbone opens" in closed.stdout
