"""What is said of backbones and of the machine before anything is built."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from tests.conftest import PLUGINS
from zoo.backbones import TimmBackbone
from zoo.compare import open_zoo
from zoo.files import bytes_in
from zoo.inventory import machine, models, published
from zoo.plugins import load_plugins


def test_every_backbone_with_its_state(zoo_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(zoo_folder, tmp_path / "zoo"))
    (folder / ".vgg16.partial").mkdir()
    (folder / ".vgg16.partial" / "half").write_bytes(bytes(7))
    shutil.rmtree(folder / "tiny_b")
    (folder / "tiny_b").mkdir()
    (folder / "tiny_b" / "run.json").write_text("{")
    zoo = open_zoo(folder, [PLUGINS])
    found = {m.name: m for m in models(load_plugins([PLUGINS]), folder, zoo)}
    states = {name: model.state for name, model in found.items()}
    assert states["tiny_a"] == "trained"
    assert states["tiny_b"] == "not opened"
    assert states["vgg16"] == "unfinished"
    assert states["resnet50"] == "untrained"
    assert found["vgg16"].bytes == 7
    assert found["tiny_a"].bytes == bytes_in(folder / "tiny_a") > 1000
    trained, untrained = found["tiny_a"].report(), found["resnet50"].report()
    assert trained["trained"]
    assert trained["image_size"] == 32
    assert trained["dimension"] == zoo.runs["tiny_a"].embeddings.shape[1]
    own = load_plugins([PLUGINS]).get("tiny_a").network()
    assert trained["parameters"] == sum(p.numel() for p in own.parameters())
    assert untrained["image_size"] == 224
    assert "dimension" not in untrained


@pytest.mark.parametrize(
    ("source", "licence", "home"),
    [
        ("resnet50.a1_in1k", "apache-2.0", "https://huggingface.co/timm/resnet50.a1_in1k"),
        ("vgg16.tv_in1k", "bsd-3-clause", "https://huggingface.co/timm/vgg16.tv_in1k"),
        ("legacy_xception.tf_in1k", "apache-2.0", "https://github.com/"),
    ],
)
def test_licence_and_home_are_those_that_timm_states(source: str, licence: str, home: str) -> None:
    told = published(TimmBackbone("x", "X", source))
    assert told.licence == licence
    assert told.home is not None
    assert told.home.startswith(home)


def test_a_backbone_that_cannot_say_is_no_end() -> None:
    told = published(TimmBackbone("x", "X", "no_such_network.none"))
    assert told.problem is not None
    assert "timm has no" in told.problem


def test_the_machine(tmp_path: Path) -> None:
    here = machine(tmp_path)
    assert any(device.startswith("cpu: ") and "core" in device for device in here.devices)
    assert 0 < here.free_bytes < here.total_bytes


def test_a_folder_is_measured_while_a_training_writes_into_it(tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(bytes(7))
    ended = threading.Event()

    def come_and_go() -> None:
        while not ended.is_set():
            (tmp_path / "shards" / "deep").mkdir(parents=True)
            (tmp_path / "shards" / "deep" / "one").touch()
            shutil.rmtree(tmp_path / "shards")

    training = threading.Thread(target=come_and_go)
    training.start()
    try:
        assert {bytes_in(tmp_path) for _ in range(2000)} == {7}
    finally:
        ended.set()
        training.join()
