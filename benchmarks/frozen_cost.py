"""What five frozen epochs cost beside one pass of features over the training pictures."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from zoo import devices
from zoo.catalog import CatalogSettings, read_catalog
from zoo.features.runtime import TorchRuntime
from zoo.plugins import load_plugins
from zoo.progress import Progress
from zoo.training.data import training_data
from zoo.training.frozen import frozen_features, train_heads
from zoo.training.network import new_model
from zoo.training.settings import Settings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--backbone", default="resnet50")
    parser.add_argument("--image-size", type=int, default=96)
    parser.add_argument("--pictures", type=int, default=3000)
    asked = parser.parse_args()
    settings = Settings(weights="random", image_size=asked.image_size, epochs_frozen=5)
    backbone, compute = load_plugins().get(asked.backbone), devices.choose()
    catalog, _ = read_catalog(asked.data, CatalogSettings(limit=asked.pictures))
    model, _ = new_model(backbone, catalog, settings)
    data = training_data(backbone, catalog, settings)
    runtime = TorchRuntime(model.backbone, data.transform, compute)

    def features(rows, title):  # type: ignore[no-untyped-def]
        found = frozen_features(model, data.source, rows, runtime, Progress(), title)
        return found, data.targets[rows]

    val = features(data.val, "validation")
    begun = time.perf_counter()
    train = features(data.train, "training")
    once = time.perf_counter() - begun
    train_heads(model, train, val, data.balance, settings, compute, Progress(), "heads")
    whole = time.perf_counter() - begun
    print(f"features once {once:.1f} s; with five epochs of the heads {whole:.1f} s: "
          f"{whole / once:.2f} x")  # fmt: skip


if __name__ == "__main__":
    main()
