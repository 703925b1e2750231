"""FashionNet's two phases in order: heads on a frozen backbone, then all of it."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from zoo import devices
from zoo.backbones import Backbone, Transform
from zoo.catalog import Catalog
from zoo.errors import RunError
from zoo.features.pixels import PixelSource
from zoo.features.runtime import TorchRuntime
from zoo.files import sha256_of
from zoo.progress import Progress
from zoo.training.checkpoint import load_training, read_tensors, save_tensors, save_training
from zoo.training.frozen import frozen_features, train_heads
from zoo.training.history import Epoch, best_epoch, write_history
from zoo.training.model import ZooModel, embedding_width
from zoo.training.settings import Settings
from zoo.training.unfrozen import Data, Unfrozen, make_optimizer, train_unfrozen

SMALL = 2 / 3  # of the picture size, in the first half of the unfrozen epochs
LEAST_SMALL = 64  # pixels: below, a step costs as much and teaches less

MODEL, HISTORY, CHECKPOINT, FROZEN = (
    "model.safetensors",
    "history.csv",
    "checkpoint.safetensors",
    "frozen.safetensors",
)


@dataclass(frozen=True)
class Origin:
    """Where the weights that training began from came from."""

    kind: str  # pretrained, random, file or none
    sha256: str | None = None


@dataclass(frozen=True)
class Trained:
    """A model with its best weights, and how it came to them."""

    model: ZooModel
    transform: Transform
    origin: Origin
    history: list[Epoch]


def new_model(backbone: Backbone, catalog: Catalog, settings: Settings) -> tuple[ZooModel, Origin]:
    """A model as training begins: initialised with the seed, or with weights loaded."""
    torch.manual_seed(settings.seed)
    network = backbone.network()
    origin = _begin_weights(backbone, network, settings.weights)
    width = embedding_width(network, backbone.transform(settings.image_size))
    model = ZooModel(network, width, catalog.singles, settings.hidden, settings.dropout)
    return model, origin


def small_size(size: int) -> int:
    """The picture size of the first half of the unfrozen epochs, in pixels."""
    return min(size, max(LEAST_SMALL, round(size * SMALL / 8) * 8))


def _begin_weights(backbone: Backbone, network: torch.nn.Module, weights: str) -> Origin:
    if not any(True for _ in network.parameters()):
        return Origin("none")
    if weights == "random":
        return Origin("random")
    if weights == "pretrained":
        return Origin("pretrained", sha256_of(backbone.load_pretrained(network)))
    backbone.load_file(network, Path(weights))
    return Origin("file", sha256_of(Path(weights)))


def train(
    backbone: Backbone, catalog: Catalog, settings: Settings, folder: Path, progress: Progress
) -> Trained:
    """Train in `folder`, going on from whatever an earlier, killed call left there."""
    compute = devices.choose(settings.device, settings.precision)
    model, origin = new_model(backbone, catalog, settings)
    transform = backbone.transform(settings.image_size)
    data = Data(
        source=PixelSource(catalog.paths(), transform, boxes=catalog.boxes()),
        transform=transform,
        small=backbone.transform(small_size(transform.size)).size,
        labels=catalog.label_matrix(),
        train=catalog.training_rows(),
        val=catalog.rows("val"),
    )
    history = _phase_one(backbone, model, data, settings, compute, folder, progress)
    if model.has_trainable_backbone() and settings.epochs_unfrozen:
        history = _phase_two(backbone, model, data, settings, compute, folder, progress, history)
    state, _ = read_tensors(folder / MODEL)
    model.load_state_dict(state)
    return Trained(model, transform, origin, history)


def _phase_one(
    backbone: Backbone,
    model: ZooModel,
    data: Data,
    settings: Settings,
    compute: devices.Compute,
    folder: Path,
    progress: Progress,
) -> list[Epoch]:
    """Train the heads, or take up the heads an earlier call trained; model is left with them."""
    if (folder / FROZEN).is_file():
        state, facts = read_tensors(folder / FROZEN)
        model.heads.load_state_dict(state)
        return [Epoch(**row) for row in facts["epochs"]]
    epochs: list[Epoch] = []
    if settings.epochs_frozen:
        runtime = TorchRuntime(model.backbone, data.transform, compute)
        splits = []
        for name, rows in (("training", data.train), ("validation", data.val)):
            title = f"{backbone.name}: features of the {name} pictures"
            features = frozen_features(model, data.source, rows, runtime, progress, title)
            splits.append((features, torch.from_numpy(data.labels[rows])))
        title = f"{backbone.name}: heads on the frozen backbone"
        epochs = train_heads(model, splits[0], splits[1], settings, compute, progress, title)
    write_history(folder / HISTORY, epochs)
    save_tensors(folder / MODEL, model.state_dict(), {})
    facts = {"epochs": [asdict(e) for e in epochs]}
    save_tensors(folder / FROZEN, model.heads.state_dict(), facts)
    return epochs


def _phase_two(
    backbone: Backbone,
    model: ZooModel,
    data: Data,
    settings: Settings,
    compute: devices.Compute,
    folder: Path,
    progress: Progress,
    frozen: list[Epoch],
) -> list[Epoch]:
    """Train all of it from the last checkpoint on; the best weights are in model.safetensors."""
    phase = Unfrozen(
        model, data, settings, backbone.recipe, compute, make_optimizer(model, settings)
    )
    earlier: list[Epoch] = []
    if (folder / CHECKPOINT).is_file():
        facts = load_training(folder / CHECKPOINT, model, phase.optimizer)
        earlier = [Epoch(**row) for row in facts["epochs"]]
        if len(earlier) > settings.epochs_unfrozen:
            raise RunError(f"{folder / CHECKPOINT} has more epochs than asked for")

    best: dict[str, torch.Tensor] = {}
    saved = time.monotonic()

    def save_best() -> None:
        if best:
            save_tensors(folder / MODEL, best, {})
            best.clear()

    def after_epoch(epochs: list[Epoch]) -> None:
        nonlocal saved
        write_history(folder / HISTORY, [*frozen, *epochs])
        if best_epoch([*frozen, *epochs]) is epochs[-1]:
            best.update({k: v.detach().clone() for k, v in model.state_dict().items()})
        if time.monotonic() - saved < settings.save_every:
            return
        # The order matters: a kill in between repeats epochs, and loses nothing.
        save_best()
        facts = {"epochs": [asdict(e) for e in epochs]}
        save_training(folder / CHECKPOINT, model, phase.optimizer, facts)
        saved = time.monotonic()

    epochs = train_unfrozen(phase, earlier, progress, backbone.name, after_epoch)
    save_best()
    return frozen + epochs
