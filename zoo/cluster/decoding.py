"""Decoders of pictures, as they run on the machines of a cluster; without torch, they are light."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from zoo.errors import PictureError
from zoo.features.decoding import PictureReader, Problem

THREADS = 4  # of a decoder: while one picture is fetched, another is decoded


class Decoder:
    """Reads and decodes on one core."""

    def decode(self, pictures: PictureReader) -> np.ndarray | list[Problem]:
        """(B, S, S, 3) uint8; or what is wrong with those that cannot be used."""
        places = range(len(pictures))
        with ThreadPoolExecutor(THREADS) as threads:
            try:
                return np.stack(list(threads.map(pictures.pixels, places)))
            except PictureError:
                found = zip(places, threads.map(pictures.problem, places), strict=True)
                return [(place, reason) for place, reason in found if reason is not None]
