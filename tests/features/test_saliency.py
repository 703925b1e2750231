"""Where a network looks: maps that answer to a head, and networks that keep none."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from torch import nn

from tests.conftest import PLUGINS, TINY, draw_shape
from zoo.backbones import Transform
from zoo.building import make_zoo
from zoo.catalog import Attribute, Catalog
from zoo.compare import Zoo, open_zoo
from zoo.errors import ZooError
from zoo.features.saliency import grad_cam, last_map, traced, with_own_modules
from zoo.heat import look, on_picture
from zoo.pictures import read_bytes
from zoo.plugins import load_plugins
from zoo.progress import Progress
from zoo.search.ask import Ask
from zoo.training.model import ZooModel
from zoo.training.stack import StackedModel

HEADS = [Attribute("shape", ("disc", "square")), Attribute("colour", ("red", "green", "blue"))]


class Quarters(nn.Module):
    """Class k speaks for the brightness of the k-th quarter of the picture, by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.map = nn.AvgPool2d(4)  # (B, 3, 8, 8) -> (B, 3, 2, 2)

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, ...]:
        places = self.map(pictures)[:, 0].flatten(1)  # (B, 4)
        return places, places, -places


def test_the_map_lies_where_the_picture_is_bright() -> None:
    picture = torch.zeros(1, 3, 8, 8)
    picture[:, :, :4, 4:] = 1  # above, right
    found = grad_cam(Quarters(), 0, picture)
    assert (found.target, found.places) == (1, 2)
    assert found.values is not None
    assert found.values.shape == (8, 8)
    assert found.values[0, 7] == found.values.max() == 1
    assert found.values[7, 0] == found.values.min() == 0


def test_nothing_speaks_for_a_class_that_brightness_speaks_against() -> None:
    found = grad_cam(Quarters(), 1, torch.ones(1, 3, 8, 8))
    assert found.values is not None
    assert not found.values.any()


@pytest.mark.parametrize("name", ["tiny_a", "tiny_b"])
def test_a_tiny_backbone_looks_elsewhere_for_another_attribute(zoo: Zoo, name: str) -> None:
    data = io.BytesIO()
    draw_shape("red", "disc", 7).save(data, "PNG")
    run = zoo.run(name)
    looks = {a: look(run, data.getvalue(), a) for a in ("category", "colour")}
    for attribute, found in looks.items():
        assert found.predicted in zoo.catalog.single(attribute).classes
        assert 0 < found.confidence <= 1
        assert found.heat is not None
        assert found.heat.shape == (32, 32)
        assert found.heat.min() >= 0
        assert found.heat.max() <= 1
    one, other = (found.heat for found in looks.values())
    assert not np.allclose(one, other)
    tags = zoo.recommend({"mine": data.getvalue()}, Ask(top=1), [name])[name].predicted[0]
    assert looks["colour"].predicted == tags.attributes["colour"][0]
    assert looks["colour"].confidence == pytest.approx(tags.attributes["colour"][1], abs=1e-4)
    with pytest.raises(ZooError, match="unknown attribute 'size'; available: category, colour"):
        look(run, data.getvalue(), "size")


def test_the_map_is_laid_where_the_network_looked(zoo: Zoo) -> None:
    whole = on_picture(np.ones((32, 32), dtype=np.float32), zoo.run("tiny_a"), 60, 40)
    assert whole.shape == (40, 60)
    assert whole[:, 10:50].all()
    assert not whole[:, :10].any()
    assert not whole[:, 50:].any()


def test_what_a_transform_keeps() -> None:
    transform = Transform(96, 0.5, "bilinear", (0.5,) * 3, (0.5,) * 3)  # type: ignore[arg-type]
    assert transform.kept(200, 100) == (75, 25, 125, 75)


def model_of(name: str, size: int) -> tuple[ZooModel, torch.Tensor]:
    torch.manual_seed(0)
    network = timm.create_model(name, num_classes=0).eval()
    picture = torch.randn(1, 3, size, size)
    with torch.no_grad():
        width = network(picture).shape[1]
    return ZooModel(network, width, HEADS, (), 0.0).eval(), picture


@pytest.mark.parametrize(
    ("name", "size", "layer", "places"),
    [
        ("resnet18", 64, "layer4", 2),
        ("inception_v3", 96, "Mixed_6e", 4),  # what follows has one place only
        ("swin_tiny_patch4_window7_224", 224, "norm", 7),  # channels last
    ],
)
def test_the_last_map_of_a_network(name: str, size: int, layer: str, places: int) -> None:
    model, picture = model_of(name, size)
    found = last_map(traced(model, picture)[0])
    assert found is not None
    assert found.module is model.backbone.get_submodule(layer)
    heat = grad_cam(model, 1, picture)
    assert heat.places == places
    assert heat.values is not None
    assert heat.values.shape == (size, size)


def test_a_network_of_tokens_keeps_no_map() -> None:
    model, picture = model_of("vit_tiny_patch16_224", 224)
    found = grad_cam(model, 1, picture)
    assert found.values is None
    assert found.logits.shape == (3,)


def test_a_network_is_left_as_it_was() -> None:
    model, picture = model_of("resnet18", 64)
    with torch.no_grad():
        before = model(picture)
    grad_cam(model, 0, picture)
    assert all(p.grad is None for p in model.parameters())
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())
    with torch.no_grad():
        assert all(torch.equal(a, b) for a, b in zip(before, model(picture), strict=True))
    twin = with_own_modules(model)
    assert {p.data_ptr() for p in twin.parameters()} == {p.data_ptr() for p in model.parameters()}


def test_a_stack_asks_the_network_of_the_attribute() -> None:
    one, picture = model_of("resnet18", 64)
    networks = [ZooModel(one.backbone, one.width, [head], (), 0.0) for head in HEADS]
    network, head = StackedModel(networks).network_of(1)
    assert (network, head) == (networks[1], 0)
    assert grad_cam(network, head, picture).logits.shape == (3,)
    assert one.network_of(1) == (one, 1)


def test_a_run_with_a_network_per_attribute(catalog: Catalog, tmp_path: Path) -> None:
    catalog.save(tmp_path)
    settings = replace(TINY, networks="per-attribute", epochs_unfrozen=1)
    backbones = load_plugins([PLUGINS]).select(["tiny_a"])
    make_zoo(backbones, catalog, settings, tmp_path, Progress())
    run = open_zoo(tmp_path, [PLUGINS]).run("tiny_a")
    data = read_bytes(catalog.path(0))
    for column, attribute in enumerate(catalog.singles):
        found = look(run, data, attribute.name)
        assert found.predicted == attribute.classes[run.predictions.best[0, column]]
        assert found.heat is not None
        assert found.heat.shape == (32, 32)
