"""Phase two: backbone and heads together, until validation stops improving."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.parallel import DistributedDataParallel
from torch.optim.swa_utils import AveragedModel
from tqdm import tqdm

from zoo.backbones import Recipe
from zoo.devices import Compute
from zoo.errors import LossError, ZooError
from zoo.features.pixels import in_batches
from zoo.features.runtime import TorchRuntime
from zoo.plurals import numbered
from zoo.processes import processes
from zoo.progress import Progress
from zoo.training.augment import FLIP, Shrinking, augment
from zoo.training.averaging import averaged
from zoo.training.data import TrainingData, logits_of
from zoo.training.history import Epoch, known_accuracies
from zoo.training.mixing import Truths, cut_mix
from zoo.training.model import ZooModel
from zoo.training.optimizer import learning_rate, set_rate, take_step
from zoo.training.sampling import epoch_order
from zoo.training.settings import Settings
from zoo.training.targets import Targets, heads_loss, heads_score

RATES_ARE_FOR = 64  # pictures a step


@dataclass
class Unfrozen:
    """Phase two, an epoch at a time, so that it can be stopped and resumed between epochs."""

    model: ZooModel
    data: TrainingData
    settings: Settings
    recipe: Recipe
    compute: Compute
    optimizer: torch.optim.Optimizer

    def __post_init__(self) -> None:
        batch = self.settings.batch(len(self.data.train), self.compute.device.type)
        self.parts = self.settings.accumulate  # forwards a step
        self.group = processes()
        # Every process has as many pictures as every other, or the mean of means is another one.
        self.batch = math.ceil(batch * self.parts / self.group.count) * self.group.count
        self.model.to(self.compute.device).to(memory_format=torch.channels_last)
        self.together = self.group.wrapped(self.model, self.compute.device)
        self.average: AveragedModel | None = None
        if self.settings.ema:
            self.average = averaged(self.model, self.settings.ema)
        # Gradients below fp16's least number would be 0; for other precisions it does nothing.
        self.scaler = torch.amp.GradScaler(
            self.compute.device.type, enabled=self.compute.precision == "fp16"
        )
        random = self.settings.weights == "random"
        peak = self.recipe.scratch_lr if random else self.recipe.finetune_lr
        # Adam's steps are as noisy as the square root of the batch allows.
        self.peak = peak * math.sqrt(self.batch / RATES_ARE_FOR)

    @property
    def kept(self) -> ZooModel:
        """The model that is validated and kept: the averaged one where one is asked for."""
        if self.average is None:
            return self.model
        model = self.average.module
        assert isinstance(model, ZooModel)
        return model

    def steps(self) -> int:
        """Steps of one epoch; a last short batch is left out, batch norm dislikes it."""
        return max(1, len(self.data.train) // self.batch)

    def run(self, number: int, progress: Progress, title: str) -> Epoch:
        """Train epoch `number` (from 1) and validate it."""
        torch.manual_seed(self.settings.seed * 1009 + 100 + number + 7919 * self.group.rank)
        generator = torch.Generator().manual_seed(self.settings.seed * 1009 + 200 + number)
        seed = (self.settings.seed, 2, number)
        order = epoch_order(self.data.train, self.data.balance, seed)
        batches = in_batches(order, self.batch)[: self.steps()]
        start, total, rate = time.perf_counter(), 0.0, 0.0
        self._begin_learning()
        with progress.stage(title, sum(map(len, batches))) as stage:
            mine = [self.group.share(batch) for batch in batches]
            for index, (rows, pixels) in enumerate(self.data.source.batches(mine)):
                rate = self._set_rate((number - 1) * self.steps() + index)
                drawn = torch.rand(len(batches[index]), 4, generator=generator).numpy()
                if not self.data.flips:
                    drawn[:, FLIP] = 1.0
                chances = torch.from_numpy(self.group.share(drawn))
                own = np.random.default_rng((self.settings.seed, 3, number, index, self.group.rank))
                try:
                    loss = self._step(rows, pixels, chances, self.size_of(number), own, progress)
                except LossError as error:
                    raise LossError(f"{error} in epoch {number}, step {index + 1}") from error
                total += loss
                stage.advance(len(batches[index]), loss=f"{loss:.3f}")
        seconds = time.perf_counter() - start
        return Epoch(
            phase="unfrozen",
            epoch=number,
            loss=self.group.mean(total / len(batches)),
            val_accuracy=self.validate(self.size_of(number)),
            learning_rate=rate,
            seconds=seconds,
            images_per_s=sum(map(len, batches)) / seconds,
            image_size=self.size_of(number),
        )

    def _begin_learning(self) -> None:
        """Training mode; batch norm keeps the statistics that came with trained weights.

        The heads learnt on features made with those, and those of a few small batches of another
        kind of picture undo in one epoch what phase one has taught.
        """
        self.model.train()
        if self.settings.weights == "random":
            return
        for module in self.model.backbone.modules():
            if isinstance(module, _BatchNorm):
                module.eval()

    def size_of(self, number: int) -> int:
        """The picture size of an epoch: small ones first, they are cheap and teach as much."""
        small = number <= self.settings.epochs_small()
        return self.data.small if small else self.data.transform.size

    def seconds_ahead(self, last: Epoch) -> float:
        """What the epochs after this one take, if a picture costs what its pixels do."""
        per_pixel = last.seconds / last.image_size**2
        numbers = range(last.epoch + 1, self.settings.epochs_unfrozen + 1)
        return sum(per_pixel * self.size_of(number) ** 2 for number in numbers)

    def _set_rate(self, step: int) -> float:
        total = self.settings.epochs_unfrozen * self.steps()
        rate = learning_rate(step, total, self.peak, self.recipe.warmup)
        set_rate(self.optimizer, rate)
        return rate

    def _step(
        self,
        rows: np.ndarray,
        pixels: np.ndarray,
        chances: torch.Tensor,
        size: int,
        generator: np.random.Generator,
        progress: Progress,
    ) -> float:
        device = self.compute.device
        pictures = self.data.transform.normalize(torch.from_numpy(pixels).to(device))
        pictures = augment(pictures, chances, size)
        truths: Truths = [(1.0, self.data.targets[rows].to(device))]
        if generator.random() < self.settings.cutmix:
            pictures, truths = cut_mix(pictures, truths[0][1], generator)
        loss = self._gradients(pictures, truths, progress)
        if not math.isfinite(loss):
            raise LossError(f"the loss became {loss}")
        take_step(self.model, self.optimizer, self.scaler)
        if self.average is not None:
            self.average.update_parameters(self.model)
        return loss

    def _gradients(self, pictures: torch.Tensor, truths: Truths, progress: Progress) -> float:
        """Gradients of one step, in as many parts as memory asks for; returns the loss."""
        count = len(pictures)
        while True:
            try:
                return self._in_parts(pictures, truths)
            except torch.OutOfMemoryError as error:
                # One of several cannot cut its forward alone: the others exchange once for each.
                if self.parts * 4 > count or self.group.count > 1:
                    raise ZooError(
                        f"out of memory with {numbered(count // self.parts, 'picture')} a forward; "
                        "give a smaller --image-size or --batch-size, or a larger --accumulate"
                    ) from error
                self.parts *= 2
                size = math.ceil(count / self.parts)
            if self.compute.device.type == "cuda":
                torch.cuda.empty_cache()
            cut = f"{numbered(size, 'picture')} a forward, same steps"
            progress.say(f"out of memory: going on with {cut}")

    def _in_parts(self, pictures: torch.Tensor, truths: Truths) -> float:
        self.optimizer.zero_grad(set_to_none=True)
        total, count = 0.0, len(pictures)
        size = math.ceil(count / self.parts)
        for start in range(0, count, size):
            part = slice(start, start + size)
            with self._apart(last=start + size >= count):
                with self.compute.autocast():
                    outputs = self.together(pictures[part])
                losses = [share * self._loss(outputs, truth, part) for share, truth in truths]
                loss = torch.stack(losses).sum()
                self.scaler.scale(loss).backward()
            total += float(loss.detach())
        return total

    def _loss(self, outputs: tuple[torch.Tensor, ...], truth: Targets, part: slice) -> torch.Tensor:
        """What those outputs, of a part of the step, have in its mean over all known labels."""
        embedding, *logits = outputs
        smoothing, own = self.settings.label_smoothing, truth[part]
        loss = heads_loss(logits, own, smoothing, self.data.balance, truth)
        if self.model.proxies is None:
            return loss
        of_embedding = self.model.proxies.loss(embedding, own.singles, smoothing, truth.singles)
        return loss + self.settings.metric * of_embedding

    def _apart(self, last: bool) -> AbstractContextManager[None]:
        """Gradients of all parts but the last are not yet averaged over the processes."""
        if last or not isinstance(self.together, DistributedDataParallel):
            return nullcontext()
        return self.together.no_sync()

    def validate(self, size: int) -> float | None:
        """The score on the validation split at that picture size, see heads_score."""
        module = self.kept if size == self.data.transform.size else Shrinking(self.kept, size)
        runtime = TorchRuntime(module, self.data.transform, self.compute)
        rows = self.data.val
        own = self.group.share(rows)
        # Whoever has no picture looks at one for nothing: all must come to the same exchanges.
        found = logits_of(runtime, self.data.source, own if len(own) else rows[:1])
        logits = [self.group.joined(scores[: len(own)], len(rows)) for scores in found]
        return heads_score(logits, self.data.targets[rows])


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
    while len(epochs) < settings.epochs_unfrozen and not exhausted(epochs, settings):
        number = len(epochs) + 1
        name = f"{title}: epoch {number}/{settings.epochs_unfrozen}"
        epochs.append(phase.run(number, progress, name))
        after_epoch(epochs)
        ahead = phase.seconds_ahead(epochs[-1])
        left = f"; about {tqdm.format_interval(ahead)} of training left" if ahead else ""
        found = epochs[-1].val_accuracy
        said = "not validated" if found is None else f"validation accuracy {found:.3f}"
        progress.say(f"{name}: {said}{left}")
    return epochs


def exhausted(epochs: list[Epoch], settings: Settings) -> bool:
    """Whether the last epochs at full size brought nothing better.

    Those on small pictures do not count: they are steps towards those on full ones. Without
    validation nothing tells.
    """
    accuracies = known_accuracies(epochs[settings.epochs_small() :])
    patience = settings.stop_after()
    if accuracies is None or len(accuracies) <= patience:
        return False
    return len(accuracies) - 1 - accuracies.index(max(accuracies)) >= patience
