"""Files or bytes -> RGB pictures, bounded in bytes and pixels, whatever their format."""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError, features

from zoo import addresses
from zoo.errors import PictureError

MAX_BYTES = 64 * 1024 * 1024
MAX_PIXELS = 64_000_000
MIN_SIDE = 8
EXTENSIONS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".avif", ".bmp", ".gif", ".tif", ".tiff"})
# Formats of pictures that people have and that are not read here: told, rather than passed over.
UNREAD = frozenset({".heic", ".heif", ".jxl", ".jp2", ".svg", ".psd", ".dng", ".cr2", ".nef"})
THUMBNAIL = 12
ORIENTATION = 0x0112  # the EXIF tag; from 5 on, width and height change places
Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels of the upright picture


def unknown_format(suffix: str) -> str:
    """Why a file is no picture here: its format is not read, or nothing is known of it."""
    without_avif = suffix.lower() == ".avif" and not features.check("avif")
    if without_avif or suffix.lower() in UNREAD:
        return f"pictures of the format {suffix} are not read; convert it to JPEG"
    return "not a picture in a known format"


def read_bytes(path: Path) -> bytes:
    """The file's bytes; PictureError when it is missing, unreadable or too large.

    A file in object storage that cannot be reached is a ZooError: that is not the picture's fault.
    """
    try:
        if addresses.is_address(path):
            data = addresses.read(path, MAX_BYTES + 1)
            if len(data) > MAX_BYTES:
                raise PictureError(f"{path}: over the limit of {MAX_BYTES} bytes")
            return data
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise PictureError(f"{path}: {size} bytes is over the limit of {MAX_BYTES}")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise PictureError(f"{path}: no such file") from error
    except OSError as error:
        raise PictureError(f"{path}: cannot be read: {error.strerror or error}") from error


def digest(data: bytes) -> str:
    """sha256 of a picture file, by which an exact copy is recognised."""
    return hashlib.sha256(data).hexdigest()


def open_picture(path: Path, at_least: int | None = None) -> Image.Image:
    """The RGB picture in a file; see `decode`."""
    return decode(read_bytes(path), name=str(path), at_least=at_least)


def decode(
    data: bytes, name: str = "picture", at_least: int | None = None, box: Box | None = None
) -> Image.Image:
    """Decode to upright RGB, transparency on white, 16 bits scaled to 8, first frame only.

    `box` (pixels of the full upright picture) crops it. `at_least` (pixels) lets a JPEG be
    decoded at a reduced scale, no side of what is returned below it.
    Raises PictureError, one line with `name`, for anything that is not a usable picture.
    """
    with _opened(data, name) as image:
        _check_size(image, name)
        if box is not None:
            return _cropped(image, name, at_least, box)
        if at_least is not None:
            image.draft(None, (at_least, at_least))
        return _upright(image)


@contextmanager
def _opened(data: bytes, name: str) -> Iterator[Image.Image]:
    """The picture, its header read; whatever Pillow says of it becomes a PictureError."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            yield image
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        raise PictureError(f"{name}: {unknown_format(Path(name).suffix)}") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError(f"{name}: over the limit of {MAX_PIXELS} pixels") from error
    except Exception as error:  # Pillow's decoders raise many types on damaged files
        raise PictureError(f"{name}: damaged picture: {error}") from error


def _cropped(image: Image.Image, name: str, at_least: int | None, box: Box) -> Image.Image:
    full = _upright_size(image)
    left, top, right, bottom = box
    if not (0 <= left < right <= full[0] and 0 <= top < bottom <= full[1]):
        raise PictureError(f"{name}: box {box} is not within its {full[0]} x {full[1]} pixels")
    if at_least is not None:
        # The box, not the picture, is what has to keep so many pixels.
        scale = at_least / min(right - left, bottom - top)
        width, height = image.size
        image.draft(None, (math.ceil(width * scale), math.ceil(height * scale)))
    upright = _upright(image)
    return upright.crop(_scaled(box, full, upright.size))


def upright_size(data: bytes, name: str = "picture") -> tuple[int, int]:
    """Width and height in pixels after EXIF rotation, from the header alone; PictureError."""
    with _opened(data, name) as image:
        return _upright_size(image)


def _upright_size(image: Image.Image) -> tuple[int, int]:
    width, height = image.size
    return (height, width) if image.getexif().get(ORIENTATION, 1) >= 5 else (width, height)


def _scaled(box: Box, full: tuple[int, int], size: tuple[int, int]) -> Box:
    """The box in pixels of a picture that was decoded at a reduced scale."""
    across, down = size[0] / full[0], size[1] / full[1]
    left, top = math.floor(box[0] * across), math.floor(box[1] * down)
    right, bottom = math.ceil(box[2] * across), math.ceil(box[3] * down)
    return left, top, min(right, size[0]), min(bottom, size[1])


def _check_size(image: Image.Image, name: str) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise PictureError(
            f"{name}: {width} x {height} pixels is over the limit of {MAX_PIXELS} pixels"
        )
    if min(width, height) < MIN_SIDE:
        raise PictureError(
            f"{name}: {width} x {height} pixels is under the least of {MIN_SIDE} a side"
        )


def _upright(image: Image.Image) -> Image.Image:
    """Loaded, turned and RGB; most pictures are so already, and are not copied on the way."""
    image.load()
    if image.getexif().get(ORIENTATION, 1) != 1:
        ImageOps.exif_transpose(image, in_place=True)
    return _to_rgb(image)


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB" and not image.has_transparency_data:
        return image
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        return _from_deep_grey(image)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    return image.convert("RGB")


def _from_deep_grey(image: Image.Image) -> Image.Image:
    grey = np.asarray(image, dtype=np.float64)
    # 16-bit files fill 0..65535; Pillow opens some of them as 32-bit integers.
    top = 65535.0 if image.mode != "F" or grey.max(initial=0) > 1 else 1.0
    return Image.fromarray((grey / top * 255).clip(0, 255).astype(np.uint8)).convert("RGB")


def thumbnail_pixels(image: Image.Image) -> np.ndarray:
    """The colour thumbnail, (12, 12, 3) uint8: the pixels baseline and the near-duplicate test."""
    small = image.resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.uint8)
