"""Fashion model zoo: interchangeable visual backbones for fashion recommendation, compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zoo.backbones import Backbone, Recipe, TimmBackbone, Transform
from zoo.errors import ZooError
from zoo.hookspecs import hookimpl

if TYPE_CHECKING:
    from zoo.compare import open_zoo
    from zoo.search.ask import Ask

__version__ = "0.2.0"
__all__ = [
    "Ask",
    "Backbone",
    "Recipe",
    "TimmBackbone",
    "Transform",
    "ZooError",
    "__version__",
    "hookimpl",
    "open_zoo",
]


def __getattr__(name: str) -> Any:
    # Opening a zoo needs numpy and pandas; a plugin's import and `--help` should not pay for them.
    if name == "open_zoo":
        from zoo.compare import open_zoo

        return open_zoo
    if name == "Ask":
        from zoo.search.ask import Ask

        return Ask
    raise AttributeError(f"module 'zoo' has no attribute {name!r}")
