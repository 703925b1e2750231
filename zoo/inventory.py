"""Every backbone there is and how far it is in a zoo; the machine that would train it."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from zoo import devices
from zoo.backbones import Backbone
from zoo.compare import Zoo
from zoo.files import bytes_in
from zoo.plugins import Registry
from zoo.run_files import RUN, partial_folder
from zoo.runs import Run

TRAINED, UNFINISHED, NOT_OPENED, UNTRAINED = "trained", "unfinished", "not opened", "untrained"


@dataclass(frozen=True)
class Published:
    """What a backbone says of its published weights; `problem` is why it cannot."""

    licence: str | None = None
    home: str | None = None
    image_size: int | None = None  # pixels, its own
    problem: str | None = None


@dataclass(frozen=True)
class Model:
    """One backbone and its run in a zoo; None for what is known only once it is trained."""

    name: str
    title: str
    source: str
    origin: str  # of the plugin
    state: str
    published: Published
    weights: str | None = None  # what its training began with
    epochs: int | None = None
    image_size: int | None = None  # pixels, of the run
    dimension: int | None = None
    parameters: int | None = None
    bytes: int = 0  # on disk, unfinished work included

    def report(self) -> dict[str, Any]:
        """As JSON; keys whose values are not known are left out."""
        facts = {**asdict(self), **asdict(self.published), "trained": self.state == TRAINED}
        del facts["published"]
        facts["image_size"] = self.image_size or self.published.image_size
        return {key: value for key, value in facts.items() if value is not None}


@dataclass(frozen=True)
class Machine:
    """What there is to train with, fastest first, and the room for what is trained."""

    devices: tuple[str, ...]
    free_bytes: int
    total_bytes: int


def models(registry: Registry, folder: Path, zoo: Zoo | None) -> list[Model]:
    """Every registered backbone, by name."""
    return [
        _model(backbone, registry.origins[name], folder, zoo)
        for name, backbone in sorted(registry.backbones.items())
    ]


def machine(folder: Path) -> Machine:
    """This machine, and the disk that the zoo lies on."""
    found = tuple(
        f"{device}: {devices.described(device)}, {devices.best_precision(device)}"
        for device in devices.available()
    )
    disk = shutil.disk_usage(folder)
    return Machine(found, disk.free, disk.total)


def published(backbone: Backbone) -> Published:
    """What the backbone says of its weights; nothing is built or downloaded."""
    try:
        return Published(backbone.licence, backbone.home, backbone.transform().size)
    except Exception as error:  # a plugin's own code: what it raises is shown beside its name
        return Published(problem=f"{type(error).__name__}: {error}")


def _model(backbone: Backbone, origin: str, folder: Path, zoo: Zoo | None) -> Model:
    run = zoo.runs.get(backbone.name) if zoo else None
    own, unfinished = folder / backbone.name, partial_folder(folder, backbone.name)
    return Model(
        backbone.name,
        backbone.title,
        backbone.source,
        origin,
        _state(run, own, unfinished),
        published(backbone),
        **(_trained(run) if run else {}),
        bytes=bytes_in(own) + bytes_in(unfinished),
    )


def _state(run: Run | None, own: Path, unfinished: Path) -> str:
    if run is not None:
        return TRAINED
    if (own / RUN).is_file():
        return NOT_OPENED
    return UNFINISHED if unfinished.is_dir() else UNTRAINED


def _trained(run: Run) -> dict[str, Any]:
    trained = run.facts["trained"]
    return {
        "weights": trained["weights"]["kind"],
        "epochs": trained["epochs"],
        "image_size": trained["transform"]["size"],
        "dimension": trained["dimension"],
        "parameters": trained["parameters"],
    }
