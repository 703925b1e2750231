"""The trained backbones as people read them."""

from __future__ import annotations

from zoo.compare import Zoo


def titles(zoo: Zoo) -> dict[str, str]:
    """The title of each by its name, in the order of the names."""
    return {name: run.backbone.title for name, run in sorted(zoo.runs.items())}


def choices(zoo: Zoo) -> list[tuple[str, str]]:
    """The same as a component takes its choices: what is shown, and what it stands for."""
    return [(title, name) for name, title in titles(zoo).items()]
