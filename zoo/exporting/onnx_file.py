"""A network as an ONNX file, checked against torch before it takes its place."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from zoo.errors import ExportError, one_line
from zoo.exporting.card import EMBEDDING, INPUT, as_metadata, output_of
from zoo.exporting.graph import Graph
from zoo.files import written_whole

OPSET = 18
TOLERANCE = 1e-3  # most difference of any output from torch's
MOST_BYTES = 1536 << 20  # of weights in the file itself; torch writes more into a second one
EXTRA = "pip install 'fashion-model-zoo[export]'"


def write_onnx(graph: Graph, facts: dict[str, Any], pictures: np.ndarray, path: Path) -> float:
    """Write the file; returns the largest difference from torch on `pictures`.

    pictures (n, 3, S, S) uint8, two or more. ExportError, and no file, when a package is missing,
    the weights do not go into one file, or the difference is over TOLERANCE.
    """
    _require_packages()
    weights = sum(value.numel() * value.element_size() for value in graph.state_dict().values())
    if weights > MOST_BYTES:
        raise ExportError(
            f"{path}: weights of {weights / 1e9:.1f} GB do not go into one ONNX file, which holds "
            f"{MOST_BYTES / 1e9:.1f}; export to safetensors instead"
        )
    graph = graph.cpu().eval()
    attributes = list(facts["attributes"])
    outputs = [EMBEDDING, *(output_of(name) for name in attributes)]
    described = {
        **facts,
        "input": {
            "name": INPUT,
            "dtype": "uint8",
            "shape": ["batch", 3, *pictures.shape[2:]],
            "normalisation": "inside the graph",
        },
        "outputs": {
            EMBEDDING: "unit length",
            **{output_of(name): f"probability of each class of {name}" for name in attributes},
        },
    }
    with written_whole(path) as partial:
        _convert(graph, pictures, outputs, partial)
        _describe(partial, as_metadata(described))
        difference = largest_difference(graph, pictures, outputs, partial)
        if not difference <= TOLERANCE:
            raise ExportError(
                f"{path}: the ONNX file differs from torch by {difference:.2g}, more than "
                f"{TOLERANCE:g}; export to safetensors instead"
            )
    return difference


def _require_packages() -> None:
    try:
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise ExportError(f"ONNX needs the package {error.name!r}: {EXTRA}") from error


def _convert(graph: Graph, pictures: np.ndarray, outputs: Sequence[str], path: Path) -> None:
    batch = torch.export.Dim("batch", min=1)
    log = logging.getLogger("torch.onnx")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            # The exporter warns of its own insides; what counts is compared below.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                graph,
                (torch.from_numpy(pictures),),
                str(path),
                input_names=[INPUT],
                output_names=list(outputs),
                opset_version=OPSET,
                dynamo=True,
                external_data=False,
                dynamic_shapes=({0: batch},),
                verbose=False,
            )
    except torch.onnx.errors.OnnxExporterError as error:
        raise ExportError(
            f"{path.name}: this network cannot be written as ONNX ({one_line(error)}); export to "
            "safetensors instead"
        ) from error
    finally:
        log.setLevel(level)


def _describe(path: Path, metadata: dict[str, str]) -> None:
    import onnx

    model = onnx.load(str(path))
    onnx.helper.set_model_props(model, metadata)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def largest_difference(
    graph: Graph, pictures: np.ndarray, outputs: Sequence[str], path: Path
) -> float:
    """Largest absolute difference of any output, for all pictures together and for one alone."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    largest = 0.0
    for batch in (pictures, pictures[:1]):
        with torch.inference_mode():
            expected = graph(torch.from_numpy(batch))
        found = session.run(list(outputs), {INPUT: batch})
        for ours, theirs in zip(expected, found, strict=True):
            # NaN must not pass for agreement: maximum, unlike max(), hands it on.
            apart = np.abs(ours.numpy() - theirs).max()
            largest = float(np.maximum(largest, apart))
    return largest
