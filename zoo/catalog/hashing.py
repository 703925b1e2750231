"""The perceptual hash of a picture, and whether there is anything on it to hash."""

from __future__ import annotations

import imagehash
import numpy as np
from PIL import Image

from zoo.pictures import THUMBNAIL

BLANK_SPREAD = 8  # levels of 0..255 between the darkest and brightest cell of every channel


def perceptual_hash(image: Image.Image) -> int:
    """The 64 bits of imagehash's `phash`, which re-encoding and resizing hardly change."""
    return int.from_bytes(np.packbits(imagehash.phash(image).hash).tobytes(), "big")


def is_blank(thumbnails: np.ndarray) -> np.ndarray:
    """Which pictures are nearly one colour: (N, 432) uint8 thumbnails -> (N,) bool."""
    cells = thumbnails.reshape(len(thumbnails), THUMBNAIL * THUMBNAIL, 3)
    # Channel by channel: numpy takes far longer across rows of three.
    spread = np.ptp(np.ascontiguousarray(cells.swapaxes(1, 2)), axis=2).max(axis=1)
    blank: np.ndarray = spread <= BLANK_SPREAD
    return blank
