"""Every listed picture opened once: digest, perceptual hash, thumbnail; what cannot be used."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from zoo.catalog.boxes import MARGIN, widened
from zoo.catalog.cells import as_list
from zoo.catalog.hashing import perceptual_hash
from zoo.catalog.listing import Finding, Listing
from zoo.errors import CatalogError, PictureError
from zoo.pictures import (
    THUMBNAIL,
    Box,
    decode,
    digest,
    read_bytes,
    thumbnail_pixels,
    upright_size,
)

Step = Callable[[int], None]  # told how many pictures are done in all

BLOCK = 512  # pictures handed to the threads at a time
WORKERS = min(8, (os.cpu_count() or 1) + 2)  # decoded pictures held in memory at once
DECODED = 4 * THUMBNAIL  # a JPEG is decoded no larger than the thumbnail can use


@dataclass(frozen=True)
class Checked:
    """A usable picture."""

    sha256: str
    phash: int  # 64 bits
    thumbnail: bytes
    shorter_side: int  # pixels, of the part that is used
    box: Box | None = None  # the part that is used, margin included
    bad_box: str | None = None  # what is wrong with a box that was ignored


def check_pictures(
    listing: Listing, step: Step | None = None, box_margin: float = MARGIN
) -> tuple[pd.DataFrame, list[Finding]]:
    """As `usable_pictures`; CatalogError when no picture at all can be used."""
    kept, findings = usable_pictures(listing, step, box_margin)
    if kept.empty:
        example = f"; the first: {findings[0].detail}" if findings else ""
        raise CatalogError(f"{listing.source}: no picture in it can be used{example}")
    return kept, findings


def usable_pictures(
    listing: Listing, step: Step | None, box_margin: float
) -> tuple[pd.DataFrame, list[Finding]]:
    """The listing's usable rows, in order, with what `Checked` has of each; findings for others.

    Boxes get their margin, a share of their sides; bad ones are found and ignored. Exact copies
    are kept and found.
    """
    rows = listing.rows
    paths = [listing.root / path for path in rows["path"]]
    boxes = [as_list(box) for box in rows["box"]] if "box" in rows else [None] * len(rows)
    checked = list(_check_all(list(zip(paths, boxes, strict=True)), box_margin, step))
    findings = [
        Finding("unreadable picture", item_id, str(result))
        for item_id, result in zip(rows["item_id"], checked, strict=True)
        if isinstance(result, PictureError)
    ]
    usable = [result for result in checked if isinstance(result, Checked)]
    is_usable = np.array([isinstance(result, Checked) for result in checked], dtype=bool)
    kept = rows[is_usable].reset_index(drop=True)
    kept = kept.assign(
        sha256=[result.sha256 for result in usable],
        phash=np.array([result.phash for result in usable], dtype=np.uint64),
        thumbnail=[result.thumbnail for result in usable],
        shorter_side=np.array([result.shorter_side for result in usable], dtype=np.int64),
    )
    if "box" in rows:
        crops = [None if result.box is None else list(result.box) for result in usable]
        kept = kept.assign(box=pd.Series(crops, index=kept.index, dtype=object))
    findings += [
        Finding("bad box", item_id, f"{result.bad_box}; the whole picture is used")
        for item_id, result in zip(kept["item_id"], usable, strict=True)
        if result.bad_box
    ]
    return kept, findings + _copies(kept)


def _check_all(
    pictures: list[tuple[Path, list[int] | None]], margin: float, step: Step | None
) -> Iterator[Checked | PictureError]:
    with ThreadPoolExecutor(WORKERS) as threads:
        for start in range(0, len(pictures), BLOCK):
            block = pictures[start : start + BLOCK]
            yield from threads.map(lambda picture: _check(picture[0], picture[1], margin), block)
            if step is not None:
                step(start + len(block))


def _check(path: Path, box: list[int] | None, margin: float) -> Checked | PictureError:
    try:
        data = read_bytes(path)
        crop, bad_box = used_part(data, path, box, margin)
        picture = decode(data, name=str(path), at_least=DECODED, box=crop)
        side = _shorter_side(data, path, crop)
    except PictureError as error:
        return error
    thumbnail = thumbnail_pixels(picture).tobytes()
    return Checked(digest(data), perceptual_hash(picture), thumbnail, side, crop, bad_box)


def _shorter_side(data: bytes, path: Path, crop: Box | None) -> int:
    """Of what is used of a picture, in its own pixels: it may have been decoded smaller."""
    if crop is None:
        return min(upright_size(data, str(path)))
    left, top, right, bottom = crop
    return min(right - left, bottom - top)


def used_part(
    data: bytes, path: Path, box: list[int] | None, margin: float
) -> tuple[Box | None, str | None]:
    """The part of a picture to use, None for all of it, and what is wrong with its box."""
    if box is None:
        return None, None
    try:
        left, top, right, bottom = box
        return widened((left, top, right, bottom), upright_size(data, str(path)), margin), None
    except ValueError as error:
        return None, str(error)


def _copies(rows: pd.DataFrame) -> list[Finding]:
    first = rows.groupby("sha256")["item_id"].transform("first")
    copies = rows["sha256"].duplicated()
    return [
        Finding("exact copy of another picture", item_id, f"the same file as {original}")
        for item_id, original in zip(rows["item_id"][copies], first[copies], strict=True)
    ]
