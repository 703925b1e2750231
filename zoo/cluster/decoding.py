"""Decoders of pictures, as they run on the machines of a cluster; without torch, they are light."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zoo.backbones import Transform
from zoo.errors import PictureError
from zoo.features.decoding import PictureReader, Problem
from zoo.features.pixels import PixelSource, ordinary
from zoo.pictures import Box

if TYPE_CHECKING:
    from zoo.devices import Compute

THREADS = 4  # of a decoder: while one picture is fetched, another is decoded


@dataclass(frozen=True)
class Pictures:
    """Picture files of a catalogue, the part of each to use, and what they have to be."""

    paths: Sequence[Path]
    boxes: Sequence[Box | None]
    digests: Sequence[str]

    def __len__(self) -> int:
        return len(self.paths)

    def some(self, rows: Iterable[int]) -> Pictures:
        """Those in a few rows."""
        some = [(self.paths[row], self.boxes[row], self.digests[row]) for row in rows]
        return Pictures(*zip(*some, strict=True))

    def reader(self, transform: Transform) -> PictureReader:
        """What makes pixels of them."""
        return PictureReader(self.paths, transform, self.boxes, self.digests)

    def source(self, transform: Transform, on: Compute | None = None) -> PixelSource:
        """The same in batches, as that device wants them; left out, decoded by threads."""
        processes, room = (on.decoding_processes, on.room) if on else (0, ordinary)
        return PixelSource(self.paths, transform, 0, self.boxes, self.digests, processes, room)


class Decoder:
    """Reads and decodes on one core."""

    def __init__(self, transform: Transform) -> None:
        self._transform = transform

    def decode(self, pictures: Pictures) -> np.ndarray | list[Problem]:
        """(B, S, S, 3) uint8; or what is wrong with those that cannot be used."""
        reader, places = pictures.reader(self._transform), range(len(pictures))
        with ThreadPoolExecutor(THREADS) as threads:
            try:
                return np.stack(list(threads.map(reader.pixels, places)))
            except PictureError:
                found = zip(places, threads.map(reader.problem, places), strict=True)
                return [(place, reason) for place, reason in found if reason is not None]
