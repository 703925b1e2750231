"""The plugin host: takes up backbones and indexes from entry points and folders.

Broken plugins are kept apart.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pluggy

from zoo import hookspecs
from zoo.backbones import NAME, Backbone
from zoo.errors import PluginError, ZooError, one_line, unknown
from zoo.indexes import Index

MODULE = "zoo_plugin_"  # begins the names under which plugin files are imported
GROUP = "zoo"  # of entry points, in a plugin's pyproject.toml


@dataclass(frozen=True)
class Failure:
    """A plugin that was kept apart, and why."""

    origin: str
    error: str


@dataclass(frozen=True)
class Registry:
    """What was taken up, by name, where each came from, and what failed."""

    backbones: dict[str, Backbone]
    origins: dict[str, str]
    failed: tuple[Failure, ...] = ()
    indexes: dict[str, Index] = field(default_factory=dict)
    index_origins: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> Backbone:
        """The backbone of that name; ZooError lists the known ones, and plugins that failed."""
        if name in self.backbones:
            return self.backbones[name]
        broken = [f"plugin kept apart: {f.origin}: {f.error}" for f in self.failed]
        missing = broken or ["one of a plugin in a folder needs --plugins DIR"]
        raise ZooError("; ".join([unknown("backbone", name, self.backbones), *missing]))

    def select(self, names: Sequence[str]) -> list[Backbone]:
        """The named backbones, or all of them when none is named."""
        return [self.get(name) for name in dict.fromkeys(names) or sorted(self.backbones)]

    def report(self) -> dict[str, Any]:
        """The registry as JSON."""
        return {
            "backbones": [
                {"name": b.name, "title": b.title, "source": b.source, "origin": self.origins[name]}
                for name, b in sorted(self.backbones.items())
            ],
            "indexes": [
                {"name": i.name, "title": i.title, "origin": self.index_origins[name]}
                for name, i in sorted(self.indexes.items())
            ],
            "failed": [{"origin": f.origin, "error": f.error} for f in self.failed],
        }


def shipped_folder() -> Path:
    """Where the shipped plugins lie: in the wheel inside the package, in a clone beside it."""
    inside = Path(__file__).parent / "shipped_plugins"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "plugins"


def shipped() -> list[str]:
    """The names of the backbones that ship with the zoo."""
    folder = f"{shipped_folder().name}/"  # another folder may have that name, so without any
    known = load_plugins().origins.items()
    return sorted(name for name, origin in known if origin.startswith(folder))


def load_plugins(folders: Sequence[Path] = (), strict: bool = False) -> Registry:
    """Take up the shipped plugins, installed ones (entry points) and those in `folders`.

    A plugin that fails in any way is kept apart with its origin and reason and the others go
    on; with `strict`, it raises PluginError.
    """
    for folder in folders:
        if folder.is_file():
            raise PluginError(f"--plugins {folder}: is a file; name its folder: {folder.parent}")
        if not folder.is_dir():
            raise PluginError(f"--plugins {folder}: no such folder")
    manager = pluggy.PluginManager("zoo")
    manager.add_hookspecs(hookspecs)
    registry = Registry({}, {})
    failures: list[Failure] = []
    for origin, load in _candidates([shipped_folder(), *folders]):
        try:
            _take_up(manager, registry, origin, load())
        except (Exception, SystemExit) as error:
            failures.append(Failure(origin, _reason(error)))
    if strict and failures:
        raise PluginError("; ".join(f"plugin {f.origin}: {f.error}" for f in failures))
    return replace(registry, failed=tuple(failures))


def _candidates(folders: Sequence[Path]) -> Iterator[tuple[str, Callable[[], object]]]:
    """Every plugin there is, as (origin, how to load it); shipped ones first, they win names."""
    shipped, *others = folders
    yield from _files(shipped)
    for point in sorted(entry_points(group=GROUP), key=lambda p: (p.name, p.value)):
        package = point.dist.name if point.dist else "?"
        yield f"package {package} ({point.value})", point.load
    for folder in others:
        yield from _files(folder)


def _files(folder: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    for path in sorted(folder.glob("*.py")):
        if not path.name.startswith("_"):
            yield f"{folder.name}/{path.name}", lambda path=path: _import_file(path)  # type: ignore[misc]


def _import_file(path: Path) -> object:
    # Unique by its full path, so that two folders may hold files of one name; in sys.modules,
    # so that classes defined in it can be found again by spawned workers.
    mark = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]
    name = f"{MODULE}{mark}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise PluginError("cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _take_up(
    manager: pluggy.PluginManager, registry: Registry, origin: str, plugin: object
) -> None:
    """Register one plugin and what it brings: all of it, or none and an error."""
    manager.register(plugin)
    try:
        _check_hooks(manager, plugin)
        if not manager.get_hookcallers(plugin):
            raise PluginError("implements no hook; is @hookimpl missing above register_backbones?")
        others = [p for p in manager.get_plugins() if p is not plugin]
        backbones: dict[str, Any] = {}
        hook = manager.subset_hook_caller("register_backbones", others)
        hook(register=_collector(Backbone, backbones, registry.backbones, registry.origins))
        indexes: dict[str, Any] = {}
        hook = manager.subset_hook_caller("register_indexes", others)
        hook(register=_collector(Index, indexes, registry.indexes, registry.index_origins))
    except BaseException:
        manager.unregister(plugin)
        raise
    registry.backbones.update(backbones)
    registry.origins.update(dict.fromkeys(backbones, origin))
    registry.indexes.update(indexes)
    registry.index_origins.update(dict.fromkeys(indexes, origin))


def _check_hooks(manager: pluggy.PluginManager, plugin: object) -> None:
    """PluginError when it implements a hook that there is not."""
    hooks = [name for name in dir(hookspecs) if name.startswith("register_")]
    for name in dir(plugin):
        if manager.parse_hookimpl_opts(plugin, name) and name not in hooks:
            there = " and ".join(hooks)
            raise PluginError(f"no hook is called {name!r}; there are {there}")


def _collector(
    kind: type, found: dict[str, Any], taken: Mapping[str, object], origins: Mapping[str, str]
) -> Callable[[Any], None]:
    what = kind.__name__.lower()

    def register(thing: Any) -> None:
        if not isinstance(thing, kind):
            raise PluginError(f"registered {thing!r}, which is no {kind.__name__} object")
        name = getattr(thing, "name", None)
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise PluginError(f"{what} name {name!r} does not match [a-z0-9_]+")
        if name in taken:
            raise PluginError(f"{what} name {name!r} is taken by {origins[name]}")
        if name in found:
            raise PluginError(f"{what} name {name!r} is registered twice")
        found[name] = thing

    return register


def _reason(error: BaseException) -> str:
    text, kind = one_line(error), type(error).__name__
    return text if isinstance(error, ZooError) or text == kind else f"{kind}: {text}"
