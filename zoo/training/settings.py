"""What a training is told, saved beside what it made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from zoo.errors import ZooError, unknown

WEIGHTS = ("pretrained", "random")
CHOICES = {
    "networks": ("shared", "per-attribute"),
    "balance": ("none", "sampling", "weights"),
    "flip": ("auto", "never"),
}
LEAST = {"epochs_frozen": 0, "epochs_unfrozen": 0, "accumulate": 1, "patience": 1}
WITHIN = {
    "image_size": (16, 1024, " pixels"),
    "batch_size": (2, 4096, ""),
    "seed": (0, 2**31 - 1, ""),  # what all who draw by it take
}
MOST_METRIC = 100.0
SHARES = ("dropout", "ema", "label_smoothing", "cutmix")


# What a run had that was made before there was the setting, where that is not today's default.
EARLIER = {"metric": 0.0}
WITHOUT_A_TRACE = ("save_every",)  # whatever they are, the same run comes of it

# What runs are to have alike for a comparison of backbones, besides epochs, size and weights.
ALIKE = (
    "seed", "hidden", "dropout", "label_smoothing", "flip", "balance", "accumulate", "ema",
    "networks", "metric", "layer_decay", "cutmix",
)  # fmt: skip
# Those that the command takes and a run keeps, wherever it is computed.
OPTIONS = (
    "weights", "image_size", "batch_size", "epochs_frozen", "epochs_unfrozen", "patience",
    "precision", *ALIKE,
)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """One training of one backbone."""

    weights: str = "pretrained"  # pretrained, random, or the path of a file
    image_size: int | None = None  # pixels; None is the backbone's own
    batch_size: int | None = None  # None chooses by device and catalogue
    epochs_frozen: int = 5  # 5 and 7, as FashionNet did
    epochs_unfrozen: int = 7
    # Epochs at full size without a better validation before stopping; None: a third, at least 3
    patience: int | None = None
    seed: int = 0
    device: str = "auto"
    precision: str = "auto"
    hidden: tuple[int, ...] = (512,)  # widths of each head's dense layers
    dropout: float = 0.2
    label_smoothing: float = 0.05
    weight_decay: float = 0.05
    flip: str = "auto"  # mirrored pictures, unless a class says left and another right; or never
    frozen_lr: float = 1e-3
    save_every: float = 60.0  # seconds at least between checkpoints; short epochs share one
    balance: str = "none"  # rare classes: drawn as often as common ones, or weigh as much
    accumulate: int = 1  # batches whose gradients make one step
    ema: float = 0.0  # decay per step of the averaged weights that are kept; 0 keeps the last
    networks: str = "shared"  # one for all attributes, or FashionNet's one per attribute
    metric: float = 1.0  # weight of the loss of the embedding itself, beside that of the heads
    cutmix: float = 0.0  # chance of a step that mixes its pictures, see zoo.training.mixing
    layer_decay: float = 1.0  # rate of each layer of the backbone, as a share of the next one's

    def __post_init__(self) -> None:
        for name, least in LEAST.items():
            value = getattr(self, name)
            if value is not None and value < least:
                raise ZooError(f"{_flag(name)} {value} is below {least}")
        for name, (least, most, unit) in WITHIN.items():
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                raise ZooError(f"{_flag(name)} {value} is not within {least}..{most}{unit}")
        for name in SHARES:
            if not 0 <= getattr(self, name) < 1:
                raise ZooError(
                    f"{_flag(name)} {getattr(self, name)} is not within 0..1 (1 excluded)"
                )
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise ZooError(unknown(name, getattr(self, name), choices))
        self._check_the_rest()

    def _check_the_rest(self) -> None:
        if self.epochs_frozen + self.epochs_unfrozen == 0:
            raise ZooError("no epoch to train: epochs-frozen and epochs-unfrozen are both 0")
        if not self.hidden or not all(1 <= width <= 65536 for width in self.hidden):
            raise ZooError(f"hidden {self.hidden}: give widths of 1..65536, such as 1024,512,256")
        if not 0 <= self.metric <= MOST_METRIC:
            raise ZooError(f"metric {self.metric} is not within 0..{MOST_METRIC:.0f}")
        if not 0 < self.layer_decay <= 1:
            raise ZooError(f"layer-decay {self.layer_decay} is not within 0..1 (0 excluded)")

    def require_weights(self) -> None:
        """ZooError when the weights are a file that is not there: better early than late."""
        if self.weights not in WEIGHTS and not Path(self.weights).is_file():
            raise ZooError(
                f"weights {self.weights!r}: neither pretrained nor random nor a file that is there"
            )

    def epochs_small(self) -> int:
        """The first of the unfrozen epochs, in which pictures are smaller."""
        return self.epochs_unfrozen // 2

    def stop_after(self) -> int:
        """Epochs at full size without a better validation after which training stops."""
        return self.patience or max(3, self.epochs_unfrozen // 3)

    def batch(self, items: int, device: str) -> int:
        """Pictures a step: enough steps an epoch for small catalogues, full batches for large.

        A GPU's are larger only where epochs are long all the same, or it would learn less.
        """
        if self.batch_size is not None:
            return self.batch_size
        largest = 48 if device == "cpu" else max(48, min(256, items // 120))
        return int(max(16, min(largest, items // 35)))

    def as_dict(self) -> dict[str, Any]:
        """The settings by name, for run.json."""
        return {**asdict(self), "hidden": list(self.hidden)}

    def options(self, names: Sequence[str] = OPTIONS) -> list[str]:
        """As the command's options, those of these names that are not the defaults."""
        usual, asked = Settings().as_dict(), self.as_dict()
        return [
            part
            for name in names
            if asked[name] != usual[name]
            for part in (f"--{_flag(name)}", _text(asked[name]))
        ]

    def changed_from(self, other: Settings) -> list[str]:
        """The names of those that are others, and would make another run."""
        names = [f.name for f in fields(self) if f.name not in WITHOUT_A_TRACE]
        return [name for name in names if getattr(self, name) != getattr(other, name)]

    @staticmethod
    def from_dict(facts: Mapping[str, Any]) -> Settings:
        """The settings in a run.json; what a run of an older version lacks is as it was then."""
        hidden = facts.get("hidden", Settings.hidden)
        widths = (hidden,) if isinstance(hidden, int) else tuple(hidden)
        return Settings(**{**EARLIER, **facts, "hidden": widths})


def _flag(name: str) -> str:
    return name.replace("_", "-")


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
