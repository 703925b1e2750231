"""A network and the decoders in front of it, placed in a cluster together; and how many fit."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from zoo.cluster.decoding import Decoder
from zoo.cluster.network import Forwarder
from zoo.errors import ZooError
from zoo.features.decoding import PictureReader
from zoo.features.pixels import in_batches
from zoo.plurals import numbered

MOST_DECODERS = 16  # in front of one GPU


@dataclass(frozen=True)
class Shape:
    """What a team takes: the network's cores and GPU, and a core for each decoder."""

    cpus: int
    gpus: int
    decoders: int

    def bundles(self) -> list[dict[str, float]]:
        """The same as what Ray reserves."""
        network: dict[str, float] = {"CPU": self.cpus}
        if self.gpus:
            network["GPU"] = self.gpus
        return [network, *({"CPU": 1.0} for _ in range(self.decoders))]


def shape_and_room(nodes: Sequence[dict[str, float]], device: str, where: str) -> tuple[Shape, int]:
    """What a team takes there, and how many fit; ZooError when not even one does.

    With GPUs, a network on each and the cores shared among the decoders in front of them. Without,
    a network and a decoder share a machine.
    """
    cores = [int(node.get("CPU", 0)) for node in nodes]
    gpus = sum(int(node.get("GPU", 0)) for node in nodes) if device in ("auto", "cuda") else 0
    if device == "cuda" and not gpus:
        raise ZooError(f"{where} has no GPU, and this run was trained for one; add a machine")
    if gpus:
        decoders = min(MOST_DECODERS, sum(cores) // gpus - 1)
        if decoders > 0:
            return Shape(1, 1, decoders), gpus
    elif sum(cores) > 1:
        able = [count for count in cores if count > 1]
        smallest = min(able, default=2)
        room = sum(count // smallest for count in able) or sum(cores) // 2
        return Shape(smallest - 1, 0, 1), room
    raise ZooError(
        f"{where} is too small: {numbered(len(cores), 'machine')} with "
        f"{numbered(sum(cores), 'core')} and {numbered(gpus, 'GPU')}; a network and a "
        f"decoder need two cores{' for each GPU' if gpus else ''}"
    )


class Team:
    """A forwarder and its decoders. All of them go when one does."""

    def __init__(self, job: Any, shape: Shape) -> None:
        """`job` is a reference to the NetworkJob."""
        import ray
        from ray.util.placement_group import placement_group
        from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

        # Together or not at all: two half teams would wait for each other.
        self._place = placement_group(shape.bundles(), strategy="PACK")

        def hire(worker: type, bundle: int, cpus: int, gpus: int, *about: Any) -> Any:
            placed = PlacementGroupSchedulingStrategy(self._place, bundle)
            actor: Any = ray.remote(worker).options(
                num_cpus=cpus, num_gpus=gpus, scheduling_strategy=placed, max_restarts=0
            )
            return actor.remote(*about)

        self._forwarder = hire(Forwarder, 0, shape.cpus, shape.gpus, job)
        self._decoders = [hire(Decoder, place + 1, 1, 0) for place in range(shape.decoders)]
        self.batch = 0  # pictures of a batch; 0 until it is ready
        self.readiness = self._forwarder.prepare.remote()

    def embed(self, pictures: PictureReader) -> Any:
        """A reference to what becomes of a shard."""
        pieces = in_batches(np.arange(len(pictures)), self.batch)
        decoded = [
            self._decoders[number % len(self._decoders)].decode.remote(pictures.some(rows.tolist()))
            for number, rows in enumerate(pieces)
        ]
        return self._forwarder.embed.remote(*decoded)

    def stop(self) -> None:
        """Give back what it takes."""
        from ray.util.placement_group import remove_placement_group

        with suppress(Exception):  # gone already, or the cluster is
            remove_placement_group(self._place)
