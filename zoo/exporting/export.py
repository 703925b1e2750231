"""One trained backbone as a file in one of the formats."""

from __future__ import annotations

from copy import deepcopy
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np

from zoo.errors import ExportError, PictureError, unknown
from zoo.exporting.card import card
from zoo.exporting.graph import Graph
from zoo.exporting.onnx_file import write_onnx
from zoo.exporting.safetensors_file import write_safetensors
from zoo.pictures import open_picture
from zoo.runs import Run

FORMATS = ("onnx", "safetensors")
PICTURES = 4  # of the catalogue, compared with torch


def export(run: Run, form: str, out: Path | None) -> dict[str, Any]:
    """Write the network, heads and card of a run; returns what was written.

    `out` left out is <backbone>.<format> in the working directory. ExportError when the format
    is unknown, a package is missing, or the file does not do what the network does.
    """
    if form not in FORMATS:
        raise ExportError(unknown("format", form, FORMATS))
    path = out or Path(f"{run.name}.{form}")
    facts = card(run)
    if form == "onnx":
        # A copy: the run's own model may be at work on a GPU, which what is exported leaves.
        graph = Graph(deepcopy(run.model), run.transform, len(run.catalog.singles))
        difference = write_onnx(graph, facts, _pictures(run), path)
    else:
        write_safetensors(run.model, facts, path)
        difference = 0.0
    return {
        "backbone": run.name,
        "format": form,
        "file": str(path),
        "bytes": path.stat().st_size,
        "largest_difference": difference,
        "card": facts,
    }


def _pictures(run: Run) -> np.ndarray:
    """Pictures from all over the catalogue, (n, 3, S, S) uint8; unreadable ones are passed over."""
    found: list[np.ndarray] = []
    why = "it is empty"
    for row in np.random.default_rng(0).permutation(len(run.catalog)).tolist():
        try:
            picture = open_picture(run.catalog.path(row), run.transform.resized)
        except PictureError as error:
            why = str(error)
            continue
        found.append(run.transform.pixels(picture))
        if len(found) == PICTURES:
            break
    if not found:
        raise ExportError(f"no picture of the catalogue can be read to compare on ({why})")
    pixels = np.stack(list(islice(cycle(found), PICTURES)))  # as many, where there are fewer
    return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))


def export_text(report: dict[str, Any]) -> str:
    """What was written, and how near it is to torch."""
    size = report["bytes"] / 1e6
    how = (
        f"largest difference from torch {report['largest_difference']:.1e}"
        if report["format"] == "onnx"
        else "read back without a difference"
    )
    return f"wrote {report['file']} ({size:.1f} MB); {how}"
