"""What each epoch did, a row of history.csv each; the best so far, and the time of it all."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import pandas as pd

from zoo.files import written_whole


@dataclass(frozen=True)
class Epoch:
    """One epoch of one phase."""

    phase: str  # frozen or unfrozen
    epoch: int  # from 1 within its phase
    loss: float  # mean training loss
    val_accuracy: float  # mean over attributes, on the validation split
    learning_rate: float  # at the end of the epoch
    seconds: float
    images_per_s: float  # training pictures; validation is not counted
    network: str = ""  # the attribute, when each has a network of its own
    image_size: int = 0  # pixels a side of what it was trained and validated on


@dataclass
class Stopwatch:
    """Seconds that a training took, over all the calls that went on with it."""

    before: float = 0.0  # of the earlier calls, as far as this one goes on from what they did
    began: float = field(default_factory=time.perf_counter)

    def seconds(self) -> float:
        """Those until now."""
        return self.before + time.perf_counter() - self.began


def write_history(path: Path, epochs: list[Epoch]) -> None:
    """Write history.csv whole."""
    table = pd.DataFrame([asdict(e) for e in epochs], columns=[f.name for f in fields(Epoch)])
    with written_whole(path) as partial:
        table.to_csv(partial, index=False, float_format="%.6g")


def read_history(path: Path) -> list[Epoch]:
    """The rows of a history.csv, [] when there is none; older ones have fewer columns."""
    if not path.is_file():
        return []
    table = pd.read_csv(path, dtype={"network": "str"}, keep_default_na=False)
    known = [f.name for f in fields(Epoch) if f.name in table]
    return [Epoch(**row) for row in table[known].to_dict("records")]


def best_epoch(epochs: list[Epoch]) -> Epoch | None:
    """The first with the highest validation accuracy among the epochs on the largest pictures.

    Accuracies on smaller ones are of another task than the one the network is made for.
    """
    return max(epochs, key=lambda e: (e.image_size, e.val_accuracy)) if epochs else None
