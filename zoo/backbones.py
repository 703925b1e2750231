"""The contract of a backbone, and its everyday implementation over timm.

Nothing here imports torch or timm until a network or a transform is asked for.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from zoo.errors import PluginError, WeightsError, ZooError

if TYPE_CHECKING:
    import torch
    from torch import nn

NAME = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True)
class Recipe:
    """What differs between architectures when they are trained; all else is shared."""

    scratch_lr: float = 2e-3  # peak rate from random weights, for 64 pictures a step
    finetune_lr: float = 6e-4  # the same from pretrained weights
    warmup: float = 0.1  # share of the steps in which the rate rises


@dataclass(frozen=True)
class Transform:
    """Picture -> input of one network: shorter side to size / crop, centre crop, normalisation."""

    size: int  # pixels, square
    crop: float  # share of the shorter side that is kept
    interpolation: str  # bilinear, bicubic, ...
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    @property
    def resized(self) -> int:
        """The shorter side before the crop, in pixels."""
        return max(self.size, int(self.size / self.crop))

    def pixels(self, image: Image.Image) -> np.ndarray:
        """The resized and cropped picture, (size, size, 3) uint8."""
        width, height = image.size
        scale = self.resized / min(width, height)
        across, down = max(self.size, round(width * scale)), max(self.size, round(height * scale))
        left, top = (across - self.size) // 2, (down - self.size) // 2
        right, bottom = left + self.size, top + self.size
        if (across, down) == image.size:
            return np.asarray(image.crop((left, top, right, bottom)), dtype=np.uint8)
        # What the crop leaves out is not computed; the pixels are those of resizing it all.
        x, y = width / across, height / down  # pixels of the picture in one of what comes of it
        box = (left * x, top * y, min(width, right * x), min(height, bottom * y))
        resampling = Image.Resampling[self.interpolation.upper()]
        return np.asarray(image.resize((self.size, self.size), resampling, box), dtype=np.uint8)

    def kept(self, width: int, height: int) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of what `pixels` keeps of a picture, in its own pixels."""
        side = min(width, height) * self.size / self.resized
        left, top = (width - side) / 2, (height - side) / 2
        return left, top, left + side, top + side

    def normalize(self, pixels: torch.Tensor) -> torch.Tensor:
        """(B, size, size, 3) uint8 -> (B, 3, size, size) float32, channels last in memory."""
        import torch

        # One multiplication and addition a channel, on whichever device the pixels are.
        std = torch.tensor(self.std, device=pixels.device)
        mean = torch.tensor(self.mean, device=pixels.device)
        return (pixels.float() / 255 - mean).div_(std).permute(0, 3, 1, 2)

    def __call__(self, image: Image.Image) -> torch.Tensor:
        """One RGB picture -> (3, size, size) float32."""
        import torch

        return self.normalize(torch.from_numpy(self.pixels(image).copy()[None]))[0]


class Backbone(ABC):
    """A network that turns pictures into vectors. Making one is free: nothing is built yet.

    Subclass it for a network of your own; use TimmBackbone for one that timm has.
    """

    name: str  # [a-z0-9_]+: the run's folder, the column on the page
    title: str  # what people read
    source: str  # the exact weights, such as resnet50.a1_in1k
    recipe: Recipe = Recipe()

    @property
    def licence(self) -> str | None:
        """The licence of the published weights, as whoever publishes them states it."""
        return None

    @property
    def home(self) -> str | None:
        """The address where the published weights are described or lie."""
        return None

    @abstractmethod
    def network(self) -> nn.Module:
        """A fresh, randomly initialised module, (B, 3, S, S) float -> (B, D)."""

    @abstractmethod
    def transform(self, image_size: int | None = None) -> Transform:
        """The transform that belongs to these weights, at their own size or a given one."""

    def load_pretrained(self, network: nn.Module) -> Path:
        """Load the published weights into `network`; returns the file they came from."""
        raise WeightsError(
            f"backbone {self.name!r} has no pretrained weights; use --weights random or a file"
        )

    def load_file(self, network: nn.Module, path: Path) -> None:
        """Load weights from a .safetensors or .pth file; WeightsError unless every key fits."""
        from zoo.weights import load_state, read_state

        load_state(network, read_state(path), path, ignored=())


def check(backbone: Backbone, image_size: int | None) -> Transform:
    """Its transform for that size, else PluginError: better before pictures are read."""
    try:
        return backbone.transform(image_size)
    except ZooError:
        raise
    except Exception as error:  # of a plugin: whatever it likes
        raise PluginError(
            f"backbone {backbone.name!r}: its transform failed ({type(error).__name__}: {error}); "
            "what it has to return: docs/plugins.md"
        ) from error


class TimmBackbone(Backbone):
    """A backbone by its timm tag; size, crop, mean and std are timm's for that tag.

    `source` is an architecture and tag of timm, for example `resnet50.a1_in1k`.
    """

    # Keys of published files that belong to no embedding: auxiliary classifiers and the like.
    ignored_weights: tuple[str, ...] = ()
    # The least picture size the architecture can take, in pixels.
    min_size: int = 32

    def __init__(self, name: str, title: str, source: str, recipe: Recipe | None = None) -> None:
        self.name, self.title, self.source = name, title, source
        self.recipe = recipe or Recipe()

    @property
    def licence(self) -> str | None:
        """What timm states for that tag, such as apache-2.0; None where it states none."""
        return self._config().get("license") or None

    @property
    def home(self) -> str | None:
        """The tag's page on the hub; for older weights their origin, or the file itself."""
        config = self._config()
        hub = config.get("hf_hub_id")
        if hub:
            return f"https://huggingface.co/{hub}"
        return config.get("origin_url") or config.get("url") or None

    def network(self) -> nn.Module:
        """timm's module without classifier, randomly initialised."""
        import timm

        try:
            module: nn.Module = timm.create_model(self.source, pretrained=False, num_classes=0)
        except RuntimeError as error:
            raise PluginError(f"backbone {self.name!r}: timm has no {self.source!r}") from error
        return module

    def transform(self, image_size: int | None = None) -> Transform:
        """timm's own preprocessing of that tag."""
        config = self._config()
        own = int(config["input_size"][-1])
        size = own if image_size is None or config["fixed_input_size"] else image_size
        return Transform(
            size=max(size, self.min_size),
            crop=float(config["crop_pct"]),
            interpolation=str(config["interpolation"]),
            mean=config["mean"],
            std=config["std"],
        )

    def load_pretrained(self, network: nn.Module) -> Path:
        """Load timm's weights from its hub or the local cache; WeightsError within seconds."""
        from zoo.weights import fetch_pretrained

        path = fetch_pretrained(self.source)
        self.load_file(network, path)
        return path

    def load_file(self, network: nn.Module, path: Path) -> None:
        """As Backbone.load_file; the classifier's keys of a published file are left out."""
        from zoo.weights import load_state, read_state

        classifier = self._config()["classifier"]
        heads = (classifier,) if isinstance(classifier, str) else tuple(classifier)
        load_state(network, read_state(path), path, ignored=(*heads, *self.ignored_weights))

    def _config(self) -> dict[str, Any]:
        import timm

        try:
            config = timm.get_pretrained_cfg(self.source)
        except RuntimeError:  # the architecture is there, the tag is not
            config = None
        if config is None:
            raise PluginError(f"backbone {self.name!r}: timm has no {self.source!r}")
        return dict(config.to_dict())
