"""The command about the data itself: clean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from zoo.commands.options import AsJson, BackboneName, Plugins, Reader
from zoo.commands.output import show

if TYPE_CHECKING:
    from zoo.cleaning.clean import Embedded


def clean(
    data: Annotated[Path, typer.Option(help="Catalogue folder or file.", show_default=False)],
    reader: Reader = None,
    limit: Annotated[Optional[int], typer.Option(help="Look at this many pictures only.")] = None,
    out: Annotated[
        Optional[Path], typer.Option(help="Folder. Left out: cleaning/<catalogue name>.")
    ] = None,
    runs: Annotated[
        Optional[Path], typer.Option(help="A zoo trained on these pictures: finds outliers too.")
    ] = None,
    backbone: BackboneName = None,
    folders: Plugins = None,
    as_json: AsJson = False,
) -> None:
    """Find what is wrong with pictures and labels; HTML and CSV, nothing is deleted."""
    from zoo.catalog import read_listing
    from zoo.cleaning.clean import clean as find
    from zoo.cleaning.summary import clean_text
    from zoo.progress import Progress

    listing = read_listing(data, reader)
    embedded = _embedded(runs, backbone, folders) if runs else None
    folder = out or Path("cleaning") / listing.name
    show(clean_text, find(listing, limit, embedded, folder, Progress()), as_json)


def _embedded(runs: Path, backbone: str | None, folders: list[Path] | None) -> Embedded:
    from zoo.cleaning.clean import Embedded
    from zoo.compare import open_zoo

    zoo = open_zoo(runs, folders or ())
    run = zoo.run(backbone)
    return Embedded(run.name, zoo.catalog, run.embeddings)
