"""Extraction by a Ray cluster of several machines, which come, go and die meanwhile."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pandas as pd
import psutil
import pytest
import torch
from torch import nn

from tests.events import Events
from tests.storage import BUCKET, s3_server, upload
from zoo.addresses import located
from zoo.cluster import extraction as cluster_extraction
from zoo.cluster.connection import QUIET
from zoo.cluster.extraction import ClusterWork, extract_on_cluster
from zoo.cluster.network import NetworkJob
from zoo.compare import Zoo
from zoo.embedding import Engine, embed_rows
from zoo.errors import RunError, ZooError
from zoo.features import extract as extraction
from zoo.features.decoding import PictureReader
from zoo.progress import Progress, Silence
from zoo.runs import Run

SHARD = 16
OBJECTS = 80 << 20  # bytes of each machine's object store


@dataclass
class Machines:
    """A cluster whose machines are processes of this one."""

    cluster: Any
    there: list[Any] = field(default_factory=list)

    @property
    def address(self) -> str:
        return str(self.cluster.address)

    def add(self, cores: int) -> Any:
        self.there.append(self.cluster.add_node(num_cpus=cores, object_store_memory=OBJECTS))
        return self.there[-1]

    def remove(self, node: Any) -> None:
        self.cluster.remove_node(node, allow_graceful=False)
        self.there.remove(node)


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    """A cluster of a head alone, beside an S3 server that its workers know."""
    with s3_server(), pytest.MonkeyPatch.context() as patch:
        for name, value in QUIET.items():
            patch.setenv(name, value)
        from ray.cluster_utils import Cluster

        head = {"num_cpus": 0, "include_dashboard": False, "object_store_memory": OBJECTS}
        cluster = Cluster(initialize_head=True, head_node_args=head)
        try:
            yield Machines(cluster)
        finally:
            cluster.shutdown()


@pytest.fixture
def machine(machines: Machines) -> Machines:
    """The cluster with one machine: each costs a network and a decoder, which start for long."""
    if not machines.there:
        machines.add(2)
    return machines


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "SHARD", SHARD)


@pytest.fixture
def run(zoo: Zoo) -> Run:
    return zoo.run("tiny_a")


def kill(worker: str) -> None:
    """SIGKILL the processes of those workers, as the kernel does when memory is short."""
    found = [p for p in psutil.Process().children(recursive=True) if worker in _title(p)]
    assert found
    for process in found:
        os.kill(process.pid, signal.SIGKILL)


def _title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def on_cluster(
    run: Run, rows: np.ndarray, folder: Path, progress: Progress, machines: Machines
) -> dict[str, Any]:
    return embed_rows(run, rows, folder, progress, "torch", Engine("ray", machines.address))


def same(there: Path, here: Path) -> bool:
    return all(
        (there / name).read_bytes() == (here / name).read_bytes()
        for name in (extraction.EMBEDDINGS, extraction.PREDICTIONS)
    )


def job_of(run: Run, module: nn.Module, precision: str = "fp32") -> NetworkJob:
    sample = np.zeros((1, 32, 32, 3), dtype=np.uint8)
    return NetworkJob(module, run.transform, 2, len(run.catalog), sample, "torch", "cpu", precision)


def pictures_of(run: Run) -> PictureReader:
    digests = run.catalog.table["sha256"].tolist()
    return PictureReader(run.catalog.paths(), run.transform, run.catalog.boxes(), digests)


class Deadly(nn.Module):
    """Dies of one picture, as when there is no memory for it."""

    def __init__(self, model: nn.Module, picture: torch.Tensor) -> None:
        super().__init__()
        self.model, self.picture = model, picture

    def forward(self, pictures: torch.Tensor) -> Any:
        if (pictures == self.picture).flatten(1).all(dim=1).any():
            os.kill(os.getpid(), signal.SIGKILL)
        return self.model(pictures)


def test_a_cluster_without_room_says_so(run: Run, tmp_path: Path, machines: Machines) -> None:
    nothing = Engine("ray", "127.0.0.1:9")
    embed_rows(run, np.arange(20), tmp_path, Silence(), "torch")
    facts = embed_rows(run, np.arange(20), tmp_path, Silence(), "torch", nothing)
    assert facts["images_per_s"] is None  # all shards were there: no cluster is needed
    with pytest.raises(ZooError, match=r"too small: 1 machine with 0 cores and 0 GPUs"):
        on_cluster(run, np.arange(40), tmp_path, Silence(), machines)


def test_machines_and_workers_go_and_nothing_is_lost_or_twice(
    run: Run, tmp_path: Path, machines: Machines
) -> None:
    rows = np.tile(np.arange(len(run.catalog)), 3)
    first = [machines.add(2), machines.add(2)]

    def replace_them() -> None:
        for machine in first:
            machines.remove(machine)
        machines.add(2)

    events = Events({48: lambda: kill("ray::Forwarder"), 240: replace_them})
    facts = on_cluster(run, rows, tmp_path / "there", events, machines)
    embed_rows(run, rows, tmp_path / "here", Silence(), "torch")
    assert same(tmp_path / "there", tmp_path / "here")
    assert not events.at
    assert events.counted == len(rows)
    assert len(list((tmp_path / "there/shards").glob("*.npz"))) == len(rows) // SHARD
    assert sum("others take over" in line for line in events.said) >= 2
    assert (facts["engine"], facts["runtime"], facts["device"]) == ("ray", "torch", "cpu")
    assert facts["teams"] >= 3


def test_a_shard_that_kills_whoever_takes_it_stops_the_job_and_keeps_the_others(
    run: Run, tmp_path: Path, machine: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ray import cloudpickle

    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    monkeypatch.setattr(cluster_extraction, "TRIES", 2)
    pictures, model = pictures_of(run), run.load_model()
    deadly = Deadly(model, run.transform.normalize(torch.from_numpy(pictures.stack([20]))))
    work = ClusterWork(job_of(run, deadly), pictures, tmp_path / "there", "tiny")
    with pytest.raises(RunError, match=r"pictures 16 to 31 failed 2 times on the cluster") as told:
        extract_on_cluster(work, machine.address, Silence())
    assert "\n" not in str(told.value)
    shards = sorted((tmp_path / "there/shards").glob("*.npz"))
    assert shards
    shards[0].write_bytes(shards[0].read_bytes()[:-100])  # half written
    events, rows = Events(), np.arange(len(run.catalog))
    embed_rows(run, rows, tmp_path / "there", events, "torch")  # the other engine goes on
    assert any("is damaged" in line for line in events.said)
    assert events.steps[0] == (len(shards) - 1) * SHARD
    embed_rows(run, rows, tmp_path / "here", Silence(), "torch")
    assert same(tmp_path / "there", tmp_path / "here")


def test_what_a_worker_refuses_is_told_as_it_is_here(
    run: Run, tmp_path: Path, machine: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = job_of(run, run.load_model(), precision="fp7")
    work = ClusterWork(job, pictures_of(run), tmp_path, "tiny")
    with pytest.raises(RunError, match=r"^tiny: unknown precision 'fp7'.*the same command goes on"):
        extract_on_cluster(work, machine.address, Silence())
    nowhere = [located("strange://bucket/shape.png")] * len(work.pictures)
    away = replace(work.pictures, paths=nowhere)
    with pytest.raises(RunError, match=r"^tiny: strange:// is no storage.*the same command goes"):
        extract_on_cluster(
            ClusterWork(job_of(run, run.load_model()), away, tmp_path, "tiny"),
            machine.address,
            Silence(),
        )
    monkeypatch.setattr(cluster_extraction, "PATIENCE", 0)
    monkeypatch.setattr(cluster_extraction, "TICK", 0)  # or a quick worker refuses within it
    with pytest.raises(RunError, match=r"had no room for 0 s; what is embedded is kept"):
        extract_on_cluster(work, machine.address, Silence())


def test_the_cluster_goes_on_with_what_is_there_by_any_runtime(
    run: Run, tmp_path: Path, machine: Machines
) -> None:
    pytest.importorskip("openvino")
    rows, events = np.arange(len(run.catalog)), Events()
    here, there = tmp_path / "here", tmp_path / "there"
    embed_rows(run, rows, here, Silence(), "openvino")
    shutil.copytree(here / "shards", there / "shards")
    for shard in sorted((there / "shards").glob("*.npz"))[6:]:
        shard.unlink()
    facts = embed_rows(run, rows, there, events, "openvino", Engine("ray", machine.address))
    assert (events.steps[0], events.counted) == (6 * SHARD, len(rows))
    assert (facts["engine"], facts["runtime"]) == ("ray", "openvino")
    found, truth = (np.load(folder / extraction.EMBEDDINGS) for folder in (there, here))
    np.testing.assert_allclose(found, truth, atol=1e-5)


def test_a_bucket_is_embedded_but_for_pictures_that_cannot_be_used(
    run: Run, tmp_path: Path, machine: Machines
) -> None:
    upload(run.catalog.root, "shapes")
    catalog = replace(run.catalog, root=located(f"s3://{BUCKET}/shapes"))
    here, rows = run, np.arange(len(catalog))
    run = replace(run, catalog=catalog, folder=tmp_path / "zoo/tiny_a")
    run.folder.mkdir(parents=True)
    (run.folder / "model.safetensors").symlink_to(here.folder / "model.safetensors")
    storage = boto3.client("s3")
    gone, other = (str(catalog.table["path"].iat[row]) for row in (3, 100))
    storage.delete_object(Bucket=BUCKET, Key=f"shapes/{gone}")
    storage.put_object(Bucket=BUCKET, Key=f"shapes/{other}", Body=catalog_bytes(here, 101))
    with pytest.raises(RunError, match=rf"2 of 240 pictures left without, .*{gone}: no such file"):
        on_cluster(run, rows, tmp_path / "there", Silence(), machine)
    report = pd.read_csv(tmp_path / "zoo/embed_report.csv")
    assert report["subject"].tolist() == catalog.table["item_id"].iloc[[3, 100]].tolist()
    assert "has changed since the catalogue was made" in report["detail"].iat[1]
    for row, key in ((3, gone), (100, other)):
        storage.put_object(Bucket=BUCKET, Key=f"shapes/{key}", Body=catalog_bytes(here, row))
    events = Events()
    embed_rows(run, rows, tmp_path / "there", events, "torch")  # the other engine goes on
    assert events.steps[0] == len(rows) - 2 * SHARD  # all shards but two were there
    embed_rows(here, rows, tmp_path / "here", Silence(), "torch")
    assert same(tmp_path / "there", tmp_path / "here")


def catalog_bytes(run: Run, row: int) -> bytes:
    return run.catalog.path(row).read_bytes()
