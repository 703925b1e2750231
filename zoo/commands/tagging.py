"""The commands that look at pictures from outside the catalogue: tag, count, features."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from zoo.commands.options import SAMPLE_ZOO, AsJson, BackboneName, Plugins, Runs
from zoo.commands.output import show, tell
from zoo.errors import ZooError

if TYPE_CHECKING:
    from zoo.compare import Skipped

Pictures = Annotated[
    Path,
    typer.Argument(metavar="PICTURES", help="A folder, a CSV, or one picture.", show_default=False),
]


def tag(
    pictures: Pictures,
    runs: Runs = SAMPLE_ZOO,
    backbone: BackboneName = None,
    out: Annotated[Optional[Path], typer.Option(help="CSV file. Left out: stdout.")] = None,
    folders: Plugins = None,
    as_json: AsJson = False,
) -> None:
    """Predict the attributes of every picture in a folder or CSV: class and confidence."""
    from zoo.picture_tables import pictures_in

    table = pictures_in(pictures)  # before what takes seconds to import

    from zoo.compare import open_zoo
    from zoo.files import written_whole
    from zoo.outputs.documents import skipped_report, tags_report
    from zoo.outputs.tags import tagged_csv

    zoo = open_zoo(runs, folders or ())
    tagged, skipped = zoo.tag(table.paths, backbone)
    tell(table.findings, skipped)
    _require_any(tagged, skipped, pictures)
    text = tagged_csv(table, tagged, [a.name for a in (*zoo.catalog.singles, *zoo.catalog.multis)])
    report = {
        "backbone": zoo.run(backbone).name,
        "pictures": [tags_report(t) for t in tagged],
        "skipped": skipped_report(skipped),
    }
    if out is None or as_json:
        show(lambda _: text, report, as_json)
    if out is not None:
        with written_whole(out) as partial:
            partial.write_text(text + "\n", "utf-8")
        typer.echo(f"wrote {out}", err=True)


def count(
    pictures: Pictures,
    runs: Runs = SAMPLE_ZOO,
    attribute: Annotated[Optional[str], typer.Option(help="Left out: the category.")] = None,
    top: Annotated[int, typer.Option(min=1, help="How many classes.")] = 3,
    backbone: BackboneName = None,
    folders: Plugins = None,
    as_json: AsJson = False,
) -> None:
    """Count the most common classes in a folder or CSV of pictures."""
    from zoo.picture_tables import pictures_in

    table = pictures_in(pictures)  # before what takes seconds to import

    from zoo.compare import count_classes, open_zoo
    from zoo.outputs.documents import skipped_report
    from zoo.outputs.texts import count_text
    from zoo.search.candidates import category_attribute

    zoo = open_zoo(runs, folders or ())
    name = zoo.catalog.single(attribute or category_attribute(zoo.catalog)).name
    tagged, skipped = zoo.tag(table.paths, backbone)
    tell(table.findings)
    _require_any(tagged, skipped, pictures)
    report = {
        "attribute": name,
        "counts": [{"class": c, "count": n} for c, n in count_classes(tagged, name, top)],
        "skipped": skipped_report(skipped),
    }
    show(count_text, report, as_json)


def features(
    pictures: Pictures,
    out: Annotated[Path, typer.Option(help="An .npz file.", show_default=False)],
    runs: Runs = SAMPLE_ZOO,
    backbone: BackboneName = None,
    folders: Plugins = None,
    as_json: AsJson = False,
) -> None:
    """Write unit embeddings and predicted labels of pictures outside the catalogue."""
    from zoo.exporting.vectors import features_text, require_npz, write_features
    from zoo.picture_tables import pictures_in

    require_npz(out)
    table = pictures_in(pictures)  # before what takes seconds to import

    from zoo.compare import Seen, Skipped, open_zoo
    from zoo.features.encoder import Features
    from zoo.outputs.documents import skipped_report
    from zoo.progress import Progress

    zoo = open_zoo(runs, folders or ())
    run = zoo.run(backbone)
    seen: list[Seen] = []
    skipped: list[Skipped] = []
    with Progress().stage(f"{run.name}: features", len(table.paths)) as bar:
        for part in zoo.look(table.paths, run.name):
            if isinstance(part, Skipped):
                skipped.append(part)
                bar.advance(1)
            else:
                seen.append(part)
                bar.advance(len(part.paths))
    tell(table.findings, skipped)
    _require_any(seen, skipped, pictures)
    joined = Features.join([part.features for part in seen])
    write_features(run, [path for part in seen for path in part.paths], joined, out)
    report = {
        "backbone": run.name,
        "file": str(out),
        "pictures": len(joined),
        "dimension": joined.embeddings.shape[1],
        "skipped": skipped_report(skipped),
    }
    show(features_text, report, as_json)


def _require_any(seen: Sequence[object], skipped: Sequence[Skipped], pictures: Path) -> None:
    if not seen:
        first = f"; the first: {skipped[0].reason}" if skipped else ""
        raise ZooError(f"{pictures}: no picture in it can be used{first}")
