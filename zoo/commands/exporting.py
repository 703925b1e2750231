"""The command that hands a network on: export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from zoo.commands.options import SAMPLE_ZOO, AsJson, Plugins, Runs
from zoo.commands.output import show


def export(
    backbone: Annotated[str, typer.Argument(metavar="BACKBONE", show_default=False)],
    runs: Runs = SAMPLE_ZOO,
    to: Annotated[str, typer.Option(help="onnx or safetensors.")] = "onnx",
    out: Annotated[
        Optional[Path], typer.Option(help="Left out: <backbone>.<format> in this folder.")
    ] = None,
    folders: Plugins = None,
    as_json: AsJson = False,
) -> None:
    """Write a trained network with its heads as one file that needs nothing of this project."""
    from zoo.compare import open_zoo
    from zoo.exporting.export import export as write
    from zoo.exporting.export import export_text

    zoo = open_zoo(runs, folders or ())
    show(export_text, write(zoo.run(backbone), to, out), as_json)
