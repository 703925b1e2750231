"""Phase one: the heads alone, on features that are computed once and reused every epoch."""

from __future__ import annotations

import math
import time

import numpy as np
import torch

from zoo.devices import Compute
from zoo.errors import LossError
from zoo.features.pixels import PixelSource, in_batches
from zoo.features.runtime import TorchRuntime
from zoo.processes import processes
from zoo.progress import Progress
from zoo.training.history import Epoch, best_epoch
from zoo.training.model import ZooModel
from zoo.training.sampling import Balance, epoch_order
from zoo.training.settings import Settings
from zoo.training.targets import Targets, heads_loss, heads_score

FEATURE_BATCH = 64
HEAD_BATCH = 128


def frozen_features(
    model: ZooModel,
    source: PixelSource,
    rows: np.ndarray,
    runtime: TorchRuntime,
    progress: Progress,
    title: str,
) -> torch.Tensor:
    """The backbone's embeddings of these rows, (n, D) float32."""
    group = processes()
    mine = group.share(rows)
    features = torch.empty(len(mine), model.width)
    done = 0
    with progress.stage(title, len(mine)) as stage:
        for _, pixels in source.batches(in_batches(mine, FEATURE_BATCH)):
            features[done : done + len(pixels)] = runtime(pixels)[0]
            done += len(pixels)
            stage.advance(len(pixels))
    return group.joined(features, len(rows))


def train_heads(
    model: ZooModel,
    train: tuple[torch.Tensor, Targets],
    val: tuple[torch.Tensor, Targets],
    balance: Balance,
    settings: Settings,
    compute: Compute,
    progress: Progress,
    title: str,
) -> list[Epoch]:
    """Train the heads on features (n, D) and targets; the model is left with the best heads."""
    features, targets = train[0].to(compute.device), train[1].to(compute.device)
    heads = model.heads.to(compute.device)
    optimizer = torch.optim.AdamW(
        heads.parameters(), lr=settings.frozen_lr, weight_decay=0.01, fused=True
    )

    def step(batch: torch.Tensor) -> float:
        loss = heads_loss(
            model.classify(features[batch]), targets[batch], settings.label_smoothing, balance
        )
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return float(loss.detach()) * len(batch)

    epochs: list[Epoch] = []
    best: dict[str, torch.Tensor] = {}
    with progress.stage(title, len(features) * settings.epochs_frozen) as stage:
        for number in range(1, settings.epochs_frozen + 1):
            torch.manual_seed(settings.seed * 1009 + number)
            heads.train()
            start, total = time.perf_counter(), 0.0
            order = epoch_order(np.arange(len(features)), balance, (settings.seed, 1, number))
            for batch in torch.from_numpy(order).to(compute.device).split(HEAD_BATCH):
                total += step(batch)
                stage.advance(len(batch))
            seconds = time.perf_counter() - start
            if not math.isfinite(total):
                raise LossError(
                    f"the loss became {total} in frozen epoch {number}; "
                    "begin again with --restart and another --seed or --precision fp32"
                )
            epochs.append(
                Epoch(
                    phase="frozen",
                    epoch=number,
                    loss=total / len(features),
                    val_accuracy=_score(model, *val, compute),
                    learning_rate=settings.frozen_lr,
                    seconds=seconds,
                    images_per_s=len(features) / seconds,
                )
            )
            if best_epoch(epochs) is epochs[-1]:
                best = {k: v.detach().clone() for k, v in heads.state_dict().items()}
    heads.load_state_dict(best)
    return epochs


def _score(
    model: ZooModel, features: torch.Tensor, targets: Targets, compute: Compute
) -> float | None:
    """The validation score of the heads on features."""
    model.heads.eval()
    with torch.inference_mode():
        return heads_score(model.classify(features.to(compute.device)), targets)
