"""uint8 batches -> unit embeddings and predicted classes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from zoo.errors import RunError
from zoo.features.runtime import Outputs, Runtime

TOP = 3
MULTI = "multi_"  # and the number of a multi attribute: the array of its chances


@dataclass(frozen=True)
class Features:
    """What one model says of n pictures over m attributes."""

    embeddings: np.ndarray  # (n, D) float32, unit rows
    # Of the m single attributes: predicted classes (n, m, 3) int32, best first; -1 beyond the last.
    classes: np.ndarray
    confidence: np.ndarray  # (n, m) float32, softmax of the best class
    multis: tuple[np.ndarray, ...] = ()  # per multi attribute: chance of each class (n, C) float16

    def __len__(self) -> int:
        return len(self.embeddings)

    @property
    def best(self) -> np.ndarray:
        """The predicted class of each attribute, (n, m) int32."""
        best: np.ndarray = self.classes[:, :, 0]
        return best

    def __getitem__(self, rows: slice | np.ndarray) -> Features:
        """The same for some of the pictures."""
        multis = tuple(chances[rows] for chances in self.multis)
        return Features(self.embeddings[rows], self.classes[rows], self.confidence[rows], multis)

    @staticmethod
    def join(parts: Sequence[Features]) -> Features:
        """One after the other."""
        return Features(
            np.concatenate([p.embeddings for p in parts]),
            np.concatenate([p.classes for p in parts]),
            np.concatenate([p.confidence for p in parts]),
            tuple(
                np.concatenate(column) for column in zip(*(p.multis for p in parts), strict=True)
            ),
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """What is predicted, as named arrays for a file."""
        multis = {f"{MULTI}{number}": chances for number, chances in enumerate(self.multis)}
        return {"classes": self.classes, "confidence": self.confidence, **multis}


def predicted_multis(arrays: Mapping[str, np.ndarray]) -> tuple[np.ndarray, ...]:
    """The chances of the multi attributes out of what `Features.arrays` named."""
    count = sum(name.startswith(MULTI) for name in arrays)
    return tuple(arrays[f"{MULTI}{number}"] for number in range(count))


class EmbeddingError(RunError):
    """A network's answer that has no direction; `place` is the picture's in its batch."""

    def __init__(self, place: int) -> None:
        super().__init__("the network gives an embedding that is zero or not finite")
        self.place = place


class Encoder:
    """A trained model as a function from pixels to features."""

    def __init__(self, runtime: Runtime, singles: int) -> None:
        """`singles`: how many of the model's heads, the first ones, have one class a picture."""
        self._runtime, self._singles = runtime, singles

    @property
    def batch(self) -> int:
        """Pictures of a batch that suit the runtime."""
        return self._runtime.batch

    @property
    def precision(self) -> str:
        """The runtime's: fp32, bf16 or fp16."""
        return self._runtime.precision

    def __call__(self, pixels: np.ndarray) -> Features:
        """(B, S, S, 3) uint8 -> features; RunError when an embedding is not finite or zero."""
        return self._features(self._runtime(pixels))

    def stream(self, batches: Iterable[np.ndarray]) -> Iterator[Features]:
        """The same for many batches, in their order."""
        return map(self._features, self._runtime.stream(batches))

    def _features(self, outputs: Outputs) -> Features:
        raw, *heads = outputs
        logits, multis = heads[: self._singles], heads[self._singles :]
        norms = raw.norm(dim=1, keepdim=True)  # (B, 1)
        strange = torch.nonzero(~torch.isfinite(norms[:, 0]) | (norms[:, 0] == 0))
        if len(strange):
            raise EmbeddingError(int(strange[0]))
        classes = np.full((len(raw), len(logits), TOP), -1, dtype=np.int32)
        confidence = np.empty((len(raw), len(logits)), dtype=np.float32)
        for column, scores in enumerate(logits):
            best = scores.softmax(dim=1).topk(min(TOP, scores.shape[1]), dim=1)
            classes[:, column, : best.indices.shape[1]] = best.indices.numpy()
            confidence[:, column] = best.values[:, 0].numpy()
        chances = tuple(scores.sigmoid().half().numpy() for scores in multis)
        return Features((raw / norms).numpy(), classes, confidence, chances)
