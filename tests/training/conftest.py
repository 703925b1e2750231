"""A backbone that is trained within a second or two."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conftest import PLUGINS, TINY
from zoo.backbones import Backbone
from zoo.plugins import load_plugins
from zoo.progress import Progress

SHORT = replace(TINY, epochs_unfrozen=2)


@pytest.fixture
def tiny() -> Backbone:
    return load_plugins([PLUGINS]).get("tiny_a")


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


class KilledAt(Progress):
    """Dies when a stage whose title holds `title` begins."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title

    def stage(self, title: str, total: int, unit: str = "img"):  # type: ignore[no-untyped-def]
        if self.title in title:
            raise Killed
        return super().stage(title, total, unit)
