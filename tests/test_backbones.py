"""Every registered backbone keeps the contract."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from PIL import Image

from tests.conftest import PLUGINS, ROOT, TINY
from zoo.backbones import Backbone, TimmBackbone, Transform, check
from zoo.catalog import Catalog
from zoo.errors import PluginError
from zoo.plugins import load_plugins
from zoo.training.model import embedding_width
from zoo.training.network import new_model

BACKBONES = load_plugins([PLUGINS]).backbones
WIDTHS = {"vgg16": 512, "resnet50": 2048, "xception": 2048, "inception_v3": 2048}


@pytest.mark.parametrize("name", BACKBONES)
def test_network_gives_a_vector_per_picture(name: str) -> None:
    backbone = BACKBONES[name]
    transform = backbone.transform(32)
    network = backbone.network().eval()
    with torch.inference_mode():
        output = network(torch.zeros(2, 3, transform.size, transform.size))
    assert output.shape == (2, WIDTHS.get(name, output.shape[1]))
    assert embedding_width(network, transform) == output.shape[1]


def test_a_transform_that_fails_is_one_line() -> None:
    class Careless(TimmBackbone):
        def transform(self, image_size: int | None = None) -> Transform:
            return Transform(image_size)  # type: ignore[call-arg, arg-type]

    with pytest.raises(PluginError, match=r"'careless': its transform failed .* docs/plugins\.md"):
        check(Careless("careless", "Careless", "none"), 64)


def test_the_network_of_the_guide_is_one(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "plugins.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(# my_plugins/flat\.py.*?)```", guide, re.DOTALL)
    (tmp_path / "flat.py").write_text(code)
    flat = load_plugins([tmp_path]).get("flat")
    check(flat, 32)
    assert embedding_width(flat.network(), flat.transform(32)) == 64


def test_a_network_that_cannot_run_is_one_line(catalog: Catalog) -> None:
    class Flat(TimmBackbone):
        def network(self) -> torch.nn.Module:
            return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(9, 4))

        def transform(self, image_size: int | None = None) -> Transform:
            return Transform(32, 1.0, "bilinear", (0.5,) * 3, (0.5,) * 3)

    told = r"^flat: its network fails on a \(1, 3, 32, 32\) picture: mat1 and mat2 shapes"
    with pytest.raises(PluginError, match=told):
        new_model(Flat("flat", "Flat", "none"), catalog, TINY)


@pytest.mark.parametrize("name", BACKBONES)
def test_transform_is_that_of_the_weights(name: str) -> None:
    backbone = BACKBONES[name]
    transform = backbone.transform()
    tensor = transform(Image.new("RGB", (60, 80), (255, 255, 255)))
    assert tensor.shape == (3, transform.size, transform.size)
    expected = [(1 - m) / s for m, s in zip(transform.mean, transform.std, strict=True)]
    torch.testing.assert_close(tensor.mean(dim=(1, 2)), torch.tensor(expected))
    if isinstance(backbone, TimmBackbone):
        config = timm.get_pretrained_cfg(backbone.source)
        assert transform.size == config.input_size[-1]
        assert transform.crop == config.crop_pct
        assert transform.mean == config.mean


def test_the_picture_size_is_never_below_what_the_network_can_take() -> None:
    assert BACKBONES["inception_v3"].transform(64).size == 75


def test_a_network_of_one_size_is_seen_to_take_no_other() -> None:
    vit = TimmBackbone("vit", "ViT", "vit_tiny_patch16_224.augreg_in21k_ft_in1k")
    assert check(vit, 96).size == 224
    assert check(TimmBackbone("r18", "R", "resnet18.a1_in1k"), 96).size == 96


def test_pixels_crops_the_centre() -> None:
    image = Image.new("RGB", (40, 20), "black")
    image.paste("white", (10, 0, 30, 20))
    transform = Transform(20, 1.0, "bilinear", (0.5,) * 3, (0.5,) * 3)
    pixels = transform.pixels(image)
    assert pixels.shape == (20, 20, 3)
    assert pixels.dtype == np.uint8
    assert (pixels == 255).all()


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic", "lanczos"])
@pytest.mark.parametrize("shape", [(48, 64), (64, 48), (31, 31), (20, 200)])
def test_only_what_the_crop_keeps_is_resized_to_the_same_pixels(
    shape: tuple[int, int], interpolation: str
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    transform = Transform(28, 0.875, interpolation, (0.5,) * 3, (0.5,) * 3)
    height, width = (max(28, round(side * 32 / min(shape))) for side in shape)
    whole = Image.fromarray(noise).resize((width, height), Image.Resampling[interpolation.upper()])
    left, top = (width - 28) // 2, (height - 28) // 2
    cropped = np.asarray(whole.crop((left, top, left + 28, top + 28))).astype(int)
    assert abs(transform.pixels(Image.fromarray(noise)) - cropped).max() <= 1


def test_an_unknown_timm_tag_is_named() -> None:
    for source in ("resnet5000.nothing", "resnet50.nothing"):
        backbone: Backbone = TimmBackbone("mine", "Mine", source)
        for use in (backbone.network, backbone.transform):
            with pytest.raises(PluginError, match=f"'mine': timm has no '{source}'"):
                use()
