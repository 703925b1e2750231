"""Networks, as they run on the machines of a cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import nn

from zoo import devices
from zoo.backbones import Transform
from zoo.errors import RunError
from zoo.features.accepted import Workload, accepted_runtimes
from zoo.features.decoding import Problem
from zoo.features.encoder import EmbeddingError, Encoder, Features


@dataclass(frozen=True)
class NetworkJob:
    """What every network of a cluster is to do."""

    module: nn.Module
    transform: Transform
    singles: int  # heads of one class a picture
    items: int
    sample: np.ndarray  # (n, S, S, 3) uint8, on which a runtime is checked
    runtime: str
    device: str
    precision: str


@dataclass(frozen=True)
class Ready:
    """A network that is there to be used."""

    facts: dict[str, Any]
    batch: int
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class EmbeddedShard:
    """What became of a shard: its features, or the pictures that have none."""

    features: Features | None
    problems: tuple[Problem, ...] = ()
    said: tuple[str, ...] = ()


class Forwarder:
    """A network on a GPU, or on the cores of a machine."""

    def __init__(self, job: NetworkJob) -> None:
        self._job = job
        self._said: list[str] = []

    def prepare(self) -> Ready:
        """Take the first runtime that is accepted here; see zoo.features.accepted."""
        job = self._job
        compute = devices.choose(job.device, job.precision)
        # A copy: what comes out of the object store may not be written to.
        work = Workload(job.module, job.transform, compute, job.items, np.array(job.sample))
        self._runtimes = accepted_runtimes(job.runtime, work, self._said.append)
        runtime, facts = next(self._runtimes)
        self._encoder = Encoder(runtime, job.singles)
        self._batch = runtime.batch
        return Ready({**facts, "device": compute.device.type}, self._batch, self._told())

    def embed(self, *pieces: np.ndarray | list[Problem]) -> EmbeddedShard:
        """The features of a shard, from its batches; a runtime that fails is followed by the next.

        RunError when all have failed.
        """
        problems = tuple(
            (number * self._batch + place, reason)
            for number, piece in enumerate(pieces)
            if isinstance(piece, list)
            for place, reason in piece
        )
        return EmbeddedShard(None, problems) if problems else self._embed(pieces)

    def _embed(self, batches: Sequence[Any]) -> EmbeddedShard:
        parts: list[Features] = []
        while True:
            try:
                for features in self._encoder.stream(np.array(pixels) for pixels in batches):
                    parts.append(features)
                return EmbeddedShard(Features.join(parts), (), self._told())
            except (EmbeddingError, RuntimeError) as error:
                if isinstance(error, EmbeddingError) and self._encoder.precision == "fp32":
                    place = sum(map(len, parts)) + error.place
                    return EmbeddedShard(None, ((place, str(error)),), self._told())
                self._go_on(error)
                parts = []

    def _go_on(self, error: Exception) -> None:
        self._said.append(f"a runtime failed: {error}")
        following = next(self._runtimes, None)
        if following is None:
            raise RunError(f"every runtime failed; the last: {error}") from error
        self._encoder = Encoder(following[0], self._job.singles)

    def _told(self) -> tuple[str, ...]:
        said, self._said = tuple(self._said), []
        return said
