"""A backbone that is trained within a second or two."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.conftest import PLUGINS, TINY
from zoo.backbones import Backbone
from zoo.plugins import load_plugins

SHORT = replace(TINY, epochs_unfrozen=2)


@pytest.fixture
def tiny() -> Backbone:
    return load_plugins([PLUGINS]).get("tiny_a")
