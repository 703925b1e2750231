"""Training rate of the zoo against a plain loop, alternating in one process: images/s and ratios.

The plain loop is what one writes first: torch SGD, cross entropy of one head on timm's network,
the same precision and size, pictures ready in memory. The zoo's epochs are the real ones: decoding,
augmentation, all heads, at both picture sizes of the run. Machines differ and are noisy; the ratios
are what to compare.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from statistics import median

import torch

from zoo import devices
from zoo.backbones import Backbone
from zoo.catalog import Catalog, CatalogSettings
from zoo.catalog.build import read_catalog
from zoo.plugins import load_plugins
from zoo.progress import Progress
from zoo.training.data import training_data
from zoo.training.network import new_model
from zoo.training.optimizer import make_optimizer
from zoo.training.settings import Settings
from zoo.training.unfrozen import Unfrozen

PLAIN_BATCH = 64


def plain_rate(backbone: Backbone, size: int, steps: int, classes: int) -> float:
    """Images/s of `steps` steps of the plain loop."""
    compute = devices.choose()
    network = backbone.network()
    head = torch.nn.LazyLinear(classes)
    pictures = torch.rand(PLAIN_BATCH, 3, size, size)
    labels = torch.arange(PLAIN_BATCH) % classes
    head(network(pictures[:2]))
    parameters = [*network.parameters(), *head.parameters()]
    optimizer = torch.optim.SGD(parameters, lr=0.01, momentum=0.9)
    network.train()

    def step() -> None:
        with compute.autocast():
            logits = head(network(pictures))
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(logits.float(), labels).backward()
        optimizer.step()

    step()  # the first one allocates
    start = time.perf_counter()
    for _ in range(steps):
        step()
    return steps * PLAIN_BATCH / (time.perf_counter() - start)


def zoo_phase(backbone: Backbone, catalog: Catalog, size: int) -> Unfrozen:
    """Phase two of the zoo's training as `train.py --weights random` sets it up."""
    settings = Settings(weights="random", image_size=size, epochs_frozen=0, epochs_unfrozen=4)
    model, _ = new_model(backbone, catalog, settings)
    data = training_data(backbone, catalog, settings)
    optimizer = make_optimizer(model, settings)
    return Unfrozen(model, data, settings, backbone.recipe, devices.choose(), optimizer)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--backbone", default="resnet50")
    parser.add_argument("--image-size", type=int, default=96)
    parser.add_argument("--pictures", type=int, default=1500)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    backbone = load_plugins().get(asked.backbone)
    catalog, _ = read_catalog(asked.data, CatalogSettings(limit=asked.pictures))
    phase = zoo_phase(backbone, catalog, asked.image_size)
    classes = len(catalog.attributes[0].classes)
    rates: dict[str, list[float]] = {"plain": [], "zoo, small": [], "zoo, full": []}
    for _ in range(asked.rounds):
        rates["plain"].append(plain_rate(backbone, phase.data.transform.size, 10, classes))
        for name, epoch in (("zoo, small", 1), ("zoo, full", 4)):
            rates[name].append(phase.run(epoch, Progress(), name).images_per_s)
    plain = median(rates["plain"])
    print(f"{asked.backbone}, {phase.data.transform.size} px, {phase.compute.precision}, medians:")
    for name, values in rates.items():
        print(f"{name:12s} {median(values):6.1f} images/s  {median(values) / plain:.2f} x plain")


if __name__ == "__main__":
    main()
