from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from zoo.catalog import pictures_check
from zoo.catalog.listing import Listing
from zoo.catalog.pictures_check import TOLD, check_pictures
from zoo.errors import CatalogError
from zoo.files import sha256_of
from zoo.pictures import thumbnail_pixels


def draw_good(folder: Path) -> dict[str, str]:
    """Pictures of many kinds that can be used; their colours in hexadecimal."""
    Image.new("RGB", (16, 16), "red").save(folder / "first_frame.gif")
    Image.new("CMYK", (16, 16), (0, 0, 0, 255)).save(folder / "cmyk.jpg")
    Image.fromarray(np.full((16, 16), 65535, dtype=np.uint16)).save(folder / "deep.png")
    Image.new("RGBA", (16, 16), (0, 0, 0, 0)).save(folder / "clear.png")
    palette = Image.new("P", (16, 16), 0)
    palette.putpalette([0, 0, 255])
    palette.save(folder / "palette.png")
    exif = Image.Exif()
    exif[0x0112] = 8
    Image.new("RGB", (16, 32), "white").save(folder / "turned.jpg", exif=exif)
    return {
        "first_frame.gif": "ff0000",
        "cmyk.jpg": "000000",
        "deep.png": "ffffff",
        "clear.png": "ffffff",
        "palette.png": "0000ff",
        "turned.jpg": "ffffff",
    }


def draw_bad(folder: Path) -> dict[str, str]:
    """Files that cannot be used, each with the reason."""
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(folder / "whole.jpg")
    whole = (folder / "whole.jpg").read_bytes()
    (folder / "whole.jpg").unlink()
    (folder / "truncated.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "text.jpg").write_text("not a picture")
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "folder.jpg").mkdir()
    Image.new("RGB", (1, 1)).save(folder / "dot.png")
    claim_size(folder / "bomb.png", 30_000, 30_000)
    return {
        "truncated.jpg": "damaged picture",
        "text.jpg": "not a picture in a known format",
        "empty.jpg": "not a picture in a known format",
        "folder.jpg": "cannot be read",
        "dot.png": "1 x 1 pixels",
        "bomb.png": "over the limit",
        "gone.jpg": "no such file",
    }


def claim_size(path: Path, width: int, height: int) -> None:
    """Write a small PNG whose header claims another size."""
    Image.new("RGB", (16, 16)).save(path)
    data = bytearray(path.read_bytes())
    data[16:24] = struct.pack(">II", width, height)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    path.write_bytes(data)


def listing_of(folder: Path, names: list[str]) -> Listing:
    rows = pd.DataFrame({"item_id": [f"item {name}" for name in names], "path": names})
    return Listing("drawn", "csv", folder, folder, (), (), rows)


def test_usable_pictures_keep_their_order_and_get_digest_and_thumbnail(tmp_path: Path) -> None:
    good, bad = draw_good(tmp_path), draw_bad(tmp_path)
    rows, findings = check_pictures(listing_of(tmp_path, sorted([*good, *bad])))
    assert rows["path"].tolist() == sorted(good)
    for path, sha256, thumbnail in rows[["path", "sha256", "thumbnail"]].itertuples(index=False):
        assert sha256 == sha256_of(tmp_path / path)
        assert thumbnail.hex() == good[path] * 144
    assert [f.subject for f in findings] == [f"item {name}" for name in sorted(bad)]
    assert {f.kind for f in findings} == {"unreadable picture"}
    for finding in findings:
        assert bad[finding.subject.removeprefix("item ")] in finding.detail


def test_a_jpeg_decoded_small_has_nearly_the_thumbnail_of_the_whole(tmp_path: Path) -> None:
    ramp = np.linspace(0, 255, 480).astype(np.uint8)
    image = Image.fromarray(np.stack([np.tile(ramp, (480, 1))] * 3, axis=2))
    image.save(tmp_path / "ramp.jpg", quality=95)
    rows, _ = check_pictures(listing_of(tmp_path, ["ramp.jpg"]))
    found = np.frombuffer(rows["thumbnail"].iat[0], dtype=np.uint8).astype(int)
    assert np.abs(found - thumbnail_pixels(image).astype(int).ravel()).max() <= 2


def test_exact_copies_are_kept_and_found(tmp_path: Path, draw: Callable[..., Path]) -> None:
    for name, number in (("a.png", 1), ("b.png", 2), ("c.png", 1)):
        draw(tmp_path / name, number)
    rows, findings = check_pictures(listing_of(tmp_path, ["a.png", "b.png", "c.png"]))
    assert len(rows) == 3
    assert [(f.kind, f.subject, f.detail) for f in findings] == [
        ("exact copy of another picture", "item c.png", "the same file as item a.png")
    ]


def test_progress_reaches_the_total(tmp_path: Path, draw: Callable[..., Path]) -> None:
    draw(tmp_path / "a.png")
    seen: list[int] = []
    names = ["a.png"] * (TOLD + 1)
    check_pictures(listing_of(tmp_path, names), seen.append)
    assert seen == [TOLD, TOLD + 1]


def test_no_usable_picture_shows_the_first_reason(tmp_path: Path) -> None:
    names = list(draw_bad(tmp_path))
    with pytest.raises(
        CatalogError, match=r"no picture in it can be used; the first: .*truncated\.jpg: damaged"
    ):
        check_pictures(listing_of(tmp_path, names))


def test_processes_find_what_threads_find(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = listing_of(tmp_path, sorted([*draw_good(tmp_path), *draw_bad(tmp_path)]))
    rows, findings = check_pictures(listing)
    monkeypatch.setattr(pictures_check, "MANY", 2)
    again, found = check_pictures(listing)
    pd.testing.assert_frame_equal(again, rows)
    assert found == findings
