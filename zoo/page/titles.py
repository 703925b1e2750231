"""The trained backbones as people read them."""

from __future__ import annotations

from collections import Counter

from zoo.compare import Zoo


def titles(zoo: Zoo) -> dict[str, str]:
    """The title of each by its name, in the order of the names; where several share one, both."""
    found = {name: run.backbone.title for name, run in sorted(zoo.runs.items())}
    times = Counter(found.values())
    return {n: f"{title} ({n})" if times[title] > 1 else title for n, title in found.items()}


def choices(zoo: Zoo) -> list[tuple[str, str]]:
    """The same as a component takes its choices: what is shown, and what it stands for."""
    return [(title, name) for name, title in titles(zoo).items()]
