"""Which device computes, and in which precision it pays to."""

from __future__ import annotations

import platform
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from zoo.errors import ZooError, unknown
from zoo.plurals import numbered
from zoo.pool import cores
from zoo.processes import processes

LEAST_CORES = 4  # from which processes that decode pay beside a GPU
DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True)
class Compute:
    """A device and a precision that were asked for and are there."""

    device: torch.device
    precision: str  # fp32, bf16 or fp16

    @property
    def decoding_processes(self) -> int:
        """How many processes should decode pictures; 0: threads are quick enough."""
        own = cores() // processes().here
        return own - 1 if self.device.type == "cuda" and own >= LEAST_CORES else 0

    def room(self, shape: tuple[int, ...]) -> np.ndarray:
        """Memory for so many uint8.

        For a GPU it is page-locked: it copies from there by itself, and torch keeps the memory for
        other batches, where fresh memory takes longer to fill than pictures to decode.
        """
        pinned = self.device.type == "cuda"
        found: np.ndarray = torch.empty(shape, dtype=torch.uint8, pin_memory=pinned).numpy()
        return found

    def autocast(self) -> AbstractContextManager[Any]:
        """The context in which forwards run."""
        if self.precision == "fp32":
            return nullcontext()
        return torch.autocast(self.device.type, dtype=PRECISIONS[self.precision])


def choose(device: str = "auto", precision: str = "auto") -> Compute:
    """The device and precision to use; ZooError when what is asked for is not there."""
    if device not in DEVICES:
        raise ZooError(unknown("device", device, DEVICES))
    if precision not in ("auto", *PRECISIONS):
        raise ZooError(unknown("precision", precision, ("auto", *PRECISIONS)))
    there = available()
    if device == "auto":
        device = there[0]
    if device not in there:
        raise ZooError(f"device {device!r} is not there; available: {', '.join(there)}")
    if precision == "auto":
        precision = best_precision(device)
    if device == "cuda":
        return Compute(_own_gpu(), precision)
    return Compute(torch.device(device), precision)


def _own_gpu() -> torch.device:
    """This process's own.

    cudnn is not asked to look for its quickest way of each shape: that took longer than the epochs
    of a short training did.
    """
    place, there = processes().place, torch.cuda.device_count()
    if place >= there:
        raise ZooError(
            f"{place + 1} processes on this machine and {there} GPU: start one process for each, "
            "or give --device cpu"
        )
    return torch.device(f"cuda:{place}")


def available() -> list[str]:
    """The devices of this machine, fastest first."""
    found = ["cpu"]
    if torch.backends.mps.is_available():
        found.insert(0, "mps")
    if torch.cuda.is_available():
        found.insert(0, "cuda")
    return found


def described(device: str) -> str:
    """What a person knows a device by: its name and memory, or the cores this process may use."""
    if device == "cuda":
        facts = torch.cuda.get_device_properties(0)
        return f"{facts.name}, {facts.total_memory / 2**30:.0f} GiB"
    if device == "cpu":
        return numbered(cores(), "core")
    return platform.machine()


def best_precision(device: str) -> str:
    """bf16 where the hardware multiplies it (emulated, it is slower); else fp32, on GPUs fp16."""
    if device == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"
    if device == "cpu":
        able: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
        return "bf16" if able.get("amx_bf16") or able.get("avx512_bf16") else "fp32"
    return "fp32"
