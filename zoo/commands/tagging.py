"""The commands that name what is in pictures: tag, count."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from zoo.commands.options import SAMPLE_ZOO, AsJson, Backbone, Plugins, Runs
from zoo.commands.output import show
from zoo.errors import ZooError


def tag(
    folder: Annotated[Path, typer.Argument(metavar="DIR", show_default=False)],
    runs: Runs = SAMPLE_ZOO,
    backbone: Backbone = None,
    out: Annotated[Optional[Path], typer.Option(help="CSV file. Left out: stdout.")] = None,
    folders: Plugins = None,
    as_json: AsJson = False,
) -> None:
    """Predict the attributes of every picture in a folder: CSV of class and confidence."""
    from zoo.compare import open_zoo
    from zoo.files import written_whole
    from zoo.reports import skipped_report, tags_report
    from zoo.tables import tags_csv

    zoo = open_zoo(runs, folders or ())
    tagged, skipped = zoo.tag(_pictures_in(folder), backbone)
    for picture in skipped:
        typer.echo(f"skipped {picture.reason}", err=True)
    report = {
        "backbone": zoo.run(backbone).name,
        "pictures": [tags_report(t) for t in tagged],
        "skipped": skipped_report(skipped),
    }
    if out is None:
        show(tags_csv, report, as_json)
        return
    with written_whole(out) as partial:
        partial.write_text(tags_csv(report), "utf-8")
    typer.echo(f"wrote {out}", err=True)


def count(
    folder: Annotated[Path, typer.Argument(metavar="DIR", show_default=False)],
    runs: Runs = SAMPLE_ZOO,
    attribute: Annotated[Optional[str], typer.Option(help="Left out: the category.")] = None,
    top: Annotated[int, typer.Option(help="How many classes.")] = 3,
    backbone: Backbone = None,
    folders: Plugins = None,
    as_json: AsJson = False,
) -> None:
    """Count the most common classes in a folder of pictures."""
    from zoo.compare import count_classes, open_zoo
    from zoo.reports import skipped_report
    from zoo.search.recommender import category_attribute
    from zoo.tables import count_text

    zoo = open_zoo(runs, folders or ())
    name = zoo.catalog.single(attribute or category_attribute(zoo.catalog)).name
    tagged, skipped = zoo.tag(_pictures_in(folder), backbone)
    report = {
        "attribute": name,
        "counts": [{"class": c, "count": n} for c, n in count_classes(tagged, name, top)],
        "skipped": skipped_report(skipped),
    }
    show(count_text, report, as_json)


def _pictures_in(folder: Path) -> list[Path]:
    from zoo.pictures import EXTENSIONS

    if folder.is_file():
        return [folder]
    if not folder.is_dir():
        raise ZooError(f"{folder}: no such folder")
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in EXTENSIONS)
    if not found:
        raise ZooError(f"{folder}: no picture in it ({', '.join(sorted(EXTENSIONS))})")
    return found
