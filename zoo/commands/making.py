"""The commands that make parts of runs again: embed, index, compact."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from zoo.commands.options import (
    SAMPLE_ZOO,
    ClusterAddress,
    EngineName,
    IndexName,
    IndexUri,
    Names,
    Plugins,
    Runs,
    RuntimeName,
)
from zoo.commands.output import show_next
from zoo.errors import ZooError, typed
from zoo.plurals import numbered

if TYPE_CHECKING:
    from zoo.catalog import Catalog
    from zoo.pipeline import Means
    from zoo.plugins import Registry
    from zoo.progress import Progress


def embed(
    names: Names = None,
    runs: Runs = SAMPLE_ZOO,
    runtime: RuntimeName = "auto",
    engine: EngineName = "local",
    address: ClusterAddress = None,
    force: Annotated[bool, typer.Option("--force", help="Embed again what is known.")] = False,
    folders: Plugins = None,
) -> None:
    """Embed the catalogue with the trained weights where that is not done; index and evaluate."""
    from zoo import redoing
    from zoo.embedding import Engine
    from zoo.features.accepted import check_name
    from zoo.pipeline import Means

    for name in names or ():
        if not name.isidentifier() and Path(name).exists():  # as no backbone's name is
            raise ZooError(
                f"{name} is no backbone: zoo embed takes a zoo's own catalogue; "
                f"for other pictures: zoo features {typed(Path(name))} --out FILE.npz"
            )
    check_name(runtime, "auto")
    chosen = Engine(engine, address)
    chosen.check()

    again = partial(redoing.embed, force=force)
    _redo(again, names, runs, folders, Means(runtime, chosen))


def index(
    names: Names = None,
    runs: Runs = SAMPLE_ZOO,
    recall: Annotated[
        Optional[float],
        typer.Option(help="recall@10 that it has to reach. Left out: as before, at first 0.99."),
    ] = None,
    kind: IndexName = None,
    uri: IndexUri = None,
    engine: EngineName = "local",
    address: ClusterAddress = None,
    folders: Plugins = None,
) -> None:
    """Build the index again from the embeddings."""
    from zoo import redoing
    from zoo.embedding import Engine
    from zoo.indexing import Wish
    from zoo.pipeline import Means

    if recall is not None and not 0 < recall <= 1:
        raise ZooError(f"--recall {recall} is not within 0..1")
    chosen = Engine(engine, address)
    chosen.check()

    with chosen.workers() as workers:
        wish = Wish(kind, recall, uri, workers=workers)
        _redo(redoing.index, names, runs, folders, Means(wish=wish))


def compact(runs: Runs = SAMPLE_ZOO, folders: Plugins = None) -> None:
    """Index and measure anew what items were added to or removed from since."""
    from zoo import redoing
    from zoo.indexing import Wish
    from zoo.pipeline import Means

    with _writing(runs, folders) as (registry, catalog, progress):
        _tell_left_out(runs, registry)
        behind = redoing.behind(registry.backbones.values(), runs)
        redoing.refuse_unfinished(runs, behind)
        if behind:
            means = Means(wish=Wish(known=registry.indexes))
            redoing.compact(behind, catalog, runs, progress, means)
    typer.echo(f"{numbered(len(behind), 'backbone')} indexed and measured anew", err=True)


def _redo(
    again: Callable[..., None],
    names: list[str] | None,
    zoo: Path,
    folders: list[Path] | None,
    means: Means,
) -> None:
    """Call `again` for each named backbone, or each trained one, while nobody else writes."""
    from zoo import redoing

    with _writing(zoo, folders) as (registry, catalog, progress):
        means = replace(means, wish=replace(means.wish, known=registry.indexes))
        trained = [n for n in sorted(registry.backbones) if (zoo / n / "run.json").is_file()]
        if not names:
            _tell_left_out(zoo, registry)
        redoing.refuse_behind(zoo, registry.backbones.values())
        for backbone in registry.select(names or trained):
            again(backbone, catalog, zoo, progress, means)
    show_next(zoo, folders)


@contextmanager
def _writing(zoo: Path, folders: list[Path] | None) -> Iterator[tuple[Registry, Catalog, Progress]]:
    """What parts of runs are made again with, while nobody else writes."""
    from zoo.building import sole_writer
    from zoo.catalog import load_catalog
    from zoo.plugins import load_plugins
    from zoo.progress import Progress

    load_catalog(zoo)  # says so when there is none
    registry = load_plugins(folders or ())
    with sole_writer(zoo), closing(Progress(zoo)) as progress:
        yield registry, load_catalog(zoo), progress


def _tell_left_out(zoo: Path, registry: Registry) -> None:
    """A line for each trained backbone that no plugin brings."""
    from zoo.run_files import without_plugin

    for run in without_plugin(zoo, registry):
        typer.echo(f"left as it is: {run.error}", err=True)
