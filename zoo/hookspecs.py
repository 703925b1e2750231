"""The hooks a plugin may implement, and the marker that says it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Callable

    from zoo.backbones import Backbone
    from zoo.indexes import Index

hookspec = pluggy.HookspecMarker("zoo")
hookimpl = pluggy.HookimplMarker("zoo")


@hookspec
def register_backbones(register: Callable[[Backbone], None]) -> None:
    """Call `register(backbone)` once for each backbone the plugin brings."""


@hookspec
def register_indexes(register: Callable[[Index], None]) -> None:
    """Call `register(index)` once for each way of finding neighbours the plugin brings."""
