"""Recommendations for a folder or CSV of pictures, each by itself."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import typer

from zoo.commands.output import tell
from zoo.errors import ZooError
from zoo.plurals import numbered

if TYPE_CHECKING:
    from zoo.compare import Zoo
    from zoo.outputs.recommendations import Written
    from zoo.picture_tables import PictureTable
    from zoo.search.ask import Ask


def recommend_each(
    zoo: Zoo, source: Path, ask: Ask, backbones: Sequence[str], out: Path | None, as_json: bool
) -> None:
    """Write a row per picture, backbone and rank; pictures that cannot be used are told."""
    from zoo.files import written_whole
    from zoo.outputs.documents import skipped_report
    from zoo.picture_tables import pictures_in

    if as_json and out is None:
        raise ZooError("--json of a folder or CSV says what was written: name a file with --out")
    table = pictures_in(source)
    tell(table.findings)
    if out is None:
        _told(source, table, _write(zoo, table, ask, backbones, sys.stdout))
        return
    with written_whole(out) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        written = _write(zoo, table, ask, backbones, file)
        _told(source, table, written)
    report = {
        "file": str(out),
        "rows": written.rows,
        "backbones": [run.name for run in zoo.select(backbones)],
        "skipped": skipped_report(list(written.skipped.values())),
    }
    if as_json:
        typer.echo(json.dumps(report, indent=2, ensure_ascii=False))
    typer.echo(f"wrote {out}", err=True)


def _write(
    zoo: Zoo, table: PictureTable, ask: Ask, backbones: Sequence[str], file: TextIO
) -> Written:
    from zoo.outputs.recommendations import Written, header, write_recommended
    from zoo.progress import Progress

    written = Written()
    csv.writer(file, lineterminator="\n").writerow(header(table.columns))
    for run in zoo.select(backbones):
        with Progress().stage(f"{run.name}: recommendations", len(table.paths)) as bar:
            write_recommended(zoo, table, ask, run, file, written, bar.advance)
    return written


def _told(source: Path, table: PictureTable, written: Written) -> None:
    """Say what came of it; ZooError when no picture could be used."""
    tell(skipped=written.skipped.values())
    if not written.pictures:
        raise ZooError(f"{source}: no picture in it can be used")
    typer.echo(
        f"{numbered(written.rows, 'row')}; {len(written.skipped)} of "
        f"{numbered(len(table.paths), 'picture')} skipped",
        err=True,
    )
