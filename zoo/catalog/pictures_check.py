"""Every listed picture opened once: digest, perceptual hash, thumbnail; what cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from zoo import addresses
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
from zoo.pool import cores, process_pool

Step = Callable[[int], None]  # told how many pictures are done in all

MANY = 2000  # pictures from which processes are worth the second that they take to start
MOST = 16  # of them; each holds a decoded picture in memory
CHUNK = 16  # pictures that a process is handed at a time
HANDED = 4096  # pictures handed out before the first of the next are
TOLD = 512  # pictures after which progress is told
WORKERS = min(8, cores() + 2)  # decoded pictures held in memory at once
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
    check = partial(_check, margin)
    with _checkers(pictures) as pool:
        for start in range(0, len(pictures), HANDED):
            block = pictures[start : start + HANDED]
            checked = pool.map(check, block, chunksize=CHUNK)
            for done, result in enumerate(checked, start + 1):
                yield result
                if step is not None and (done % TOLD == 0 or done == len(pictures)):
                    step(done)


def _checkers(
    pictures: list[tuple[Path, list[int] | None]],
) -> AbstractContextManager[Executor]:
    """Processes where there is much to do; for files in object storage threads, which wait."""
    if len(pictures) < MANY or addresses.is_address(pictures[0][0]):
        return ThreadPoolExecutor(WORKERS)
    return process_pool(min(cores(), MOST))


def _check(margin: float, of: tuple[Path, list[int] | None]) -> Checked | PictureError:
    path, box = of
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
