"""Phase one: the heads alone, on features that are computed once and reused every epoch."""

from __future__ import annotations

import time

import numpy as np
import torch

from zoo.devices import Compute
from zoo.errors import ZooError
from zoo.features.pixels import PixelSource, in_batches
from zoo.features.runtime import TorchRuntime
from zoo.progress import Progress
from zoo.training.history import Epoch
from zoo.training.metrics import mean_accuracy
from zoo.training.model import ZooModel, masked_cross_entropy
from zoo.training.sampling import Balance, epoch_order
from zoo.training.settings import Settings

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
    features = torch.empty(len(rows), model.width)
    done = 0
    with progress.stage(title, len(rows)) as stage:
        for _, pixels in source.batches(in_batches(rows, FEATURE_BATCH)):
            features[done : done + len(pixels)] = runtime(pixels)[0]
            done += len(pixels)
            stage.advance(len(pixels))
    return features


def train_heads(
    model: ZooModel,
    train: tuple[torch.Tensor, torch.Tensor],
    val: tuple[torch.Tensor, torch.Tensor],
    balance: Balance,
    settings: Settings,
    compute: Compute,
    progress: Progress,
    title: str,
) -> list[Epoch]:
    """Train the heads on (features, labels); the model is left with the best heads."""
    features, labels = (part.to(compute.device) for part in train)
    heads = model.heads.to(compute.device)
    optimizer = torch.optim.AdamW(heads.parameters(), lr=settings.frozen_lr, weight_decay=0.01)
    epochs: list[Epoch] = []
    best: dict[str, torch.Tensor] = {}
    with progress.stage(title, len(features) * settings.epochs_frozen) as stage:
        for number in range(1, settings.epochs_frozen + 1):
            torch.manual_seed(settings.seed * 1009 + number)
            heads.train()
            start, total = time.perf_counter(), 0.0
            order = epoch_order(np.arange(len(features)), balance, (settings.seed, 1, number))
            for batch in torch.from_numpy(order).to(compute.device).split(HEAD_BATCH):
                logits = model.classify(features[batch])
                loss = masked_cross_entropy(
                    logits, labels[batch], settings.label_smoothing, balance.weights
                )
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                optimizer.step()
                total += float(loss.detach()) * len(batch)
                stage.advance(len(batch))
            seconds = time.perf_counter() - start
            if not np.isfinite(total):
                raise ZooError(f"the loss became {total} in frozen epoch {number}; see docs")
            accuracy = head_accuracy(model, *val, compute)
            if not epochs or accuracy > max(e.val_accuracy for e in epochs):
                best = {k: v.detach().clone() for k, v in heads.state_dict().items()}
            rate = len(features) / seconds
            epochs.append(
                Epoch(
                    "frozen", number, total / len(features), accuracy, settings.frozen_lr,
                    seconds, rate,
                )
            )  # fmt: skip
    heads.load_state_dict(best)
    return epochs


def head_accuracy(
    model: ZooModel, features: torch.Tensor, labels: torch.Tensor, compute: Compute
) -> float:
    """Mean validation accuracy of the heads on features."""
    model.heads.eval()
    with torch.inference_mode():
        logits = model.classify(features.to(compute.device))
    predicted = torch.stack([scores.argmax(1) for scores in logits], dim=1).cpu()
    return mean_accuracy(labels.numpy(), predicted.numpy())
