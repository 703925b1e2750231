"""The commands that hand on what was learnt: export, vectors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from zoo.commands.options import SAMPLE_ZOO, AsJson, BackboneName, Plugins, Runs
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


def vectors(
    out: Annotated[Path, typer.Option(help="An .npz file.", show_default=False)],
    runs: Runs = SAMPLE_ZOO,
    backbone: BackboneName = None,
    folders: Plugins = None,
    as_json: AsJson = False,
) -> None:
    """Write the fashion vectors: predicted class and confidence of every item, as numpy."""
    from zoo.exporting.vectors import require_npz, vectors_text, write_vectors

    require_npz(out)  # before what takes seconds to import

    from zoo.compare import open_zoo

    zoo = open_zoo(runs, folders or ())
    show(vectors_text, write_vectors(zoo.run(backbone), out), as_json)
