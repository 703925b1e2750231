"""What each epoch did, a row of history.csv each; the best so far, and the time of it all."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import pandas as pd

from zoo.files import written_whole

VALIDATION = "val_accuracy"


@dataclass(frozen=True)
class Epoch:
    """One epoch of one phase."""

    phase: str  # frozen or unfrozen
    epoch: int  # from 1 within its phase
    loss: float  # mean training loss
    val_accuracy: float | None  # mean over attributes, on the validation split; None: no label
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
    not_known = {VALIDATION: [""]}
    dtype = {"network": "str", VALIDATION: "float"}
    table = pd.read_csv(path, dtype=dtype, keep_default_na=False, na_values=not_known)
    table[VALIDATION] = table[VALIDATION].astype(object).where(table[VALIDATION].notna(), None)
    known = [f.name for f in fields(Epoch) if f.name in table]
    return [Epoch(**row) for row in table[known].to_dict("records")]


def best_epoch(epochs: list[Epoch]) -> Epoch | None:
    """The first with the highest validation accuracy among the epochs on the largest pictures.

    Accuracies on smaller ones are of another task than the one the network is made for. Without
    validation it is the last of them.
    """
    largest = max((e.image_size for e in epochs), default=0)
    full = [e for e in epochs if e.image_size == largest]
    accuracies = known_accuracies(full)
    if accuracies is None:
        return full[-1]
    return full[accuracies.index(max(accuracies))] if full else None


def known_accuracies(epochs: Sequence[Epoch]) -> list[float] | None:
    """The validation accuracy of each epoch; None where they were not validated."""
    known = [e.val_accuracy for e in epochs if e.val_accuracy is not None]
    return known if len(known) == len(epochs) else None
