"""One forward of a model over uint8 batches: the contract of a runtime, and torch's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch

if TYPE_CHECKING:
    from torch import nn

    from zoo.backbones import Transform
    from zoo.devices import Compute

Outputs = tuple[torch.Tensor, ...]  # the module's, float32 on the CPU


class Runtime(Protocol):
    """Something that runs a module in evaluation mode."""

    name: str
    precision: str  # fp32, bf16 or fp16
    batch: int  # pictures of a batch that suit it

    def __call__(self, pixels: np.ndarray) -> Outputs:
        """(B, S, S, 3) uint8 -> the module's output tensors."""
        ...

    def stream(self, batches: Iterable[np.ndarray]) -> Iterator[Outputs]:
        """The same for many batches, in their order, several at work at a time where it pays."""
        ...


class TorchRuntime:
    """A module on a device; normalisation happens on the device."""

    name = "torch"
    batch = 32

    def __init__(self, module: nn.Module, transform: Transform, compute: Compute) -> None:
        self._module = module.to(compute.device).to(memory_format=torch.channels_last).eval()
        self._transform, self._compute = transform, compute
        self.precision = compute.precision

    def __call__(self, pixels: np.ndarray) -> Outputs:
        """(B, S, S, 3) uint8 -> the module's output tensors, float32 on the CPU."""
        batch = torch.from_numpy(pixels).to(self._compute.device)
        with torch.inference_mode(), self._compute.autocast():
            outputs = self._module(self._transform.normalize(batch))
        if isinstance(outputs, torch.Tensor):
            outputs = (outputs,)
        return tuple(output.float().cpu() for output in outputs)

    def stream(self, batches: Iterable[np.ndarray]) -> Iterator[Outputs]:
        """One batch after the other."""
        return map(self, batches)
