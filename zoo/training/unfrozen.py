"""Phase two: backbone and heads together, until validation stops improving."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from zoo.backbones import Recipe, Transform
from zoo.devices import Compute
from zoo.errors import ZooError
from zoo.features.pixels import PixelSource, in_batches
from zoo.features.runtime import TorchRuntime
from zoo.progress import Progress
from zoo.training.augment import augment
from zoo.training.history import Epoch
from zoo.training.metrics import mean_accuracy
from zoo.training.model import ZooModel, masked_cross_entropy
from zoo.training.settings import Settings

RATES_ARE_FOR = 64  # pictures a step
CLIP = 1.0  # of the gradient's norm


@dataclass(frozen=True)
class Data:
    """What both splits are trained and validated on; labels (N, m) by catalogue row."""

    source: PixelSource
    transform: Transform
    small: int  # pixels a side in the first half of the epochs; transform.size for no growing
    labels: np.ndarray
    train: np.ndarray
    val: np.ndarray


def learning_rate(step: int, steps: int, peak: float, warmup: float) -> float:
    """One cycle: a linear rise over `warmup` of the steps, then half a cosine to nothing."""
    rise = max(1, round(steps * warmup))
    if step < rise:
        return peak * (step + 1) / rise
    return peak * 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, steps - rise)))


def make_optimizer(model: ZooModel, settings: Settings) -> torch.optim.Optimizer:
    """AdamW; biases and norms are not decayed."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": settings.weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.99), fused=True)


@dataclass
class Unfrozen:
    """Phase two, an epoch at a time, so that it can be stopped and resumed between epochs."""

    model: ZooModel
    data: Data
    settings: Settings
    recipe: Recipe
    compute: Compute
    optimizer: torch.optim.Optimizer

    def __post_init__(self) -> None:
        self.batch = self.settings.batch(len(self.data.train), self.compute.device.type)
        self.model.to(self.compute.device).to(memory_format=torch.channels_last)
        random = self.settings.weights == "random"
        peak = self.recipe.scratch_lr if random else self.recipe.finetune_lr
        # Adam's steps are as noisy as the square root of the batch allows.
        self.peak = peak * math.sqrt(self.batch / RATES_ARE_FOR)

    def steps(self) -> int:
        """Steps of one epoch; a last short batch is left out, batch norm dislikes it."""
        return max(1, len(self.data.train) // self.batch)

    def run(self, number: int, progress: Progress, title: str) -> Epoch:
        """Train epoch `number` (from 1) and validate it."""
        torch.manual_seed(self.settings.seed * 1009 + 100 + number)
        generator = torch.Generator().manual_seed(self.settings.seed * 1009 + 200 + number)
        order = np.random.default_rng((self.settings.seed, 2, number)).permutation(self.data.train)
        batches = in_batches(order, self.batch)[: self.steps()]
        start, total, rate = time.perf_counter(), 0.0, 0.0
        self.model.train()
        with progress.stage(title, sum(map(len, batches))) as stage:
            for index, (rows, pixels) in enumerate(self.data.source.batches(batches)):
                rate = self._set_rate((number - 1) * self.steps() + index)
                loss = self._step(rows, pixels, generator, self.size_of(number))
                if not math.isfinite(loss):
                    raise ZooError(
                        f"the loss became {loss} in epoch {number}, step {index + 1}; the best "
                        "weights so far are kept: go on with another --seed or --precision fp32"
                    )
                total += loss
                stage.advance(len(rows), loss=f"{loss:.3f}")
        seconds = time.perf_counter() - start
        return Epoch(
            phase="unfrozen",
            epoch=number,
            loss=total / len(batches),
            val_accuracy=self.validate(),
            learning_rate=rate,
            seconds=seconds,
            images_per_s=sum(map(len, batches)) / seconds,
        )

    def size_of(self, number: int) -> int:
        """The picture size of an epoch: small ones first, they are cheap and teach as much."""
        growing = number <= self.settings.epochs_unfrozen // 2
        return self.data.small if growing else self.data.transform.size

    def _set_rate(self, step: int) -> float:
        total = self.settings.epochs_unfrozen * self.steps()
        rate = learning_rate(step, total, self.peak, self.recipe.warmup)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        return rate

    def _step(
        self, rows: np.ndarray, pixels: np.ndarray, generator: torch.Generator, size: int
    ) -> float:
        device = self.compute.device
        pictures = self.data.transform.normalize(torch.from_numpy(pixels).to(device))
        labels = torch.from_numpy(self.data.labels[rows]).to(device)
        with self.compute.autocast():
            _, *logits = self.model(augment(pictures, generator, size))
        loss = masked_cross_entropy(logits, labels, self.settings.label_smoothing)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        self.optimizer.step()
        return float(loss.detach())

    def validate(self) -> float:
        """Mean accuracy over attributes on the validation split."""
        runtime = TorchRuntime(self.model, self.data.transform, self.compute)
        predicted = [
            torch.stack([scores.argmax(1) for scores in runtime(pixels)[1:]], dim=1).numpy()
            for _, pixels in self.data.source.batches(in_batches(self.data.val, 64))
        ]
        return mean_accuracy(self.data.labels[self.data.val], np.concatenate(predicted))


def train_unfrozen(
    phase: Unfrozen,
    earlier: list[Epoch],
    progress: Progress,
    title: str,
    after_epoch: Callable[[list[Epoch]], None],
) -> list[Epoch]:
    """Run the epochs that `earlier` lacks; `after_epoch` gets all epochs, after each."""
    epochs = list(earlier)
    settings = phase.settings
    while len(epochs) < settings.epochs_unfrozen and not exhausted(epochs, settings.patience):
        number = len(epochs) + 1
        name = f"{title}: epoch {number}/{settings.epochs_unfrozen}"
        epochs.append(phase.run(number, progress, name))
        after_epoch(epochs)
        progress.say(f"{name}: validation accuracy {epochs[-1].val_accuracy:.3f}")
    return epochs


def exhausted(epochs: list[Epoch], patience: int) -> bool:
    """Whether the last `patience` epochs brought nothing better."""
    if len(epochs) <= patience:
        return False
    best = max(range(len(epochs)), key=lambda i: epochs[i].val_accuracy)
    return len(epochs) - 1 - best >= patience
