"""What a command prints."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import typer


def show(text: Callable[[dict[str, Any]], str], report: dict[str, Any], as_json: bool) -> None:
    """Print a report, for a program or for a person."""
    typer.echo(json.dumps(report, indent=2, ensure_ascii=False) if as_json else text(report))
