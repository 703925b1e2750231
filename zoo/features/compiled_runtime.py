"""torch's forward compiled: quicker once it is ready, which takes up to a minute."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import numpy as np
import torch

from zoo.errors import one_line
from zoo.features.runtime import Outputs, TorchRuntime

if TYPE_CHECKING:
    from torch import nn

    from zoo.backbones import Transform
    from zoo.devices import Compute


def installed() -> bool:
    """Whether the C++ compiler that torch compiles with is there."""
    usual = "clang++" if sys.platform == "darwin" else "g++"
    return shutil.which(os.environ.get("CXX", usual)) is not None


class CompiledRuntime(TorchRuntime):
    """A module compiled for batches of one size; smaller ones are filled up with zeros.

    RuntimeError when it cannot be compiled: for want of a C++ compiler, say.
    """

    name = "compiled"

    def __init__(self, module: nn.Module, transform: Transform, compute: Compute) -> None:
        super().__init__(module, transform, compute)
        self._room = self.batch  # larger ones are cut, or each size would be compiled
        self._network.compile(dynamic=False)
        try:
            self(np.zeros((1, transform.size, transform.size, 3), dtype=np.uint8))
        except Exception as error:  # tracing and generated code fail in ways of their own
            raise RuntimeError(f"the network cannot be compiled: {one_line(error)}") from error

    def _run(self, batch: torch.Tensor) -> Outputs:
        count = len(batch)
        if count < self.batch:
            filling = batch.new_zeros((self.batch - count, *batch.shape[1:]))
            batch = torch.cat([batch, filling])
        return tuple(output[:count] for output in super()._run(batch))
