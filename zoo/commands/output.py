"""What a command prints."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from zoo.catalog.listing import Finding
    from zoo.compare import Skipped


def show(text: Callable[[dict[str, Any]], str], report: dict[str, Any], as_json: bool) -> None:
    """Print a report, for a program or for a person."""
    typer.echo(json.dumps(report, indent=2, ensure_ascii=False) if as_json else text(report))


def tell(findings: Iterable[Finding] = (), skipped: Iterable[Skipped] = ()) -> None:
    """Say what was found in a table of pictures, and which pictures cannot be used."""
    for finding in findings:
        typer.echo(str(finding), err=True)
    for picture in skipped:
        typer.echo(f"skipped {picture.reason}", err=True)
