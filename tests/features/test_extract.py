"""Extraction bears faults: damaged shards, memory that is short, embeddings that are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from zoo.compare import Zoo
from zoo.devices import Compute
from zoo.errors import PictureError, RunError
from zoo.features import extract as extraction
from zoo.features.decoding import PictureReader
from zoo.features.encoder import Encoder
from zoo.features.extract import UnusableError, extract
from zoo.features.pixels import PixelSource
from zoo.features.runtime import TorchRuntime
from zoo.progress import Silence
from zoo.runs import Run

EXACT = Compute(torch.device("cpu"), "fp32")
ITEMS = 40


@pytest.fixture
def run(zoo: Zoo) -> Run:
    return zoo.run("tiny_a")


@pytest.fixture
def source(run: Run) -> PixelSource:
    return PixelSource(PictureReader(run.catalog.paths()[:ITEMS], run.transform))


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "SHARD", 16)


class Short(torch.nn.Module):
    """A model on a device that has memory for so many pictures."""

    def __init__(self, model: torch.nn.Module, room: int) -> None:
        super().__init__()
        self.model, self.room = model, room
        self.asked: list[int] = []

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, ...]:
        self.asked.append(len(pictures))
        if len(pictures) > self.room:
            raise torch.OutOfMemoryError("out of memory")
        outputs: tuple[torch.Tensor, ...] = self.model(pictures)
        return outputs


def embedded(runtime: TorchRuntime, source: PixelSource, folder: Path) -> np.ndarray:
    extract(Encoder(runtime, 2), source, ITEMS, folder, Silence(), "embeddings")
    rows: np.ndarray = np.load(folder / "embeddings.npy")
    return rows


def test_a_damaged_shard_is_made_again_alone(run: Run, source: PixelSource, tmp_path: Path) -> None:
    model = Short(run.load_model(), ITEMS)
    runtime = TorchRuntime(model, run.transform, EXACT)
    whole = embedded(runtime, source, tmp_path)
    first, second, third = sorted((tmp_path / "shards").iterdir())
    bits = bytearray(second.read_bytes())
    bits[len(bits) // 2] ^= 1
    second.write_bytes(bits)
    third.write_bytes(third.read_bytes()[:-100])
    model.asked.clear()
    kept = first.stat().st_mtime_ns
    np.testing.assert_array_equal(embedded(runtime, source, tmp_path), whole)
    assert (sum(model.asked), first.stat().st_mtime_ns) == (ITEMS - 16, kept)


def test_batches_that_do_not_fit_are_halved_and_stay_so(
    run: Run, source: PixelSource, tmp_path: Path
) -> None:
    exact = TorchRuntime(run.load_model(), run.transform, EXACT)
    model = Short(run.load_model(), 5)
    short = TorchRuntime(model, run.transform, EXACT)
    found = embedded(short, source, tmp_path / "short")
    np.testing.assert_allclose(found, embedded(exact, source, tmp_path / "exact"), atol=1e-6)
    assert short.batch == 4
    assert sum(asked > 5 for asked in model.asked) == 2  # 16 and 8, once each
    with pytest.raises(torch.OutOfMemoryError):
        TorchRuntime(Short(run.load_model(), 0), run.transform, EXACT)(
            np.zeros((3, 32, 32, 3), dtype=np.uint8)
        )


def test_a_picture_that_changed_is_not_taken_for_the_one_it_was(run: Run, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for path, original in zip(paths, run.catalog.paths(), strict=False):
        path.write_bytes(original.read_bytes())
    digests = run.catalog.table["sha256"].tolist()[:3]
    source = PixelSource(PictureReader(paths, run.transform, digests=digests))
    ((rows, _),) = source.batches([np.arange(3)])
    assert len(rows) == 3
    paths[1].write_bytes(paths[0].read_bytes())
    source = PixelSource(PictureReader(paths, run.transform, digests=digests))
    with pytest.raises(PictureError, match=r"1\.png has changed since the catalogue was made"):
        list(source.batches([np.arange(3)]))


@pytest.mark.parametrize("processes", [0, 2])
def test_what_cannot_be_used_is_told_after_all_other_shards_are_written(
    run: Run, tmp_path: Path, processes: int
) -> None:
    paths = [tmp_path / f"{number}.png" for number in range(ITEMS)]
    for path, original in zip(paths, run.catalog.paths(), strict=False):
        path.write_bytes(original.read_bytes())
    paths[20].write_bytes(b"no picture")
    paths[30].rename(tmp_path / "gone")
    model = Short(run.load_model(), 8)  # four batches to the first two shards
    runtime = TorchRuntime(model, run.transform, EXACT)
    runtime.batch = 8
    source = PixelSource(PictureReader(paths, run.transform), 0, processes)
    with pytest.raises(UnusableError) as caught:
        embedded(runtime, source, tmp_path / "run")
    assert [row for row, _ in caught.value.problems] == [20, 30]
    assert sum(model.asked) == 16 + 8  # none of the shard that cannot be kept
    assert "30.png: no such file" in caught.value.problems[1][1]
    shards = tmp_path / "run" / "shards"
    assert sorted(p.name for p in shards.iterdir()) == ["000000000.npz", "000000032.npz"]
    paths[20].write_bytes(run.catalog.paths()[20].read_bytes())
    (tmp_path / "gone").rename(paths[30])
    model.asked.clear()
    exact = TorchRuntime(run.load_model(), run.transform, EXACT)
    whole = PixelSource(PictureReader(paths, run.transform))
    np.testing.assert_allclose(
        embedded(runtime, source, tmp_path / "run"),
        embedded(exact, whole, tmp_path / "whole"),
        atol=1e-6,
    )
    assert sum(model.asked) == 16  # one shard


def test_the_picture_of_an_embedding_without_direction_is_named(
    run: Run, source: PixelSource, tmp_path: Path
) -> None:
    class Blind(torch.nn.Module):
        """Sees nothing in the twentieth picture."""

        def __init__(self) -> None:
            super().__init__()
            self.model, self.seen = run.load_model(), 0

        def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, ...]:
            embedding, *heads = self.model(pictures)
            if self.seen <= 19 < self.seen + len(pictures):
                embedding[19 - self.seen] = float("nan")
            self.seen += len(pictures)
            return embedding, *heads

    with pytest.raises(RunError, match=r"zero or not finite") as caught:
        embedded(TorchRuntime(Blind(), run.transform, EXACT), source, tmp_path)
    assert str(source.path(19)) in str(caught.value)
    assert len(list((tmp_path / "shards").iterdir())) == 1
