from __future__ import annotations

import hashlib
import io
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, features

from zoo import pictures
from zoo.errors import PictureError


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A small PNG that claims another size."""
    data = bytearray(encoded(Image.new("RGB", (16, 16))))
    data[16:24] = struct.pack(">II", width, height)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    return bytes(data)


def centre(image: Image.Image) -> tuple[int, ...]:
    pixel = image.getpixel((image.width // 2, image.height // 2))
    assert isinstance(pixel, tuple)
    return pixel


def test_plain_picture_stays_as_it_is() -> None:
    image = pictures.decode(encoded(Image.new("RGB", (20, 10), (1, 2, 3))))
    assert (image.mode, image.size, centre(image)) == ("RGB", (20, 10), (1, 2, 3))


def test_transparency_is_laid_on_white() -> None:
    clear = Image.new("RGBA", (16, 16), (0, 0, 0, 0))
    half = Image.new("RGBA", (16, 16), (0, 0, 0, 128))
    assert centre(pictures.decode(encoded(clear))) == (255, 255, 255)
    assert centre(pictures.decode(encoded(half))) == (127, 127, 127)


def test_transparent_palette_colour_is_white() -> None:
    image = Image.new("P", (16, 16), 1)
    image.putpalette([0, 0, 0, 200, 0, 0])
    assert centre(pictures.decode(encoded(image))) == (200, 0, 0)
    assert centre(pictures.decode(encoded(image, transparency=1))) == (255, 255, 255)


def test_grey_with_alpha_is_laid_on_white() -> None:
    assert centre(pictures.decode(encoded(Image.new("LA", (16, 16), (9, 0))))) == (255, 255, 255)


def test_sixteen_bit_grey_is_scaled_not_clipped() -> None:
    grey = np.full((16, 16), 32896, dtype=np.uint16)  # 128 * 257
    assert centre(pictures.decode(encoded(Image.fromarray(grey)))) == (128, 128, 128)


def test_cmyk_jpeg_becomes_rgb() -> None:
    image = pictures.decode(encoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG"))
    red, green, blue = centre(image)
    assert image.mode == "RGB"
    assert red > 200
    assert max(green, blue) < 50


def test_first_frame_of_a_gif() -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue")]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert centre(pictures.decode(data)) == (255, 0, 0)


def test_exif_rotation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the top of the picture is its right side: turn a quarter clockwise
    image = Image.new("RGB", (40, 20), "blue")
    image.paste("red", (0, 0, 20, 20))  # left half
    turned = pictures.decode(encoded(image, "JPEG", exif=exif, quality=95))
    assert turned.size == (20, 40)
    top, bottom = turned.getpixel((10, 5)), turned.getpixel((10, 35))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[0] > 200 > bottom[0]


@pytest.mark.parametrize(("side", "expected"), [(101, 200), (100, 100), (48, 50), (400, 400)])
def test_at_least_decodes_a_jpeg_smaller_but_not_below(side: int, expected: int) -> None:
    data = encoded(Image.new("RGB", (400, 400), "green"), "JPEG")
    assert pictures.decode(data, at_least=side).size == (expected, expected)


def quarters() -> Image.Image:
    """400 x 200 pixels: red and green above, blue and white below."""
    image = Image.new("RGB", (400, 200), "red")
    image.paste("lime", (200, 0, 400, 100))
    image.paste("blue", (0, 100, 200, 200))
    image.paste("white", (200, 100, 400, 200))
    return image


def test_a_box_crops() -> None:
    data = encoded(quarters())
    image = pictures.decode(data, box=(200, 0, 400, 100))
    assert (image.size, centre(image)) == ((200, 100), (0, 255, 0))
    assert centre(pictures.decode(data, at_least=50, box=(0, 100, 200, 200))) == (0, 0, 255)
    assert pictures.upright_size(data) == (400, 200)


@pytest.mark.parametrize(
    ("side", "expected"), [(101, (200, 100)), (50, (100, 50)), (25, (50, 25)), (400, (200, 100))]
)
def test_the_box_of_a_jpeg_keeps_at_least(side: int, expected: tuple[int, int]) -> None:
    data = encoded(quarters(), "JPEG", quality=95)
    image = pictures.decode(data, at_least=side, box=(0, 100, 200, 200))
    assert image.size == expected
    red, _, blue = centre(image)
    assert (red < 20, blue > 235) == (True, True)


def test_a_box_is_in_pixels_of_the_upright_picture() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # stored lying: its upper left corner belongs at the upper right
    data = encoded(quarters(), "JPEG", quality=95, exif=exif)
    assert pictures.upright_size(data) == (200, 400)
    for at_least in (None, 25):
        red, green, blue = centre(pictures.decode(data, at_least=at_least, box=(100, 0, 200, 200)))
        assert (red > 235, green < 20, blue < 20) == (True, True, True)


@pytest.mark.parametrize("box", [(0, 0, 401, 9), (-1, 0, 9, 9), (9, 0, 9, 9), (0, 9, 9, 8)])
def test_a_box_beyond_the_picture_is_refused(box: pictures.Box) -> None:
    with pytest.raises(PictureError, match=r"^shirt: box .* is not within its 400 x 200 pixels$"):
        pictures.decode(encoded(quarters()), "shirt", box=box)


def test_at_least_leaves_other_formats_whole() -> None:
    assert pictures.decode(encoded(Image.new("RGB", (400, 400))), at_least=50).size == (400, 400)


def test_a_format_that_is_not_read_is_called_by_its_name() -> None:
    with pytest.raises(
        PictureError, match=r"IMG\.HEIC: .* \.HEIC are not read; convert it to JPEG"
    ):
        pictures.decode(b"\0\0\0\x18ftypheic", name="IMG.HEIC")


def test_avif_where_pillow_has_no_decoder_is_a_format_that_is_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not features.check("avif"):
        pytest.skip("this Pillow has none")
    data = encoded(quarters(), "AVIF")
    assert pictures.decode(data).size == quarters().size
    monkeypatch.setattr("PIL.AvifImagePlugin.SUPPORTED", False)
    monkeypatch.setattr(features, "check", lambda name: False)
    with (
        pytest.warns(UserWarning, match="AVIF support not installed"),
        pytest.raises(PictureError, match=r"a\.avif: .* \.avif are not read; convert it to JPEG"),
    ):
        pictures.decode(data, "a.avif")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a picture in a known format"),
        (b"this is a text", "not a picture in a known format"),
        (encoded(Image.new("RGB", (1, 1))), "1 x 1 pixels is under the least of 8 a side"),
        (encoded(Image.new("RGB", (500, 7))), "500 x 7 pixels is under the least of 8 a side"),
        (png_header(30_000, 30_000), "over the limit of 64000000 pixels"),
        (png_header(10_000, 10_000), "over the limit of 64000000 pixels"),
        (png_header(8_001, 8_000), "8001 x 8000 pixels is over the limit of 64000000 pixels"),
    ],
    ids=["empty", "text", "one pixel", "thin", "bomb", "warned", "over"],
)
def test_unusable_data_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(PictureError, match=reason) as caught:
        pictures.decode(data, name="shirt.jpg")
    assert str(caught.value).startswith("shirt.jpg: ")
    assert "\n" not in str(caught.value)


def test_truncated_jpeg_is_damaged() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), "JPEG")
    with pytest.raises(PictureError, match=r"^shirt\.jpg: damaged picture: "):
        pictures.decode(data[: len(data) // 2], name="shirt.jpg")


def test_the_size_of_one_too_large_is_refused_in_the_same_words() -> None:
    with pytest.raises(PictureError, match="^picture: over the limit of 64000000 pixels$"):
        pictures.upright_size(png_header(30_000, 30_000))


def test_files_too_large_or_not_there_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "shirt.png"
    with pytest.raises(PictureError, match="no such file"):
        pictures.read_bytes(path)
    path.write_bytes(b"12345")
    monkeypatch.setattr(pictures, "MAX_BYTES", 4)
    with pytest.raises(PictureError, match="5 bytes is over the limit of 4"):
        pictures.read_bytes(path)


def test_a_folder_named_like_a_picture_cannot_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "x.jpg"
    folder.mkdir()
    with pytest.raises(PictureError, match="cannot be read"):
        pictures.read_bytes(folder)


def test_open_picture_reads_a_file(tmp_path: Path) -> None:
    path = tmp_path / "shirt.png"
    Image.new("RGB", (16, 16), "red").save(path)
    assert centre(pictures.open_picture(path)) == (255, 0, 0)


def test_decoding_in_many_threads_gives_the_same_answers() -> None:
    good = encoded(Image.new("RGB", (16, 16), "red"))
    work = [good, png_header(10_000, 10_000)] * 200

    def outcome(data: bytes) -> str:
        try:
            return str(centre(pictures.decode(data)))
        except PictureError as error:
            return str(error)

    with ThreadPoolExecutor(8) as threads:
        outcomes = set(threads.map(outcome, work))
    assert outcomes == {"(255, 0, 0)", "picture: over the limit of 64000000 pixels"}


def test_digest_is_the_sha256_of_the_file() -> None:
    assert pictures.digest(b"abc") == hashlib.sha256(b"abc").hexdigest()


def test_thumbnail_averages_blocks() -> None:
    image = Image.new("RGB", (24, 24), (0, 0, 0))
    image.putpixel((0, 0), (200, 100, 40))  # one of the four pixels of the first block
    thumbnail = pictures.thumbnail_pixels(image)
    assert (thumbnail.shape, thumbnail.dtype) == ((12, 12, 3), np.uint8)
    assert thumbnail[0, 0].tolist() == [50, 25, 10]
    assert thumbnail.sum() == 85
