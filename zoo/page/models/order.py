"""What a visitor orders: a task of a registered backbone, in bounded numbers, as a command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zoo.errors import ZooError, unknown
from zoo.page.job import zoo_command
from zoo.page.language import _, marked
from zoo.plugins import Registry
from zoo.training.settings import ALIKE, WEIGHTS, Settings

TRAIN, EMBED, INDEX = "train", "embed", "index"
TASKS = {
    TRAIN: marked("Train, embed and evaluate"),
    EMBED: marked("Embed again and evaluate"),
    INDEX: marked("Index and evaluate again"),
}
DOING = {
    TRAIN: marked("training of {backbone}"),
    EMBED: marked("embedding of {backbone}"),
    INDEX: marked("evaluation of {backbone}"),
}
DEFAULTS = Settings()
OWN = 0  # as a number: the backbone's own size, or a batch size that is chosen


@dataclass(frozen=True)
class Bound:
    """A number that can be ordered: the option it becomes, and what is allowed."""

    option: str
    title: str
    least: int
    most: int
    zero: str = ""  # what 0 means besides, when it is below `least`

    def check(self, value: Any) -> int:
        """The value as a whole number; ZooError when it is none within the bounds."""
        whole = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not whole or value not in range(self.most + 1):
            shown = repr(str(value)[:20])
            raise ZooError(self._wrong(_("{title} {value} is not a whole number {span}"), shown))
        number = int(value)
        if number < self.least and not (self.zero and number == OWN):
            raise ZooError(self._wrong(_("{title} {value} is not {span}"), str(number)))
        return number

    def _wrong(self, said: str, value: str) -> str:
        return said.format(title=_(self.title), value=value, span=self.span)

    @property
    def span(self) -> str:
        """What is allowed, in words."""
        also = _(", or 0 for {meaning}").format(meaning=_(self.zero)) if self.zero else ""
        return _("within {least}..{most}").format(least=self.least, most=self.most) + also


NUMBERS = {
    "epochs_frozen": Bound("--epochs-frozen", marked("Epochs of the heads alone"), 0, 100),
    "epochs_unfrozen": Bound("--epochs-unfrozen", marked("Epochs of the whole network"), 0, 200),
    "image_size": Bound(
        "--image-size", marked("Picture size"), 16, 1024, marked("the backbone's own")
    ),
    "batch_size": Bound("--batch-size", marked("Pictures a step"), 2, 4096, marked("automatic")),
    "patience": Bound("--patience", marked("Patience"), 1, 200, marked("a third of the epochs")),
}


@dataclass(frozen=True)
class Order:
    """A checked order."""

    task: str
    backbone: str
    weights: str
    restart: bool
    numbers: Mapping[str, int]
    alike: Settings = DEFAULTS  # of the runs there are, in what is not asked for here

    @property
    def title(self) -> str:
        """What is being done."""
        return _(DOING[self.task]).format(backbone=self.backbone)

    def command(self, zoo: Path, plugins: Sequence[Path]) -> list[str]:
        """The command of the zoo."""
        command = zoo_command([self.task, self.backbone], zoo, plugins)
        if self.task != TRAIN:
            return [*command, "--force"] if self.task == EMBED else command
        numbers = [
            part
            for name, value in self.numbers.items()
            if value != OWN or not NUMBERS[name].zero
            for part in (NUMBERS[name].option, str(value))
        ]
        again = "--restart" if self.restart else "--resume"
        return [*command, "--weights", self.weights, again, *numbers, *self.alike.options(ALIKE)]


def checked(
    registry: Registry,
    task: Any,
    backbone: Any,
    weights: Any,
    restart: Any,
    numbers: Sequence[Any],
    alike: Settings = DEFAULTS,
) -> Order:
    """The order; ZooError for anything but known names and bounded numbers.

    `numbers` are in the order of NUMBERS.
    """
    if not isinstance(backbone, str) or not backbone:
        raise ZooError(_("no backbone is chosen"))
    if not isinstance(task, str) or task not in TASKS:
        raise ZooError(unknown("task", str(task)[:40], TASKS))
    if weights not in WEIGHTS:
        raise ZooError(unknown("weights", str(weights)[:40], WEIGHTS))
    name = registry.get(backbone[:80]).name
    if task != TRAIN:
        return Order(task, name, weights, False, {})
    found = {
        key: bound.check(value)
        for (key, bound), value in zip(NUMBERS.items(), numbers, strict=True)
    }
    if found["epochs_frozen"] + found["epochs_unfrozen"] == 0:
        raise ZooError(_("no epoch to train: give one at least"))
    return Order(task, name, weights, restart is True, found, alike)
