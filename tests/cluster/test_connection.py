"""A cluster that is started for one job: quiet, and gone afterwards."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from tests.conftest import PLUGINS
from tests.typed import run
from zoo.cluster import connection
from zoo.cluster.connection import connected
from zoo.cluster.teams import Shape, shape_and_room
from zoo.compare import open_zoo
from zoo.errors import ZooError
from zoo.search import lance_fragments, lance_rows
from zoo.search.ask import Ask


def test_a_zoo_is_embedded_on_a_cluster_that_is_gone_afterwards(
    zoo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Path(shutil.copytree(zoo_folder, tmp_path / "zoo"))
    scratch = Path(tempfile.mkdtemp(prefix="z", dir="/tmp"))  # Ray's sockets need short names
    monkeypatch.setattr(connection, "SHORT", scratch)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("long" * 30)))  # as TMPDIR can be
    before = signal.getsignal(signal.SIGTERM)
    asked = ("--runs", place, "--plugins", PLUGINS, "--engine", "ray", "--force")
    done = run("embed", "tiny_a", *asked)
    assert done.returncode == 0, done.stderr
    assert "ray" not in done.stderr.lower()
    facts = json.loads((place / "tiny_a/run.json").read_text("utf-8"))["embedded"]
    assert (facts["engine"], facts["teams"]) == ("ray", 1)
    same = [(zoo / "tiny_a/embeddings.npy").read_bytes() for zoo in (place, zoo_folder)]
    assert same[0] == same[1]
    assert signal.getsignal(signal.SIGTERM) is before
    left = [p for p in psutil.Process().children(recursive=True) if "ray" in " ".join(p.cmdline())]
    assert not left
    assert not list(scratch.glob("zoo-*"))
    shutil.rmtree(scratch)


def test_an_index_is_written_by_a_cluster_of_one_job(
    zoo_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Path(shutil.copytree(zoo_folder, tmp_path / "zoo"))
    monkeypatch.setattr(lance_rows, "ROWS", 100)
    monkeypatch.setattr(lance_fragments, "ThreadPoolExecutor", None)  # none of this process writes
    asked = ("--runs", place, "--plugins", PLUGINS, "--index", "lance", "--engine", "ray")
    done = run("index", "tiny_a", *asked)
    assert done.returncode == 0, done.stderr
    assert len(list((place / "tiny_a/index.lance/data").iterdir())) == 3
    answer = open_zoo(place, [PLUGINS]).recommend_items([7], Ask(top=3), ["tiny_a"])["tiny_a"]
    assert len(answer.answer.items) == 3


@pytest.mark.parametrize(
    ("nodes", "device", "shape", "room"),
    [
        ([{"CPU": 2.0}, {"CPU": 8.0}], "auto", Shape(1, 0, 1), 5),
        ([{}, {"CPU": 8.0}, {"CPU": 9.0}], "auto", Shape(7, 0, 1), 2),
        ([{"CPU": 1.0}, {"CPU": 1.0}], "auto", Shape(1, 0, 1), 1),
        ([{"CPU": 32.0, "GPU": 4.0}, {"CPU": 8.0}], "auto", Shape(1, 1, 9), 4),
        ([{"CPU": 96.0, "GPU": 1.0}], "cuda", Shape(1, 1, 16), 1),
        ([{"CPU": 4.0, "GPU": 1.0}], "cpu", Shape(3, 0, 1), 1),
    ],
)
def test_teams_fill_a_cluster(
    nodes: list[dict[str, float]], device: str, shape: Shape, room: int
) -> None:
    assert shape_and_room(nodes, device, "it") == (shape, room)


@pytest.mark.parametrize(
    ("nodes", "device", "message"),
    [
        ([{"CPU": 1.0}], "auto", "it is too small: 1 machine with 1 core and 0 GPUs"),
        ([{"CPU": 1.0, "GPU": 1.0}], "auto", r"two cores for each GPU"),
        ([{"CPU": 8.0}], "cuda", "it has no GPU, and this run was trained for one"),
    ],
)
def test_a_cluster_that_is_too_small_is_refused(
    nodes: list[dict[str, float]], device: str, message: str
) -> None:
    with pytest.raises(ZooError, match=message):
        shape_and_room(nodes, device, "it")


@pytest.mark.parametrize("address", ["127.0.0.1:9", "ray://127.0.0.1:9", "127.0.0.1:99999"])
def test_a_cluster_that_does_not_answer_is_said_in_one_line(address: str) -> None:
    with (
        pytest.raises(ZooError, match=rf"^no Ray cluster at {address}: .*ray start --head") as told,
        connected(address),
    ):
        pass
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("says", "reason"), [(b"", "timed out"), (b"HTTP/1.1 400", "what listens there is something")]
)
def test_what_listens_and_is_no_ray_is_not_waited_for(
    says: bytes, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "ANSWER", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = "{}:{}".format(*server.getsockname())

        def answer() -> None:
            visitor, _ = server.accept()
            with visitor:
                visitor.sendall(says)
                visitor.recv(1000)
                visitor.recv(1000)  # until it goes

        with ThreadPoolExecutor(1) as threads:
            threads.submit(answer)
            with (
                pytest.raises(ZooError, match=rf"^no Ray cluster at {address}: {reason}"),
                connected(address),
            ):
                pass
