"""What a command prints."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from zoo.errors import typed

if TYPE_CHECKING:
    from zoo.catalog.listing import Finding
    from zoo.compare import Skipped


def show(text: Callable[[dict[str, Any]], str], report: dict[str, Any], as_json: bool) -> None:
    """Print a report, for a program or for a person."""
    typer.echo(json.dumps(report, indent=2, ensure_ascii=False) if as_json else text(report))


def show_next(zoo: Path, folders: Sequence[Path] | None) -> None:
    """Say where to look at what was made in a zoo."""
    place = " ".join([f"--runs {typed(zoo)}", *(f"--plugins {typed(f)}" for f in folders or ())])
    typer.echo(f"done; see the leaderboard:  zoo evaluate {place}", err=True)
    typer.echo(f"compare them in a browser:  python serve.py {place}", err=True)


def tell(findings: Iterable[Finding] = (), skipped: Iterable[Skipped] = ()) -> None:
    """Say what was found in a table of pictures, and which pictures cannot be used."""
    for finding in findings:
        typer.echo(str(finding), err=True)
    for picture in skipped:
        typer.echo(f"skipped {picture.reason}", err=True)
