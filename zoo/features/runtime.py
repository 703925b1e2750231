"""One forward of a model over uint8 batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from torch import nn

    from zoo.backbones import Transform
    from zoo.devices import Compute


class TorchRuntime:
    """A module in evaluation mode on a device; normalisation happens on the device."""

    def __init__(self, module: nn.Module, transform: Transform, compute: Compute) -> None:
        self._module = module.to(compute.device).to(memory_format=torch.channels_last).eval()
        self._transform, self._compute = transform, compute

    def __call__(self, pixels: np.ndarray) -> tuple[torch.Tensor, ...]:
        """(B, S, S, 3) uint8 -> the module's output tensors, float32 on the CPU."""
        batch = torch.from_numpy(pixels).to(self._compute.device)
        with torch.inference_mode(), self._compute.autocast():
            outputs = self._module(self._transform.normalize(batch))
        if isinstance(outputs, torch.Tensor):
            outputs = (outputs,)
        return tuple(output.float().cpu() for output in outputs)
