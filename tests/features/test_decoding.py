"""Pictures decoded by processes are those that threads decode."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from PIL import Image

from tests.conftest import ROOT
from zoo.devices import Compute
from zoo.errors import PictureError, RunError
from zoo.features.accepted import agreement_of
from zoo.features.decoding import PictureReader
from zoo.features.pixels import PixelSource
from zoo.pictures import decode
from zoo.runs import Run

ROWS = [np.arange(0, 20), np.arange(20, 33), np.array([3, 40])]


@pytest.fixture
def run(zoo: object) -> Run:
    return zoo.run("tiny_a")  # type: ignore[attr-defined, no-any-return]


def pixels(run: Run, processes: int, cache_bytes: int) -> list[np.ndarray]:
    boxes = [(row % 8, 0, 40, 40 - row % 8) if row % 3 else None for row in range(len(run.catalog))]
    digests = run.catalog.table["sha256"].tolist()
    source = PixelSource(
        PictureReader(run.catalog.paths(), run.transform, boxes, digests), cache_bytes, processes
    )
    first = [found for _, found in source.batches(ROWS)]
    again = [found for _, found in source.batches(ROWS)]
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other)
    return first


def test_processes_decode_what_threads_decode_kept_or_not(run: Run) -> None:
    expected = pixels(run, 0, 0)
    assert [len(found) for found in expected] == [20, 13, 2]
    for processes, cache_bytes in ((0, 1 << 20), (0, 32 * 32 * 3 * 10), (2, 1 << 20)):
        for found, one in zip(pixels(run, processes, cache_bytes), expected, strict=True):
            np.testing.assert_array_equal(found, one)


def test_batches_lie_in_the_room_that_a_device_gives(run: Run) -> None:
    given: list[np.ndarray] = []

    def room(shape: tuple[int, ...]) -> np.ndarray:
        given.append(Compute(torch.device("cpu"), "fp32").room(shape))
        return given[-1]

    paths = run.catalog.paths()
    reader = PictureReader(paths, run.transform)
    expected = [found for _, found in PixelSource(reader).batches(ROWS)]
    source = PixelSource(reader, processes=2, room=room)
    for _ in range(2):  # decoded, then kept
        found = [pixels for _, pixels in source.batches(ROWS)]
        assert all(one is other for one, other in zip(found, given, strict=True))
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(one, other)
        given.clear()


def test_pictures_beyond_the_memory_for_them_leave_the_others_in_it(
    run: Run, tmp_path: Path
) -> None:
    paths = [Path(shutil.copy(path, tmp_path)) for path in run.catalog.paths()[:12]]
    room = 8 * run.transform.size**2 * 3
    source = PixelSource(PictureReader(paths, run.transform), room)
    batches = [np.array([0, 9, 3, 11]), np.array([8, 10]), np.array([5, 1, 2, 4, 6, 7])]
    first = [found for _, found in source.batches(batches)]
    for path in paths[:8]:
        path.unlink()
    for one, (_, other) in zip(first, source.batches(batches), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_jpeg_decoded_at_reduced_scale_is_to_a_network_what_it_is_whole(run: Run) -> None:
    files = []
    for path in run.catalog.paths()[:64]:
        with io.BytesIO() as file, Image.open(path) as picture:
            picture.convert("RGB").resize((128, 128)).save(file, "JPEG", quality=90)
            files.append(file.getvalue())
    least = run.transform.resized
    assert decode(files[0], at_least=least).width < 128
    reduced, whole = (
        run.encoder(np.stack([run.transform.pixels(decode(f, at_least=n)) for f in files]))
        for n in (least, None)
    )
    assert agreement_of(reduced.embeddings, whole.embeddings).enough


def test_a_bad_picture_is_named_and_a_decoder_that_dies_is_told(run: Run, tmp_path: Path) -> None:
    paths = [*run.catalog.paths()[:9], tmp_path / "gone.png"]
    source = PixelSource(PictureReader(paths, run.transform), 0, processes=1)
    with pytest.raises(PictureError, match=r"gone\.png: no such file; it was readable when"):
        list(source.batches([np.arange(10)]))
    with pytest.raises(RunError, match="the same command goes on, a training with --resume"):
        kill_decoders(source)


def kill_decoders(source: PixelSource) -> None:
    for _ in source.batches([np.arange(9)] * 500):
        for child in psutil.Process().children():
            with suppress(psutil.ZombieProcess):  # of the round before
                if "spawn_main" in " ".join(child.cmdline()):
                    child.kill()


PARENT = """
import sys, time
from pathlib import Path
from zoo.backbones import Transform
from zoo.features.decoding import PictureReader, decoders

transform = Transform(32, 1.0, "bilinear", (0, 0, 0), (1, 1, 1))
with decoders(PictureReader([Path(sys.argv[1])], transform), 1) as begin:
    begin([0])()
    print("decoded", flush=True)
    time.sleep(60)
"""


def test_decoders_end_with_the_process_they_decode_for(run: Run) -> None:
    command = [sys.executable, "-c", PARENT, str(run.catalog.path(0))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"decoded\n"
        children = psutil.Process(parent.pid).children()
        assert children
        parent.kill()
    gone, alive = psutil.wait_procs(children, timeout=20)
    assert not alive
    assert len(gone) == len(children)


def test_a_processor_needs_no_processes() -> None:
    assert Compute(torch.device("cpu"), "fp32").decoding_processes == 0
