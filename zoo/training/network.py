"""One network through FashionNet's two phases: heads on a frozen backbone, then all of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

import torch

from zoo import devices
from zoo.backbones import Backbone
from zoo.catalog import Attribute, Catalog
from zoo.errors import LossError, PluginError, RunError, one_line
from zoo.features.runtime import TorchRuntime
from zoo.files import sha256_of
from zoo.processes import processes
from zoo.progress import Progress
from zoo.training.checkpoint import load_training, read_tensors, save_tensors, save_training
from zoo.training.data import TrainingData
from zoo.training.frozen import frozen_features, train_heads
from zoo.training.history import Epoch, Stopwatch, best_epoch, write_history
from zoo.training.model import ZooModel, embedding_width
from zoo.training.optimizer import make_optimizer
from zoo.training.proxies import Proxies
from zoo.training.settings import Settings
from zoo.training.targets import head_attributes
from zoo.training.unfrozen import Unfrozen, train_unfrozen

MODEL, HISTORY, CHECKPOINT, FROZEN = (
    "model.safetensors",
    "history.csv",
    "checkpoint.safetensors",
    "frozen.safetensors",
)
SECONDS, SCALER = "seconds", "scaler"  # what those two know besides; older ones did not

NOT_VALIDATED = (
    "no validation picture has a label of what is learnt: "
    "all epochs are trained, and the last one is kept"
)


@dataclass(frozen=True)
class Origin:
    """Where the weights that training began from came from."""

    kind: str  # pretrained, random, file or none
    sha256: str | None = None


M = TypeVar("M", bound=torch.nn.Module)


@dataclass(frozen=True)
class TrainedNetwork(Generic[M]):
    """A network with its best weights, and how it came to them."""

    model: M
    origin: Origin
    history: list[Epoch]
    seconds: float  # of all calls that trained it


def new_model(backbone: Backbone, catalog: Catalog, settings: Settings) -> tuple[ZooModel, Origin]:
    """A model as training begins: initialised with the seed, or with weights loaded."""
    torch.manual_seed(settings.seed)
    network = backbone.network()
    origin = _begin_weights(backbone, network, settings.weights)
    transform = backbone.transform(settings.image_size)
    try:
        width = embedding_width(network, transform)
    except Exception as error:  # a plugin's network is a stranger's code
        shape = (1, 3, transform.size, transform.size)
        said = f"its network fails on a {shape} picture: {one_line(error)}"
        raise PluginError(f"{backbone.name}: {said}") from error
    return with_heads(network, width, head_attributes(catalog), settings), origin


def with_heads(
    network: torch.nn.Module, width: int, attributes: Sequence[Attribute], settings: Settings
) -> ZooModel:
    """A network that gives (B, width) with all that these settings train on it."""
    model = ZooModel(network, width, attributes, settings.hidden, settings.dropout)
    if settings.metric:
        model.proxies = Proxies(width, attributes)
    return model


def _begin_weights(backbone: Backbone, network: torch.nn.Module, weights: str) -> Origin:
    if not any(True for _ in network.parameters()):
        return Origin("none")
    if weights == "random":
        return Origin("random")
    if weights == "pretrained":
        return Origin("pretrained", sha256_of(backbone.load_pretrained(network)))
    backbone.load_file(network, Path(weights))
    return Origin("file", sha256_of(Path(weights)))


def train_network(
    backbone: Backbone,
    catalog: Catalog,
    data: TrainingData,
    settings: Settings,
    folder: Path,
    progress: Progress,
    title: str,
) -> TrainedNetwork[ZooModel]:
    """Train in `folder`, going on from whatever an earlier, killed call left there."""
    watch = Stopwatch()
    compute = devices.choose(settings.device, settings.precision)
    progress.begins(title)
    if not data.targets[data.val].scorable():
        progress.say(f"{title}: {NOT_VALIDATED}")
    model, origin = new_model(backbone, catalog, settings)
    work = _Phases(backbone, model, data, settings, compute, folder, progress, title, watch)
    history = work.frozen()
    if model.has_trainable_backbone() and settings.epochs_unfrozen:
        history = work.unfrozen(history)
    processes().wait()  # for the first one, which writes
    state, _ = read_tensors(folder / MODEL)
    model.load_state_dict(state)
    return TrainedNetwork(model, origin, history, watch.seconds())


@dataclass(frozen=True)
class _Phases:
    """The two phases of one training; what they need and where they write."""

    backbone: Backbone
    model: ZooModel
    data: TrainingData
    settings: Settings
    compute: devices.Compute
    folder: Path
    progress: Progress
    title: str
    watch: Stopwatch

    def frozen(self) -> list[Epoch]:
        """Train the heads, or take up those an earlier call trained; model is left with them."""
        if processes().agreed((self.folder / FROZEN).is_file()):
            state, facts = read_tensors(self.folder / FROZEN)
            self.model.heads.load_state_dict(state)
            self.watch.before = facts.get(SECONDS, 0.0)
            return [Epoch(**row) for row in facts["epochs"]]
        epochs = self._train_heads() if self.settings.epochs_frozen else []
        if not processes().first:
            return epochs
        write_history(self.folder / HISTORY, epochs)
        for epoch in epochs:
            self.progress.measured(self.title, epoch.epoch, asdict(epoch))
        save_tensors(self.folder / MODEL, self.model.state_dict(), {})
        facts = {"epochs": [asdict(e) for e in epochs], SECONDS: self.watch.seconds()}
        save_tensors(self.folder / FROZEN, self.model.heads.state_dict(), facts)
        return epochs

    def _train_heads(self) -> list[Epoch]:
        data = self.data
        runtime = TorchRuntime(self.model.backbone, data.transform, self.compute)
        splits = []
        for name, rows in (("training", data.train), ("validation", data.val)):
            title = f"{self.title}: features of the {name} pictures"
            features = frozen_features(self.model, data.source, rows, runtime, self.progress, title)
            splits.append((features, data.targets[rows]))
        title = f"{self.title}: heads on the frozen backbone"
        epochs = train_heads(
            self.model, splits[0], splits[1], data.balance, self.settings, self.compute,
            self.progress, title,
        )  # fmt: skip
        return [replace(epoch, image_size=data.transform.size) for epoch in epochs]

    def unfrozen(self, frozen: list[Epoch]) -> list[Epoch]:
        """Train all of it from the last checkpoint on; the best weights are in MODEL."""
        optimizer = make_optimizer(self.model, self.settings)
        phase = Unfrozen(
            self.model, self.data, self.settings, self.backbone.recipe, self.compute, optimizer
        )
        keeper = _Keeper(self, phase, frozen)
        try:
            epochs = train_unfrozen(
                phase, keeper.earlier(), self.progress, self.title, keeper.after_epoch
            )
        except LossError as error:
            keeper.save_best()
            raise LossError(
                f"{error}; the best weights so far are in {self.folder / MODEL} (a file for "
                "--weights, with another --runs); or begin again with --restart and another --seed "
                "or --precision fp32"
            ) from error
        keeper.save_best()
        return frozen + epochs


class _Keeper:
    """Saves the history, the best weights and the state of the unfrozen phase as it goes on."""

    def __init__(self, work: _Phases, phase: Unfrozen, frozen: list[Epoch]) -> None:
        self.folder, self.every = work.folder, work.settings.save_every
        self.progress, self.title, self.watch = work.progress, work.title, work.watch
        self.phase, self.before = phase, frozen
        self.best: dict[str, torch.Tensor] = {}
        self.saved = time.monotonic()

    def earlier(self) -> list[Epoch]:
        """The epochs of the last checkpoint, whose state the phase takes up."""
        path, phase = self.folder / CHECKPOINT, self.phase
        if not processes().agreed(path.is_file()):
            return []
        facts = load_training(path, phase.model, phase.optimizer, phase.average)
        self.watch.before = facts.get(SECONDS, 0.0)
        if scale := facts.get(SCALER):
            phase.scaler.load_state_dict(scale)
        epochs = [Epoch(**row) for row in facts["epochs"]]
        if len(epochs) > phase.settings.epochs_unfrozen:
            raise RunError(f"{path} has more epochs than asked for")
        return epochs

    def after_epoch(self, epochs: list[Epoch]) -> None:
        """Note an epoch; save when the last time is long enough ago."""
        if not processes().first:
            return
        write_history(self.folder / HISTORY, [*self.before, *epochs])
        step = len(self.before) + len(epochs)
        self.progress.measured(self.title, step, asdict(epochs[-1]))
        if best_epoch([*self.before, *epochs]) is epochs[-1]:
            state = self.phase.kept.state_dict()
            self.best = {k: v.detach().clone() for k, v in state.items()}
        if time.monotonic() - self.saved < self.every:
            return
        # The order matters: a kill in between repeats epochs, and loses nothing.
        self.save_best()
        phase = self.phase
        facts = {
            "epochs": [asdict(e) for e in epochs],
            SECONDS: self.watch.seconds(),
            SCALER: phase.scaler.state_dict(),
        }
        save_training(self.folder / CHECKPOINT, phase.model, phase.optimizer, phase.average, facts)
        self.saved = time.monotonic()

    def save_best(self) -> None:
        """Write the best weights since the last call, if there are any."""
        if self.best:
            save_tensors(self.folder / MODEL, self.best, {})
            self.best = {}
