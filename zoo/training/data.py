"""What a network is trained and validated on: pictures, targets, and how they are drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch

from zoo import devices
from zoo.backbones import Backbone, Transform
from zoo.catalog import Catalog
from zoo.features.decoding import PictureReader
from zoo.features.pixels import PixelSource, in_batches
from zoo.features.runtime import TorchRuntime
from zoo.training.augment import sides_matter
from zoo.training.sampling import Balance, make_balance
from zoo.training.settings import Settings
from zoo.training.targets import Targets, targets_of

SMALL = 2 / 3  # of the picture size, in the first half of the unfrozen epochs
LEAST_SMALL = 64  # pixels: below, a step costs as much and teaches less
BATCH = 64  # of pictures that are only looked at


@dataclass(frozen=True)
class TrainingData:
    """What both splits are trained and validated on; targets by catalogue row."""

    source: PixelSource
    transform: Transform
    small: int  # pixels a side in the first half of the epochs; transform.size for no growing
    targets: Targets
    train: np.ndarray
    val: np.ndarray
    balance: Balance = field(default_factory=Balance)
    flips: bool = True  # whether a mirrored picture keeps its labels


def training_data(
    backbone: Backbone, catalog: Catalog, settings: Settings, source: PixelSource | None = None
) -> TrainingData:
    """The training and validation pictures at this backbone's size, and how they are drawn.

    `source` has the catalogue's pictures at that size, where another network has used them.
    """
    transform = backbone.transform(settings.image_size)
    targets = targets_of(catalog)
    train = catalog.training_rows()
    train = train[targets.known()[train]]  # a picture without a label teaches nothing
    return TrainingData(
        source=source or _pictures(catalog, transform, settings),
        transform=transform,
        small=backbone.transform(small_size(transform.size)).size,
        targets=targets,
        train=train,
        val=catalog.rows("val"),
        balance=_balance(catalog, targets[train], settings.balance),
        flips=settings.flip == "auto" and not sides_matter(catalog.attributes),
    )


def small_size(size: int) -> int:
    """The picture size of the first half of the unfrozen epochs, in pixels."""
    return min(size, max(LEAST_SMALL, round(size * SMALL / 8) * 8))


def _pictures(catalog: Catalog, transform: Transform, settings: Settings) -> PixelSource:
    compute = devices.choose(settings.device)
    return PixelSource(
        PictureReader(catalog.paths(), transform, catalog.boxes()),
        processes=compute.decoding_processes,
        room=compute.room,
    )


def _balance(catalog: Catalog, targets: Targets, kind: str) -> Balance:
    names = [a.name for a in catalog.singles]
    key = names.index(catalog.key[0]) if catalog.key else None
    classes = [len(a.classes) for a in catalog.singles]
    multis = [labels.numpy() for labels in targets.multis]
    return make_balance(kind, targets.singles.numpy(), classes, key, multis)


def logits_of(runtime: TorchRuntime, source: PixelSource, rows: np.ndarray) -> list[torch.Tensor]:
    """The logits of every head for these rows, (n, C) each."""
    parts = [runtime(pixels)[1:] for _, pixels in source.batches(in_batches(rows, BATCH))]
    return [torch.cat(column) for column in zip(*parts, strict=True)]
