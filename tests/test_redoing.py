"""Embedding again: what is known is kept, what was begun goes on, and --force begins anew."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import PLUGINS
from tests.events import Events
from tests.typed import Done, run, told
from zoo import redoing, run_files
from zoo.catalog import load_catalog
from zoo.compare import open_zoo
from zoo.features import extract as extraction
from zoo.files import write_json
from zoo.pipeline import Means
from zoo.plugins import load_plugins


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "SHARD", 16)


def stop() -> None:
    raise KeyboardInterrupt


def embed(place: Path, *more: object) -> Done:
    done = run("embed", "tiny_a", "--runs", place, "--plugins", PLUGINS, *more)
    assert done.returncode == 0, done.stderr
    return done


def stamp(place: Path) -> int:
    return (place / "tiny_a/embeddings.npy").stat().st_mtime_ns


def test_known_embeddings_are_kept_unless_force_or_damage_says_otherwise(place: Path) -> None:
    path = place / "tiny_a/embeddings.npy"
    before, whole = stamp(place), path.read_bytes()
    said = embed(place).stderr  # in bf16 where the processor multiplies it
    assert re.search(r"tiny_a: embedded already, by torch in (fp32|bf16); --force", said), said
    assert stamp(place) == before
    assert "embedded already" not in embed(place, "--force").stderr
    assert stamp(place) != before
    assert path.read_bytes() == whole
    bits = bytearray(whole)
    bits[-1] ^= 1
    path.unlink()
    path.write_bytes(bits)
    embed(place)
    assert path.read_bytes() == whole
    open_zoo(place, [PLUGINS])


def test_a_killed_embedding_goes_on_where_it_was(place: Path) -> None:
    catalog = load_catalog(place)
    backbone = load_plugins([PLUGINS]).get("tiny_a")
    whole = (place / "tiny_a/embeddings.npy").read_bytes()

    def stopped(force: bool = False) -> int:
        """Pictures that were there at once."""
        progress = Events({96: stop})
        with pytest.raises(KeyboardInterrupt):
            redoing.embed(backbone, catalog, place, progress, Means("torch"), force=force)
        return progress.steps[0]

    assert stopped(force=True) == 0
    assert stopped() == 80  # five shards of 16; the sixth was not written yet
    assert stopped(force=True) == 0
    rest = Events()
    redoing.embed(backbone, catalog, place, rest, Means("torch"))
    assert rest.steps[0] == 80
    assert (place / "tiny_a/embeddings.npy").read_bytes() == whole
    assert not run_files.partial_folder(place, "tiny_a").exists()


def test_shards_of_another_training_are_not_taken(place: Path) -> None:
    catalog = load_catalog(place)
    backbone = load_plugins([PLUGINS]).get("tiny_a")
    with pytest.raises(KeyboardInterrupt):
        redoing.embed(backbone, catalog, place, Events({96: stop}), Means("torch"), force=True)
    facts = run_files.read_facts(place / "tiny_a")
    write_json(place / "tiny_a/run.json", {**facts, "packages": {"torch": "another"}})
    (place / "tiny_a/embeddings.npy").unlink()  # or nothing would have to be embedded
    rest = Events()
    redoing.embed(backbone, catalog, place, rest, Means("torch"))
    assert rest.steps[0] == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--engine", "dask"), "unknown engine 'dask'; available: local, ray"),
        (("--address", "10.0.0.1:6379"), "--address 10.0.0.1:6379 is of a Ray cluster; add"),
        (
            ("--engine", "ray", "--address", "127.0.0.1:9", "--force"),
            "no Ray cluster at 127.0.0.1:9: ",
        ),
    ],
)
def test_an_engine_that_is_not_there_is_said_in_one_line(
    place: Path, options: tuple[str, ...], message: str
) -> None:
    line = told("embed", "tiny_a", "--runs", place, "--plugins", PLUGINS, *options)
    assert line.startswith(f"error: {message}")
    rows = np.load(place / "tiny_a/embeddings.npy")
    assert len(rows) == len(load_catalog(place))
