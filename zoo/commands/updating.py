"""The commands that change a catalogue without training: add, remove, sync."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from zoo.commands.options import SAMPLE_ZOO, Plugins, Runs, RuntimeName
from zoo.commands.output import tell
from zoo.plurals import numbered

if TYPE_CHECKING:
    from zoo.catalog import Catalog
    from zoo.catalog.change import Change
    from zoo.catalog.pictures_check import Step

SHOWN = 10  # findings that are told; all are in the file


def add(
    pictures: Annotated[list[Path], typer.Argument(metavar="PICTURES...", show_default=False)],
    runs: Runs = SAMPLE_ZOO,
    runtime: RuntimeName = "auto",
    folders: Plugins = None,
) -> None:
    """Add pictures, folders, or CSVs with labels to the database; only they are embedded."""
    import pandas as pd

    from zoo.catalog.change import addition
    from zoo.picture_tables import pictures_in
    from zoo.updating import rows_to_add

    tables = [pictures_in(source) for source in pictures]
    parts = [rows_to_add(table, source) for table, source in zip(tables, pictures, strict=True)]
    rows = pd.concat(parts, ignore_index=True)
    left_out = tuple(finding for table in tables for finding in table.findings)

    def added(catalog: Catalog, step: Step) -> Change:
        change = addition(catalog, rows, step)
        return replace(change, findings=left_out + change.findings)

    _change(runs, runtime, folders, added)


def remove(
    items: Annotated[list[str], typer.Argument(metavar="ITEM_ID...", show_default=False)],
    runs: Runs = SAMPLE_ZOO,
    folders: Plugins = None,
) -> None:
    """Remove items from the database; their files stay where they are."""
    from zoo.catalog.change import removal

    _change(runs, "auto", folders, lambda catalog, step: removal(catalog, items))


def sync(runs: Runs = SAMPLE_ZOO, runtime: RuntimeName = "auto", folders: Plugins = None) -> None:
    """Take over what is new, changed or gone in the data the zoo was made of."""
    from zoo.catalog.change import synchronisation

    _change(runs, runtime, folders, synchronisation)


def _change(
    folder: Path,
    runtime: str,
    plugins: list[Path] | None,
    make: Callable[[Catalog, Step], Change],
) -> None:
    from zoo.building import sole_writer
    from zoo.catalog import load_catalog, write_report
    from zoo.compare import open_zoo
    from zoo.features.accepted import check_name
    from zoo.progress import Progress
    from zoo.updating import update

    check_name(runtime, "auto")
    load_catalog(folder)  # says so when there is no zoo to change
    with sole_writer(folder):
        zoo = open_zoo(folder, plugins or ())
        with closing(Progress(folder)) as progress:
            with progress.stage("checking pictures", 0) as bar:
                change = make(zoo.catalog, bar.reach)
            tell(change.findings[:SHOWN])
            if change.is_one:
                update(zoo, change, progress, runtime)
        if change.findings:
            typer.echo(
                f"all in {write_report(change.findings, folder, 'change_report.csv')}", err=True
            )
    typer.echo(
        f"{change.added} added, {change.changed} changed, {change.removed} removed; "
        f"{numbered(len(change.catalog), 'item')}"
    )
