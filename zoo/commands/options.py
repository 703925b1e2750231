"""The options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

Names = Annotated[Optional[list[str]], typer.Argument(metavar="[BACKBONE ...]", show_default=False)]
Runs = Annotated[Path, typer.Option("--runs", help="The zoo directory.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
Plugins = Annotated[
    Optional[list[Path]], typer.Option("--plugins", help="A folder with more plugins.")
]
Strict = Annotated[bool, typer.Option("--strict", help="A broken plugin or run is fatal.")]
Backbones = Annotated[
    Optional[list[str]], typer.Option("--backbone", help="Only this one; may be repeated.")
]
BackboneName = Annotated[Optional[str], typer.Option("--backbone", help="Left out: the first.")]
RuntimeName = Annotated[
    str, typer.Option("--runtime", help="What embeds: auto, torch, compiled or openvino.")
]
Reader = Annotated[
    Optional[str], typer.Option("--reader", help="Layout of --data. Left out: recognised.")
]
IndexName = Annotated[
    Optional[str],
    typer.Option("--index", help="annoy, exact, lance... Left out: as before, at first annoy."),
]
IndexUri = Annotated[
    Optional[str],
    typer.Option("--index-uri", help="Where it is to lie (s3://...). Left out: in its run."),
]
EngineName = Annotated[str, typer.Option("--engine", help="local, or ray: a cluster.")]
ClusterAddress = Annotated[
    Optional[str],
    typer.Option(
        "--address", help="Of the Ray cluster, HOST:6379. Left out: RAY_ADDRESS, or one here."
    ),
]
SAMPLE_ZOO = Path("runs/sample")
