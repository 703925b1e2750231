"""Where uploads lie: bounded, and rid of what nobody needs."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.conftest import PLUGINS, ROOT
from tests.ports import free_port
from zoo.files import bytes_in
from zoo.page.launch import Served, start
from zoo.page.serving.options import ServeOptions
from zoo.page.serving.uploads_folder import UploadsFolder
from zoo.page.state import PageState

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


class Later:
    """A clock that can be put forward."""

    def __init__(self) -> None:
        self.by = 0.0

    def __call__(self) -> float:
        return time.time() + self.by


@pytest.fixture
def later() -> Later:
    return Later()


@pytest.fixture
def uploads(monkeypatch: pytest.MonkeyPatch, later: Later) -> Iterator[UploadsFolder]:
    """A folder that is full at ten bytes."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", "")
    made = UploadsFolder(most=10, clock=later)
    yield made
    made.remove()


def counted(uploads: UploadsFolder) -> bool:
    """Whether there is room, counted anew."""
    uploads._counted -= 10  # seconds
    return uploads.has_room()


def test_the_uploads_folder_is_bounded_and_goes(uploads: UploadsFolder) -> None:
    assert uploads.has_room()
    (uploads.folder / "big").write_bytes(bytes(20))
    assert not counted(uploads)
    free = shutil.disk_usage(uploads.folder).free
    full = UploadsFolder(least_free=free + 1024**3)
    assert not full.has_room()
    full.remove()
    uploads.remove()
    assert not uploads.folder.exists()


def test_uploads_that_broke_off_go_and_those_that_go_on_stay(
    uploads: UploadsFolder, later: Later
) -> None:
    broken, going_on = uploads.folder / "tmpbroken", uploads.folder / "tmpgoingon"
    for part in (broken, going_on):
        part.write_bytes(bytes(6))
    assert not counted(uploads)
    later.by = HOUR + MINUTE
    os.utime(going_on, (later() - MINUTE,) * 2)  # written a minute ago
    assert counted(uploads)
    assert not broken.exists()
    assert going_on.exists()


def test_whole_uploads_stay_for_a_day(uploads: UploadsFolder, later: Later) -> None:
    picture = uploads.folder / "0123" / "tmp.png"
    picture.parent.mkdir()
    picture.write_bytes(bytes(20))
    os.utime(picture, (later() - 2 * DAY,) * 2)  # a copy can be as old as what it is of
    later.by = DAY - MINUTE
    assert not counted(uploads)
    assert picture.exists()
    later.by = DAY + MINUTE
    assert counted(uploads)
    assert not picture.exists()


def test_empty_folders_go_once_nothing_is_about_to_be_put_there(
    uploads: UploadsFolder, later: Later
) -> None:
    empty, used = uploads.folder / "tmpempty", uploads.folder / "tmpused"
    for folder in (empty, used):
        folder.mkdir()
    (used / "comparison.csv").write_text("a")
    assert counted(uploads)
    assert empty.exists()
    later.by = HOUR + MINUTE
    assert counted(uploads)
    assert not empty.exists()
    assert (used / "comparison.csv").exists()
    assert uploads.folder.exists()


ABANDON = """
import os, signal
from zoo.page.serving.uploads_folder import UploadsFolder
uploads = UploadsFolder()
(uploads.folder / "0123").mkdir()
(uploads.folder / "0123" / "me.jpg").write_bytes(b"a")
print(uploads.folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_page_left_goes_with_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, later: Later
) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", "")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    killed = subprocess.run(
        [sys.executable, "-c", ABANDON], env=environment, capture_output=True, text=True
    )
    left = Path(killed.stdout.strip())
    alive = UploadsFolder()
    assert (left / "0123" / "me.jpg").is_file()  # made this moment
    later.by = 2 * MINUTE
    another = UploadsFolder(clock=later)
    assert not left.exists()
    assert alive.folder.is_dir()
    for uploads in (alive, another):
        uploads.remove()
    assert not list(tmp_path.glob("zoo-page-*"))


@pytest.fixture
def served(page_folder: Path, uploads: UploadsFolder) -> Iterator[Served]:
    """A page over that folder."""
    asked = ServeOptions(page_folder, port=free_port())
    served = start(PageState(page_folder, [PLUGINS], None), asked, None, uploads)
    yield served
    served.app.get_blocks().close(verbose=False)  # type: ignore[attr-defined]


@contextmanager
def half_an_upload(address: str) -> Iterator[None]:
    """An upload that is under way, and broken off in the end."""
    host, port = urllib.parse.urlsplit(address).netloc.split(":")
    part = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
    with socket.create_connection((host, int(port)), timeout=20) as line:
        line.sendall(
            f"POST /gradio_api/upload HTTP/1.1\r\nHost: {host}\r\nContent-Length: 999999\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\n\r\n".encode()
            + part
            + bytes(300_000)  # more than is buffered
        )
        yield


def test_broken_uploads_do_not_keep_others_out(
    served: Served, uploads: UploadsFolder, later: Later
) -> None:
    files = {"files": ("b.png", b"b")}
    upload = f"{served.address.rstrip('/')}/gradio_api/upload"
    with half_an_upload(served.address):
        ends = time.monotonic() + 10
        while not bytes_in(uploads.folder) and time.monotonic() < ends:
            time.sleep(0.05)
        uploads._counted -= 10
        assert httpx.post(upload, files=files).status_code == 507
    later.by = HOUR + MINUTE
    uploads._counted -= 10
    answer = httpx.post(upload, files=files)
    assert answer.status_code == 200
    assert Path(answer.json()[0]).read_bytes() == b"b"
