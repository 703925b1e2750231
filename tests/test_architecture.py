"""The shape of the house: who may import whom, and that all there is, is documented and tested."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from tests.conftest import ROOT
from zoo import hookspecs
from zoo.cli import app

# From top to bottom: a room imports only from rooms above it, or from itself.
ROOMS = [
    ("errors", "plurals", "ending"),
    ("hookspecs", "files", "addresses", "pictures", "pool"),
    ("weights", "backbones", "indexes"),
    ("plugins", "progress", "processes"),
    ("devices",),
    ("catalog",),
    ("features",),
    ("cluster",),
    ("training",),
    ("search",),
    ("evaluation",),
    ("cleaning", "indexing"),
    ("run_files",),
    ("runs",),
    ("embedding", "mapping"),
    ("pipeline", "compare", "heat"),
    ("redoing",),
    ("exporting",),
    ("picture_tables", "queries", "remembered", "style", "judging", "deciding"),
    ("building", "updating", "inventory"),
    ("outputs",),
    ("page",),
    ("commands",),
    ("cli",),
]
LEVEL = {name: level for level, names in enumerate(ROOMS) for name in names}
ONLY_IN = {
    "gradio": {"page"},
    "ray": {"cluster"},
    "fsspec": {"addresses"},
    "pluggy": {"plugins", "hookspecs"},
    "annoy": {"search/annoy_index"},
    "lancedb": {"search/lance_index"},
    "lance": {"search/lance_fragments"},
    "captum": {"features/saliency"},
    "openvino": {"features/openvino_runtime"},
    "typer": {"cli", "commands"},
}
SOURCES = sorted((ROOT / "zoo").rglob("*.py"))
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it, types apart."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            node.body.clear()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "zoo":
                yield from (f"zoo.{alias.name}" for alias in node.names)
            else:
                yield node.module


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_rooms_import_only_from_above(path: Path) -> None:
    place = path.relative_to(ROOT / "zoo").with_suffix("")
    room = place.parts[0]
    if room in ("__init__", "shipped_plugins"):
        return
    for module in imports(path):
        name = module.split(".")
        if name[0] == "zoo" and len(name) > 1 and name[1] != room:
            assert LEVEL[name[1]] <= LEVEL[room], f"{place} imports {module}"
        if name[0] in ONLY_IN:
            allowed = ONLY_IN[name[0]]
            assert room in allowed or place.as_posix() in allowed, f"{place} imports {module}"


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "zoo" / "page").glob("*/*.py")),
    ids=lambda p: f"{p.parent.name}/{p.name}",
)
def test_no_tab_of_the_page_knows_another(path: Path) -> None:
    tabs = {folder.parent.name for folder in (ROOT / "zoo" / "page").glob("*/__init__.py")}
    for module in imports(path):
        name = module.split(".")
        if name[:2] == ["zoo", "page"] and name[2] in tabs:
            assert name[2] == path.parent.name, f"{path} imports {module}"


def test_no_module_is_named_for_nothing() -> None:
    names = {path.stem for path in SOURCES}
    assert not names & {"utils", "util", "helpers", "common", "base", "misc"}


def test_a_shipped_plugin_is_one_short_file() -> None:
    for path in (ROOT / "plugins").glob("*.py"):
        assert len(path.read_text().splitlines()) <= 40
        names = {m for m in imports(path) if not m.startswith("zoo.search.")}
        assert names <= {"zoo.Recipe", "zoo.TimmBackbone", "zoo.hookimpl", "torch"}


def test_every_hook_is_documented_and_tested() -> None:
    hooks = [name for name, value in vars(hookspecs).items() if hasattr(value, "zoo_spec")]
    assert hooks == ["register_backbones", "register_indexes"]
    guide = (ROOT / "docs" / "plugins.md").read_text()
    tests = (ROOT / "tests" / "test_plugins.py").read_text()
    for hook in hooks:
        assert hook in guide
        assert hook in tests


def flags() -> list[tuple[str, str]]:
    found = []
    for command in typer.main.get_command(app).commands.values():  # type: ignore[attr-defined]
        found.append((command.name, command.name))
        for parameter in command.params:
            found += [(command.name, flag) for flag in parameter.opts if flag.startswith("--")]
    return found


@pytest.mark.parametrize(("command", "word"), flags())
def test_every_command_and_flag_is_documented_and_tested(command: str, word: str) -> None:
    if word == "--help":
        return
    assert any(word in doc.read_text() for doc in DOCS), f"{command} {word} is in no document"
    tests = "".join(p.read_text() for p in (ROOT / "tests").rglob("test_*.py"))
    assert f'"{word}"' in tests, f"{command} {word} is in no test"
