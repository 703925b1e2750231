"""A network's tensors as a safetensors file, read back after writing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError

from zoo.errors import ExportError
from zoo.exporting.card import as_metadata
from zoo.files import written_whole
from zoo.training.checkpoint import unshared
from zoo.training.stack import AnyModel, StackedModel


def write_safetensors(model: AnyModel, facts: dict[str, Any], path: Path) -> None:
    """Write backbone.* and heads.<number>.*; ExportError when they do not read back the same."""
    described = {**facts, "tensors": _tensors(model, facts)}
    state = unshared({n: t for n, t in model.state_dict().items() if "proxies." not in n})
    with written_whole(path) as partial:
        try:
            safetensors.torch.save_file(state, partial, metadata=as_metadata(described))
        except SafetensorError as error:  # a full disk, too
            raise ExportError(f"cannot write {path}: {error}") from error
        again = safetensors.torch.load_file(partial)
        wrong = [name for name in state if not torch.equal(state[name], again[name])]
        if wrong:
            raise ExportError(f"{path}: {wrong[0]} reads back as another tensor; try another disk")


def _tensors(model: AnyModel, facts: dict[str, Any]) -> dict[str, Any]:
    stacked = isinstance(model, StackedModel)
    prefix = "networks.{}.heads.0." if stacked else "heads.{}."
    backbone = "networks.<number of the attribute>.backbone.*" if stacked else "backbone.*"
    return {
        backbone: "the network; its output (B, D) is the embedding before normalisation",
        "heads": {
            name: {
                "prefix": prefix.format(number),
                "layers": [str(layer) for layer in model.heads[number].children()],
            }
            for number, name in enumerate(facts["attributes"])
        },
    }
