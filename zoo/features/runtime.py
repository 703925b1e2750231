"""One forward of a model over uint8 batches: the contract of a runtime, and torch's."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch
from torch import nn

if TYPE_CHECKING:
    from zoo.backbones import Transform
    from zoo.devices import Compute

Outputs = tuple[torch.Tensor, ...]  # the module's, float32 on the CPU
BATCH = {"cpu": 32, "cuda": 256, "mps": 64}  # pictures a forward, of torch


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


class Normalised(nn.Module):
    """(B, S, S, 3) uint8 -> a module's outputs as a tuple, the normalisation being part of it."""

    def __init__(self, module: nn.Module, transform: Transform) -> None:
        super().__init__()
        self.module, self.transform = module, transform

    def forward(self, pixels: torch.Tensor) -> Outputs:
        """What the module gives for the normalised pictures."""
        outputs = self.module(self.transform.normalize(pixels))
        return (outputs,) if isinstance(outputs, torch.Tensor) else tuple(outputs)


class TorchRuntime:
    """A module on a device; normalisation happens on the device.

    Batches that do not fit into a GPU's memory are halved, from then on.
    """

    name = "torch"

    def __init__(self, module: nn.Module, transform: Transform, compute: Compute) -> None:
        module = module.to(compute.device).to(memory_format=torch.channels_last).eval()
        self._network: nn.Module = Normalised(module, transform).eval()
        self._compute = compute
        self.precision = compute.precision
        self.batch = BATCH.get(compute.device.type, BATCH["cpu"])
        self._room = sys.maxsize  # pictures that fit, as far as is known

    def __call__(self, pixels: np.ndarray) -> Outputs:
        """(B, S, S, 3) uint8 -> the module's output tensors, float32 on the CPU.

        torch.OutOfMemoryError when not even one picture fits.
        """
        return _fetched(self._begun(pixels))

    def stream(self, batches: Iterable[np.ndarray]) -> Iterator[Outputs]:
        """The same for many; a GPU works on a batch while the one before is fetched."""
        waiting: Outputs | None = None
        for pixels in batches:
            begun = self._begun(pixels)
            if waiting is not None:
                yield _fetched(waiting)
            waiting = begun
        if waiting is not None:
            yield _fetched(waiting)

    def _begun(self, pixels: np.ndarray) -> Outputs:
        """The outputs, on the device, where they need not be finished yet."""
        half = math.ceil(len(pixels) / 2)
        if len(pixels) <= self._room:
            try:
                return self._forward(pixels)
            except torch.OutOfMemoryError:
                if len(pixels) == 1:
                    raise
            self._room = half
            self.batch = min(self.batch, half)
            if self._compute.device.type == "cuda":
                torch.cuda.empty_cache()
        columns = zip(self._begun(pixels[:half]), self._begun(pixels[half:]), strict=True)
        return tuple(torch.cat(parts) for parts in columns)

    def _forward(self, pixels: np.ndarray) -> Outputs:
        batch = torch.from_numpy(pixels)
        if self._compute.device.type == "cuda":
            batch = batch.pin_memory()  # or the copy would wait for the forward before it
        batch = batch.to(self._compute.device, non_blocking=True)
        with torch.inference_mode(), self._compute.autocast():
            return self._run(batch)

    def _run(self, batch: torch.Tensor) -> Outputs:
        outputs: Outputs = self._network(batch)
        return outputs


def _fetched(outputs: Outputs) -> Outputs:
    return tuple(output.float().cpu() for output in outputs)
