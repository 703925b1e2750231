"""The processes that train together: one, unless a launcher started several."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import numpy as np
import torch
from torch import nn

from zoo.errors import ZooError

# What gloo says of a process that is gone; NCCL's errors have a type of their own.
GONE = ("Connection closed by peer", "Connection reset by peer", "Broken pipe", "Timed out", "gloo")
PATIENCE = timedelta(hours=24)  # how long the others wait while the first one embeds and indexes


@dataclass(frozen=True)
class Processes:
    """How many processes train together, and which of them this is."""

    count: int = 1
    rank: int = 0
    place: int = 0  # among those of this machine: which GPU is its own
    here: int = 1  # how many are on this machine

    @property
    def first(self) -> bool:
        """Whether this one reads, writes and speaks for all."""
        return self.rank == 0

    def share(self, rows: np.ndarray) -> np.ndarray:
        """This process's part of the rows: every count-th of them."""
        return rows[self.rank :: self.count]

    def joined(self, mine: torch.Tensor, total: int) -> torch.Tensor:
        """The parts of all processes in their first order, (total, ...): undoes `share`."""
        if self.count == 1:
            return mine
        from accelerate.utils import gather

        longest = -(-total // self.count)
        padded = mine.new_zeros((longest, *mine.shape[1:]))
        padded[: len(mine)] = mine
        parts = gather(padded.to(_state().device)).to(mine.device)  # (count * longest, ...)
        parts = parts.reshape(self.count, longest, *mine.shape[1:])
        result: torch.Tensor = parts.transpose(0, 1).flatten(0, 1)[:total]
        return result

    def mean(self, value: float) -> float:
        """The mean of what the processes have."""
        return float(self.joined(torch.tensor([value]), self.count).mean())

    def wrapped(self, model: nn.Module, device: torch.device) -> nn.Module:
        """The module whose backward averages the gradients of all processes."""
        if self.count == 1:
            return model
        if device.type == "cuda":
            model = nn.SyncBatchNorm.convert_sync_batchnorm(model)
        return nn.parallel.DistributedDataParallel(model, find_unused_parameters=False)

    def agreed(self, answer: bool) -> bool:
        """The first process's answer, in all of them."""
        if self.count == 1:
            return answer
        from accelerate.utils import broadcast

        said = torch.tensor([int(answer)], device=_state().device)
        return bool(broadcast(said).item())

    def wait(self) -> None:
        """Go on when all have come here."""
        if self.count > 1:
            _state().wait_for_everyone()


@cache
def processes() -> Processes:
    """What a launcher (accelerate launch, torchrun) says in the environment; else one alone."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return Processes()
    state = _state()
    place = state.local_process_index
    return Processes(state.num_processes, state.process_index, place, _of_this_machine())


@contextmanager
def together() -> Iterator[None]:
    """Whatever is said of a process that is gone becomes a ZooError of the others."""
    try:
        yield
    except RuntimeError as error:
        if processes().count == 1 or not _is_of_another(error):
            raise
        said = str(error)
        reason = next((words for words in GONE if words in said), type(error).__name__)
        raise ZooError(
            f"a process of this training is gone ({reason}); start all of them again with --resume"
        ) from error


def _is_of_another(error: RuntimeError) -> bool:
    backend = getattr(torch.distributed, "DistError", ())
    return isinstance(error, backend) or any(word in str(error) for word in GONE)


@cache
def _state():  # type: ignore[no-untyped-def]
    from accelerate import PartialState

    # GPUs talk to each other only where each process has one of its own.
    return PartialState(cpu=torch.cuda.device_count() < _of_this_machine(), timeout=PATIENCE)


def _of_this_machine() -> int:
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
