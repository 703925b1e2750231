"""The plugin host: what it takes up, and what it keeps apart."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from zoo.backbones import Backbone
from zoo.errors import PluginError, ZooError
from zoo.indexing import index_named
from zoo.plugins import load_plugins, shipped

SHIPPED_INDEXES = {"annoy", "exact", "lance"}
SHIPPED = {"inception_v3", "resnet50", "vgg16", "xception"}
GOOD = """
from zoo import TimmBackbone, hookimpl

@hookimpl
def register_backbones(register):
    register(TimmBackbone({name!r}, "A title", "resnet18.a1_in1k"))
"""

TYPO = "no hook is called 'register_backbone'; there are register_backbones and register_indexes"
INDEX = """
from zoo import hookimpl
from zoo.search.exact_index import Exact

class Mine(Exact):
    name = {name!r}

@hookimpl
def register_indexes(register):
    register(Mine())
"""


def write(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder


def test_the_four_are_shipped_and_come_from_the_plugins_folder() -> None:
    registry = load_plugins()
    assert set(registry.backbones) >= SHIPPED
    assert registry.origins["vgg16"] == "plugins/vgg16.py"
    assert registry.failed == ()


def test_a_stranger_adds_one_with_one_file(tmp_path: Path) -> None:
    registry = load_plugins([write(tmp_path, "mine.py", GOOD.format(name="mine"))])
    assert set(registry.backbones) == SHIPPED | {"mine"}
    assert registry.origins["mine"] == f"{tmp_path.name}/mine.py"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import nothing_of_this_name", "ModuleNotFoundError: No module named"),
        ("def register_backbones(register): pass", "is @hookimpl missing"),
        (GOOD.format(name="x").replace("register_backbones", "register_backbone"), TYPO),
        (GOOD.format(name="resnet50"), "'resnet50' is taken by plugins/resnet50.py"),
        (GOOD.format(name="Not Good"), "does not match [a-z0-9_]+"),
        (GOOD.format(name="x") + "    register(3)", "registered 3, which is no Backbone"),
        (GOOD.format(name="x") + "    1 / 0", "ZeroDivisionError"),
        ("raise SystemExit(3)", "SystemExit"),
        ("def (", "SyntaxError"),
    ],
)
def test_a_bad_plugin_is_kept_apart_and_the_rest_work(
    tmp_path: Path, text: str, reason: str
) -> None:
    write(tmp_path, "bad.py", text)
    write(tmp_path, "good.py", GOOD.format(name="good"))
    registry = load_plugins([tmp_path])
    assert set(registry.backbones) == SHIPPED | {"good"}
    (failure,) = registry.failed
    assert failure.origin == f"{tmp_path.name}/bad.py"
    assert reason in failure.error
    assert "\n" not in failure.error


def test_strict_makes_a_bad_plugin_fatal(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"bad\.py: ZeroDivisionError"):
        load_plugins([write(tmp_path, "bad.py", "1 / 0")], strict=True)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="nowhere: no such folder"):
        load_plugins([tmp_path / "nowhere"])


def test_a_plugin_file_is_named_by_its_folder(tmp_path: Path) -> None:
    path = write(tmp_path, "mine.py", GOOD.format(name="mine")) / "mine.py"
    with pytest.raises(PluginError, match=f"{path}: is a file; name its folder: {tmp_path}$"):
        load_plugins([path])


def test_two_folders_may_hold_files_of_one_name(tmp_path: Path) -> None:
    folders = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        folders.append(write(tmp_path / name, "mine.py", GOOD.format(name=name)))
    assert set(load_plugins(folders).backbones) == SHIPPED | {"one", "two"}


def test_a_folder_of_the_same_name_as_the_shipped_one_is_another(tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    folder = write(tmp_path / "plugins", "vgg16.py", GOOD.format(name="mine"))
    registry = load_plugins([folder])
    assert registry.failed == ()
    assert set(registry.backbones) == SHIPPED | {"mine"}
    assert shipped() == sorted(SHIPPED)


def test_an_unknown_backbone_lists_the_known() -> None:
    expected = "unknown backbone 'resnet5'; available: inception_v3, resnet50, vgg16, xception"
    with pytest.raises(ZooError, match=f"{expected}; nearest: resnet50; one of a plugin"):
        load_plugins().get("resnet5")


def test_an_unknown_backbone_may_be_that_of_a_broken_plugin(tmp_path: Path) -> None:
    write(tmp_path, "mine.py", "1 / 0")
    with pytest.raises(ZooError, match=r"'mine'.*; plugin kept apart: .*mine.py: ZeroDivision"):
        load_plugins([tmp_path]).get("mine")


def test_registering_builds_nothing() -> None:
    for backbone in load_plugins().backbones.values():
        assert isinstance(backbone, Backbone)
        assert not any(hasattr(value, "parameters") for value in vars(backbone).values())


def test_indexes_are_taken_up_like_backbones(tmp_path: Path) -> None:
    write(tmp_path, "mine.py", INDEX.format(name="mine"))
    registry = load_plugins([tmp_path])
    assert set(registry.indexes) == SHIPPED_INDEXES | {"mine"}
    assert registry.index_origins["mine"] == f"{tmp_path.name}/mine.py"
    assert registry.index_origins["lance"] == "plugins/lance.py"
    assert set(registry.backbones) == SHIPPED
    assert {i["name"]: i["title"] for i in registry.report()["indexes"]}["annoy"] == "Annoy"
    with pytest.raises(ZooError, match="unknown index 'x'; available: annoy, exact, lance, mine"):
        index_named("x", registry.indexes)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{bad}\n    1 / 0", "ZeroDivisionError"),
        ("{taken}", "index name 'annoy' is taken by plugins/annoy.py"),
        ("{bad}\n    register(3)", "registered 3, which is no Index object"),
        ("{twice}", "index name 'x' is registered twice"),
    ],
)
def test_a_bad_index_is_kept_apart_and_its_backbones_with_it(
    tmp_path: Path, text: str, reason: str
) -> None:
    good, taken = INDEX.format(name="x"), INDEX.format(name="annoy")
    both = GOOD.format(name="mine") + text.format(
        bad=good, taken=taken, twice=good + "    register(Mine())\n"
    )
    registry = load_plugins([write(tmp_path, "bad.py", both)])
    assert set(registry.indexes) == SHIPPED_INDEXES
    assert "mine" not in registry.backbones
    assert reason in registry.failed[0].error


def test_registering_an_index_imports_no_engine_of_vectors() -> None:
    code = (
        "import sys; from zoo.plugins import load_plugins; load_plugins(); "
        "print(*sorted({'lancedb', 'lance', 'pyarrow', 'torch'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.returncode) == ("", 0), done.stderr
