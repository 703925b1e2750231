"""What is trained for one backbone: one network for all attributes, or one for each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from zoo import devices
from zoo.backbones import Backbone, Transform
from zoo.catalog import Attribute, Catalog
from zoo.features.pixels import PixelSource
from zoo.features.runtime import TorchRuntime
from zoo.files import write_json
from zoo.processes import processes
from zoo.progress import Progress
from zoo.training.calibration import calibrate
from zoo.training.checkpoint import read_tensors, save_tensors
from zoo.training.data import TrainingData, training_data
from zoo.training.history import Epoch, Stopwatch, write_history
from zoo.training.model import ZooModel
from zoo.training.network import (
    CHECKPOINT,
    FROZEN,
    HISTORY,
    MODEL,
    SECONDS,
    Origin,
    TrainedNetwork,
    new_model,
    train_network,
    with_heads,
)
from zoo.training.settings import Settings
from zoo.training.stack import AnyModel, StackedModel
from zoo.training.targets import head_attributes

NETWORKS = "networks"  # the folder of a stack's trainings
DONE = "network.json"  # says that one of them is finished
CALIBRATION = "calibration"  # in the model file, so that it is never done twice
SCRATCH = (CHECKPOINT, FROZEN, NETWORKS)  # of no use once the training is over


@dataclass(frozen=True)
class Trained:
    """A model with its best weights, and how it came to them."""

    model: AnyModel
    transform: Transform
    origin: Origin
    history: list[Epoch]
    calibration: dict[str, dict[str, float]]  # by attribute, see Calibration
    seconds: float  # of all calls that trained it


def build_model(
    backbone: Backbone, attributes: Sequence[Attribute], settings: Settings, width: int
) -> AnyModel:
    """The untrained model that these settings train; `width` is that of its embedding."""
    if settings.networks == "shared":
        return with_heads(backbone.network(), width, attributes, settings)
    each = width // len(attributes)
    return StackedModel([with_heads(backbone.network(), each, [a], settings) for a in attributes])


def train(
    backbone: Backbone, catalog: Catalog, settings: Settings, folder: Path, progress: Progress
) -> Trained:
    """Train in `folder`, going on from whatever an earlier, killed call left there."""
    data = training_data(backbone, catalog, settings)
    made: TrainedNetwork[ZooModel] | TrainedNetwork[StackedModel]
    if settings.networks == "shared":
        made = train_network(backbone, catalog, data, settings, folder, progress, backbone.name)
    else:
        made = _train_stack(backbone, catalog, data.source, settings, folder, progress)
    transform = data.transform
    if not processes().first:
        return Trained(made.model, transform, made.origin, made.history, {}, made.seconds)
    watch = Stopwatch(made.seconds)
    state, facts = read_tensors(folder / MODEL)
    made.model.load_state_dict(state)
    if CALIBRATION not in facts:
        progress.say(f"{backbone.name}: calibration")
        facts = {CALIBRATION: _calibrate(made.model, catalog, data, settings)}
        save_tensors(folder / MODEL, made.model.state_dict(), facts)
    found, seconds = facts[CALIBRATION], watch.seconds()
    return Trained(made.model, transform, made.origin, made.history, found, seconds)


def _train_stack(
    backbone: Backbone,
    catalog: Catalog,
    source: PixelSource,
    settings: Settings,
    folder: Path,
    progress: Progress,
) -> TrainedNetwork[StackedModel]:
    """A network for each attribute, one after the other, each with its own best weights."""
    networks = []
    attributes = head_attributes(catalog)
    for number, attribute in enumerate(attributes):
        key = (attribute.name,) if attribute.kind == "single" else ()
        own = replace(catalog, attributes=(attribute,), key=key)
        part = folder / NETWORKS / f"{number:02d}"
        title = f"{backbone.name}, {attribute.name}"
        data = training_data(backbone, own, settings, source)
        networks.append(_train_once(backbone, own, data, settings, part, progress, title))
    stack = StackedModel([network.model for network in networks])
    history = [
        replace(epoch, network=attribute.name)
        for attribute, network in zip(attributes, networks, strict=True)
        for epoch in network.history
    ]
    if processes().first:
        write_history(folder / HISTORY, history)
    if processes().first and not (folder / MODEL).is_file():
        save_tensors(folder / MODEL, stack.state_dict(), {})
    seconds = sum(network.seconds for network in networks)
    return TrainedNetwork(stack, networks[0].origin, history, seconds)


def _train_once(
    backbone: Backbone,
    catalog: Catalog,
    data: TrainingData,
    settings: Settings,
    folder: Path,
    progress: Progress,
    title: str,
) -> TrainedNetwork[ZooModel]:
    """Train one network of a stack, or take up the finished one."""
    done = folder / DONE
    if processes().agreed(done.is_file()):
        facts = json.loads(done.read_text("utf-8"))
        model, _ = new_model(backbone, catalog, replace(settings, weights="random"))
        model.load_state_dict(read_tensors(folder / MODEL)[0])
        epochs = [Epoch(**row) for row in facts["epochs"]]
        return TrainedNetwork(model, Origin(**facts["origin"]), epochs, facts.get(SECONDS, 0.0))
    network = train_network(backbone, catalog, data, settings, folder, progress, title)
    if not processes().first:
        return network
    origin, rows = asdict(network.origin), [asdict(epoch) for epoch in network.history]
    write_json(done, {"origin": origin, "epochs": rows, SECONDS: network.seconds})
    for scratch in (CHECKPOINT, FROZEN):  # as large as the networks that are still to come
        (folder / scratch).unlink(missing_ok=True)
    return network


def _calibrate(
    model: AnyModel, catalog: Catalog, data: TrainingData, settings: Settings
) -> dict[str, dict[str, float]]:
    """Temperatures of the heads, folded into them, by attribute."""
    compute = devices.choose(settings.device, settings.precision)
    runtime = TorchRuntime(model, data.transform, compute)
    found = calibrate(
        list(model.heads), runtime, data.source, data.targets, data.balance.positives,
        data.val, catalog.rows("test"),
    )  # fmt: skip
    names = [a.name for a in head_attributes(catalog)]
    return {n: asdict(c) for n, c in zip(names, found, strict=True) if c is not None}
