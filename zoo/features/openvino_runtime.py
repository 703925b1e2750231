"""OpenVINO on x86 processors: several batches at work at a time, normalisation in the graph."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from zoo.errors import one_line
from zoo.features.runtime import Normalised, Outputs

if TYPE_CHECKING:
    from torch import nn

    from zoo.backbones import Transform

BATCH = 16  # of the compiled graph: a fixed shape runs faster than an open one
HINTS = {"fp32": "f32", "bf16": "bf16", "fp16": "f16"}


def installed() -> bool:
    """Whether the openvino package is there."""
    return find_spec("openvino") is not None


class OpenVinoRuntime:
    """A module converted to OpenVINO and compiled for this processor; takes some seconds.

    RuntimeError when it cannot be converted.
    """

    name = "openvino"
    batch = BATCH

    def __init__(self, module: nn.Module, transform: Transform, precision: str) -> None:
        import openvino

        self.precision = precision
        self._compiled = openvino.Core().compile_model(
            _converted(module, transform),
            "CPU",
            {"PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_PRECISION_HINT": HINTS[precision]},
        )
        # One more than can run: there is work while outputs are taken and pictures handed over.
        self._count = int(self._compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")) + 1

    def __call__(self, pixels: np.ndarray) -> Outputs:
        """(B, S, S, 3) uint8 -> the module's output tensors, float32."""
        parts = [pixels[start : start + BATCH] for start in range(0, len(pixels), BATCH)]
        columns = zip(*self.stream(parts), strict=True)
        return tuple(torch.cat(column) for column in columns)

    def stream(self, batches: Iterable[np.ndarray]) -> Iterator[Outputs]:
        """As many batches, of BATCH pictures at most, at a time as keep the processor at work."""
        requests = [self._compiled.create_infer_request() for _ in range(self._count)]
        waiting: deque[tuple[Any, int]] = deque()
        for number, pixels in enumerate(batches):
            if len(waiting) == self._count:
                yield _finished(*waiting.popleft())
            request = requests[number % self._count]  # the one that was waited for just now
            request.start_async([_filled(pixels)], share_inputs=False)
            waiting.append((request, len(pixels)))
        while waiting:
            yield _finished(*waiting.popleft())


def _converted(module: nn.Module, transform: Transform) -> Any:
    import openvino

    size = transform.size
    example = torch.zeros(BATCH, size, size, 3, dtype=torch.uint8)
    graph = Normalised(module.cpu().eval(), transform).eval()
    try:
        with torch.inference_mode():
            return openvino.convert_model(torch.export.export(graph, (example,)))
    except Exception as error:  # export and conversion fail in ways of their own
        reason = one_line(error)
        raise RuntimeError(f"the network cannot be converted to OpenVINO: {reason}") from error


def _filled(pixels: np.ndarray) -> np.ndarray:
    """The batch, with pictures of zeros where the graph wants more."""
    missing = BATCH - len(pixels)
    if not missing:
        return pixels
    return np.concatenate([pixels, np.zeros((missing, *pixels.shape[1:]), dtype=np.uint8)])


def _finished(request: Any, count: int) -> Outputs:
    request.wait()
    return tuple(
        torch.from_numpy(np.array(output.data[:count], dtype=np.float32))
        for output in request.output_tensors
    )
