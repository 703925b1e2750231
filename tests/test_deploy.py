"""The files for servers: that they parse, and that what they name is there."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from tests.conftest import ROOT
from zoo.catalog import Catalog, load_catalog
from zoo.cli import app
from zoo.page.serving.door import MOST_UPLOADED
from zoo.page.serving.uploads_folder import LEAST_FREE

DEPLOY = ROOT / "deploy"
SPACE = DEPLOY / "space"


def serve_flags() -> set[str]:
    serve = typer.main.get_command(app).commands["serve"]  # type: ignore[attr-defined]
    return {flag for parameter in serve.params for flag in parameter.opts}


def instructions() -> list[tuple[str, str]]:
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines()]
    return [tuple(line.split(None, 1)) for line in lines if line and line[0] != "#"]  # type: ignore[misc]


def compose(name: str = "compose.yaml") -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / name).read_text())
    return read


def test_the_image_copies_what_there_is_and_what_is_not_ignored() -> None:
    wanted = (ROOT / ".dockerignore").read_text().split()
    copied = [
        name
        for word, rest in instructions()
        if word == "COPY" and not rest.startswith("--from")
        for name in rest.split()[:-1]
    ]
    assert {"zoo", "plugins", "pyproject.toml"} <= set(copied)
    for name in copied:
        assert (ROOT / name).exists(), name
        assert f"!{name}" in wanted


def test_the_image_runs_our_command_without_rights() -> None:
    said = dict(instructions())
    assert said["ENTRYPOINT"] == '["zoo"]'
    assert said["USER"] == "1000"
    words = re.findall(r'"([^"]+)"', said["CMD"])
    assert words[0] == "serve"
    assert {w for w in words if w.startswith("--")} <= serve_flags()
    assert "/healthz" in said["HEALTHCHECK"]


def assert_uploads_are_bounded(service: dict[str, Any]) -> None:
    """A tmpfs is memory, and without a size it is half of the machine's."""
    (folder,) = service["tmpfs"]
    place, _, size = folder.partition(":size=")
    assert place == "/tmp"
    assert int(size.removesuffix("g")) * 1024**3 > LEAST_FREE + MOST_UPLOADED


def test_compose_names_what_there_is() -> None:
    zoo, caddy = compose()["services"]["zoo"], compose()["services"]["caddy"]
    assert (DEPLOY / zoo["build"]["context"] / zoo["build"]["dockerfile"]).is_file()
    assert {w for w in zoo["command"].split() if w.startswith("--")} <= serve_flags()
    subnet = compose()["networks"]["inside"]["ipam"]["config"][0]["subnet"]
    assert f"--proxy {subnet}" in zoo["command"]
    assert "ports" not in zoo  # reached through the proxy alone
    assert_uploads_are_bounded(zoo)
    assert (DEPLOY / caddy["volumes"][0].split(":")[0]).is_file()
    assert "zoo:7860" in (DEPLOY / "Caddyfile").read_text()
    assert "proxy_buffering off" in (DEPLOY / "nginx.conf").read_text()


def test_several_pages_share_what_they_only_read() -> None:
    many = compose("compose-many.yaml")
    caddy = many["services"].pop("caddy")
    pages = many["services"]
    assert len(pages) > 1
    proxied = (DEPLOY / "Caddyfile-many").read_text()
    subnet = many["networks"]["inside"]["ipam"]["config"][0]["subnet"]
    for name, page in pages.items():
        assert f"{name}:7860" in proxied
        assert name in caddy["depends_on"]
        assert {w for w in page["command"].split() if w.startswith("--")} <= serve_flags()
        assert "--read-only" in page["command"].split()
        assert f"--proxy {subnet}" in page["command"]
        writable = [v.rpartition(":")[2] for v in page["volumes"] if not v.endswith(":ro")]
        assert writable == ["/cache"]
        assert "--cache /cache" in page["command"]
        assert "ports" not in page
        assert_uploads_are_bounded(page)
    assert (DEPLOY / caddy["volumes"][0].split(":")[0]).is_file()
    assert "lb_policy cookie" in proxied
    assert "hash $remote_addr" in (DEPLOY / "nginx.conf").read_text()


def test_the_space_is_as_the_hub_wants_it() -> None:
    _, front, _ = (SPACE / "README.md").read_text().split("---\n", 2)
    facts = yaml.safe_load(front)
    assert facts["sdk"] == "gradio"
    assert (SPACE / facts["app_file"]).is_file()
    assert len(facts["short_description"]) <= 60
    project = (ROOT / "pyproject.toml").read_text()
    listed = project.partition("\ndependencies = [")[2].partition("\n]")[0]
    needed = [d for d in re.findall(r'"(.+)"', listed) if not d.startswith("gradio>")]
    assert (SPACE / "requirements.txt").read_text().split() == needed


def test_the_app_of_the_space_says_what_is_missing(tmp_path: Path) -> None:
    shutil.copy(SPACE / "app.py", tmp_path)
    done = subprocess.run(
        [sys.executable, str(tmp_path / "app.py")], capture_output=True, text=True, timeout=120,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: no zoo at {tmp_path / 'runs'}")


def test_linters_find_nothing() -> None:
    yamllint = pytest.importorskip("yamllint.linter")
    from yamllint.config import YamlLintConfig

    rules = YamlLintConfig(file=str(DEPLOY / ".yamllint"))
    for path in sorted(DEPLOY.glob("*.yaml")):
        assert not list(yamllint.run(path.read_text(), rules)), path


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    if not hadolint.is_file():
        pytest.skip("hadolint is not installed here")
    done = subprocess.run([hadolint, DEPLOY / "Dockerfile"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_a_moved_zoo_has_its_pictures_in_itself(catalog: Catalog, tmp_path: Path) -> None:
    pictures = Path(shutil.copytree(catalog.root, tmp_path / "before"))
    dataclasses.replace(catalog, root=pictures).save(tmp_path / "zoo")
    assert load_catalog(tmp_path / "zoo").root == pictures
    shutil.move(pictures, tmp_path / "zoo" / "pictures")
    moved = load_catalog(tmp_path / "zoo")
    assert moved.path(0).is_file()
    assert moved.root == tmp_path / "zoo" / "pictures"
