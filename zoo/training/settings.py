"""What a training is told, saved beside what it made."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from zoo.errors import ZooError

WEIGHTS = ("pretrained", "random")


@dataclass(frozen=True)
class Settings:
    """One training of one backbone."""

    weights: str = "pretrained"  # pretrained, random, or the path of a file
    image_size: int | None = None  # pixels; None is the backbone's own
    batch_size: int | None = None  # None chooses by device and catalogue
    epochs_frozen: int = 5  # 5 and 7, as FashionNet did
    epochs_unfrozen: int = 7
    patience: int = 3  # unfrozen epochs without a better validation before stopping
    seed: int = 0
    device: str = "auto"
    precision: str = "auto"
    hidden: int = 512  # width of each head's dense layer
    dropout: float = 0.2
    label_smoothing: float = 0.05
    weight_decay: float = 0.05
    frozen_lr: float = 1e-3
    save_every: float = 60.0  # seconds at least between checkpoints; short epochs share one

    def __post_init__(self) -> None:
        for name in ("epochs_frozen", "epochs_unfrozen", "seed"):
            if getattr(self, name) < 0:
                raise ZooError(f"{name.replace('_', '-')} {getattr(self, name)} is below 0")
        if self.epochs_frozen + self.epochs_unfrozen == 0:
            raise ZooError("no epoch to train: epochs-frozen and epochs-unfrozen are both 0")
        if self.image_size is not None and not 16 <= self.image_size <= 1024:
            raise ZooError(f"image-size {self.image_size} is not within 16..1024 pixels")
        if self.batch_size is not None and not 2 <= self.batch_size <= 4096:
            raise ZooError(f"batch-size {self.batch_size} is not within 2..4096")
        if self.weights not in WEIGHTS and not Path(self.weights).is_file():
            raise ZooError(
                f"weights {self.weights!r}: neither pretrained nor random nor a file that is there"
            )

    def batch(self, items: int, device: str) -> int:
        """Pictures a step: enough steps an epoch for small catalogues, full batches for large."""
        if self.batch_size is not None:
            return self.batch_size
        largest = 48 if device == "cpu" else 256
        return int(max(16, min(largest, items // 35)))

    def as_dict(self) -> dict[str, Any]:
        """The settings by name, for run.json."""
        return asdict(self)
