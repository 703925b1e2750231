"""The shared training: it learns, stops, resumes to the same weights, and says what it did."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from tests.conftest import TINY, draw_shape
from tests.training.conftest import SHORT, Killed, KilledAt
from zoo import devices
from zoo.backbones import Backbone
from zoo.building import make_zoo
from zoo.catalog import Catalog, load_catalog
from zoo.errors import RunError, ZooError
from zoo.features.decoding import PictureReader
from zoo.pipeline import make_run
from zoo.progress import Progress
from zoo.runs import open_run
from zoo.training.checkpoint import read_tensors, save_tensors
from zoo.training.data import training_data
from zoo.training.history import Epoch, best_epoch
from zoo.training.network import new_model
from zoo.training.optimizer import learning_rate, make_optimizer
from zoo.training.settings import Settings
from zoo.training.train import train
from zoo.training.unfrozen import Unfrozen, exhausted


def test_the_rate_rises_and_falls() -> None:
    rates = [learning_rate(step, 100, 1.0, 0.1) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == rates[9] == rates[10] == 1.0
    assert rates[100] == pytest.approx(0.0)
    assert rates[10:] == sorted(rates[10:], reverse=True)


def test_training_stops_when_validation_does_not_improve() -> None:
    def epochs(*accuracies: float) -> list[Epoch]:
        return [Epoch("unfrozen", i, 0, a, 0, 1, 1) for i, a in enumerate(accuracies, 1)]

    settings = Settings(epochs_unfrozen=9, patience=3)
    small = (0.9, 0.1, 0.1, 0.1)  # the smaller pictures of the first half say little
    assert not exhausted(epochs(*small), settings)
    assert not exhausted(epochs(*small, 0.5, 0.4, 0.4), settings)
    assert exhausted(epochs(*small, 0.5, 0.4, 0.4, 0.5), settings)
    assert not exhausted(epochs(*small, 0.5, 0.4, 0.4, 0.6), settings)


def test_a_small_catalogue_has_as_many_steps_on_a_gpu_as_on_a_cpu() -> None:
    settings = Settings()
    assert [settings.batch(items, "cpu") for items in (100, 1_000, 5_600, 60_000)] == [
        16, 28, 48, 48,
    ]  # fmt: skip
    assert [settings.batch(items, "cuda") for items in (100, 1_000, 5_600, 12_000, 60_000)] == [
        16, 28, 48, 100, 256,
    ]  # fmt: skip


def test_what_training_still_takes_goes_by_the_pixels(tiny: Backbone, catalog: Catalog) -> None:
    settings = replace(TINY, image_size=96, epochs_unfrozen=5)  # 64, 64, 96, 96, 96 px
    model, _ = new_model(tiny, catalog, settings)
    data = training_data(tiny, catalog, settings)
    optimizer = make_optimizer(model, settings)
    phase = Unfrozen(model, data, settings, tiny.recipe, devices.choose("cpu"), optimizer)
    second = Epoch("unfrozen", 2, 1.0, 0.5, 0.001, seconds=40.0, images_per_s=1.0, image_size=64)
    assert phase.seconds_ahead(second) == pytest.approx(3 * 40.0 * (96 / 64) ** 2)
    last = replace(second, epoch=5, image_size=96)
    assert phase.seconds_ahead(last) == 0


def test_each_epoch_says_how_long_the_others_take(
    tiny: Backbone, catalog: Catalog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(tiny, catalog, SHORT, tmp_path, Progress())
    said = [line for line in capsys.readouterr().err.splitlines() if "validation accuracy" in line]
    assert len(said) == 2
    assert said[0].endswith("of training left")
    assert "left" not in said[1]


def test_the_best_epoch_is_one_on_the_largest_pictures() -> None:
    epochs = [
        Epoch("unfrozen", number, 0, accuracy, 0, 1, 1, image_size=size)
        for number, (accuracy, size) in enumerate([(0.9, 64), (0.5, 96), (0.7, 96), (0.7, 96)], 1)
    ]
    assert best_epoch(epochs) is epochs[2]
    assert best_epoch(epochs[:1]) is epochs[0]
    assert best_epoch([]) is None


def test_a_tiny_backbone_learns_more_than_the_majority(zoo_folder: Path) -> None:
    scores = pd.read_json(zoo_folder / "tiny_a" / "scores.json", typ="series")
    assert scores["accuracy"]["colour"] > scores["majority"]["colour"] + 0.3
    history = pd.read_csv(zoo_folder / "tiny_a" / "history.csv")
    assert history["phase"].tolist() == ["frozen"] + ["unfrozen"] * 4
    assert (history["images_per_s"] > 0).all()


@pytest.mark.parametrize(
    "moment", ["features of the val", "heads on", "epoch 1/2", "epoch 2/2", "embeddings"]
)
def test_a_killed_training_resumes_to_the_same_weights(
    tiny: Backbone, catalog: Catalog, tmp_path: Path, moment: str
) -> None:
    whole = make_run(tiny, catalog, SHORT, tmp_path / "whole", Progress())
    with pytest.raises(Killed):
        make_run(tiny, catalog, SHORT, tmp_path / "killed", KilledAt(moment))
    assert not (tmp_path / "killed" / tiny.name).exists()
    other = replace(SHORT, save_every=60.0)  # how often it saves is nothing that the run is
    resumed = make_run(tiny, catalog, other, tmp_path / "killed", Progress())
    expected, _ = read_tensors(whole / "model.safetensors")
    got, _ = read_tensors(resumed / "model.safetensors")
    for name, tensor in expected.items():
        assert torch.equal(got[name], tensor), name
    assert sorted(p.name for p in resumed.iterdir()) == sorted(p.name for p in whole.iterdir())


EXTRAS = {
    "ema": {"ema": 0.9},
    "accumulate": {"batch_size": 8, "accumulate": 2},
    "layer decay": {"layer_decay": 0.5},
    "metric": {"metric": 0.0},
    "cutmix": {"cutmix": 0.5},
    "deep heads": {"hidden": (32, 16)},
    "sampling": {"balance": "sampling"},
    "weights": {"balance": "weights"},
    "stack": {"networks": "per-attribute"},
}


@pytest.mark.parametrize("change", EXTRAS.values(), ids=EXTRAS.keys())
def test_every_way_of_training_learns_and_resumes(
    tiny: Backbone, catalog: Catalog, tmp_path: Path, change: dict[str, Any]
) -> None:
    settings = replace(TINY, epochs_frozen=0, **change)
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    whole = train(tiny, catalog, settings, tmp_path / "whole", Progress())
    with pytest.raises(Killed):
        train(tiny, catalog, settings, tmp_path / "killed", KilledAt("epoch 3/4"))
    resumed = train(tiny, catalog, settings, tmp_path / "killed", Progress())
    expected = whole.model.state_dict()
    for name, tensor in resumed.model.state_dict().items():
        assert torch.equal(expected[name], tensor), name
    assert max(e.val_accuracy for e in whole.history) > 0.5  # chance is (1/2 + 1/3) / 2


def test_the_time_of_all_calls_counts(tiny: Backbone, catalog: Catalog, tmp_path: Path) -> None:
    settings = replace(SHORT, networks="per-attribute", epochs_frozen=0)
    with pytest.raises(Killed):
        train(tiny, catalog, settings, tmp_path, KilledAt("colour: epoch 2/2"))
    done = tmp_path / "networks/00/network.json"
    first = json.loads(done.read_text())
    assert first["seconds"] > sum(epoch["seconds"] for epoch in first["epochs"]) > 0
    checkpoint = tmp_path / "networks/01/checkpoint.safetensors"
    tensors, second = read_tensors(checkpoint)
    assert second["seconds"] > second["epochs"][0]["seconds"] > 0
    # As if both had been a long time at work.
    done.write_text(json.dumps({**first, "seconds": first["seconds"] + 1000}))
    save_tensors(checkpoint, tensors, {**second, "seconds": second["seconds"] + 2000})
    trained = train(tiny, catalog, settings, tmp_path, Progress())
    assert trained.seconds > 3000 + sum(epoch.seconds for epoch in trained.history)


def test_a_finished_run_is_the_same_wherever_and_however_often_saved_it_was_made(
    tiny: Backbone, zoo_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Path(shutil.copytree(zoo_folder, tmp_path / "zoo"))
    there = load_catalog(place)
    other = replace(TINY, save_every=7.0, device="cpu")
    make_zoo([tiny], there, other, place, Progress())
    assert "tiny_a: already trained with these settings" in capsys.readouterr().err


def test_a_stack_has_a_network_per_attribute(
    tiny: Backbone, catalog: Catalog, tmp_path: Path
) -> None:
    settings = replace(SHORT, networks="per-attribute")
    catalog.save(tmp_path)
    make_run(tiny, catalog, settings, tmp_path, Progress())
    run = open_run(tmp_path, tiny, catalog)
    assert run.embeddings.shape == (len(catalog), 2 * 16)
    # Each network's part has the same length, so that each attribute has the same say.
    lengths = np.linalg.norm(run.embeddings.reshape(-1, 2, 16), axis=2)
    np.testing.assert_allclose(lengths, 2**-0.5, atol=1e-3)
    history = pd.read_csv(run.folder / "history.csv")
    assert history["network"].tolist() == ["category"] * 3 + ["colour"] * 3
    assert not (run.folder / "networks").exists()
    picture = run.transform.pixels(draw_shape("red", "disc", 3))
    assert run.encoder(np.stack([picture])).classes.shape == (1, 2, 3)


def test_the_networks_of_a_stack_share_the_pictures_that_were_decoded(
    tiny: Backbone, catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[int] = []
    pixels = PictureReader.pixels

    def noted(reader: PictureReader, row: int) -> np.ndarray:
        decoded.append(row)
        return pixels(reader, row)

    monkeypatch.setattr(PictureReader, "pixels", noted)
    settings = replace(TINY, networks="per-attribute", epochs_frozen=0)
    train(tiny, catalog, settings, tmp_path, Progress())
    assert len(decoded) == len(set(decoded))


def test_a_network_alone_learns_from_the_pictures_that_know_its_attribute(
    tiny: Backbone, catalog: Catalog, tmp_path: Path
) -> None:
    table = catalog.table.copy()
    # FashionNet's folders: a picture knows one attribute.
    table.loc[::2, "category"] = None
    table.loc[1::2, "colour"] = None
    halves = replace(catalog, table=table)
    data = training_data(tiny, replace(halves, attributes=catalog.attributes[:1]), SHORT)
    assert (data.targets.singles[data.train] >= 0).all()
    settings = replace(TINY, networks="per-attribute", epochs_frozen=0)
    trained = train(tiny, halves, settings, tmp_path, Progress())
    assert {e.network for e in trained.history} == {"category", "colour"}


def test_other_settings_do_not_resume(tiny: Backbone, catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(Killed):
        make_run(tiny, catalog, SHORT, tmp_path, KilledAt("epoch 2/2"))
    with pytest.raises(RunError, match="seed was 0, now 7.*--restart"):
        make_run(tiny, catalog, replace(SHORT, seed=7), tmp_path, Progress())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs_frozen": 0, "epochs_unfrozen": 0}, "no epoch to train"),
        ({"epochs_unfrozen": -1}, "epochs-unfrozen -1 is below 0"),
        ({"image_size": 4}, r"image-size 4 is not within 16\.\.1024"),
        ({"batch_size": 1}, r"batch-size 1 is not within 2\.\.4096"),
        ({"hidden": ()}, r"hidden \(\): give widths"),
        ({"balance": "some"}, "unknown balance 'some'; available: none, sampling, weights"),
        ({"networks": "two"}, "unknown networks 'two'; available: per-attribute, shared"),
        ({"accumulate": 0}, "accumulate 0 is below 1"),
        ({"dropout": 1.0}, "dropout 1.0 is not within"),
        ({"ema": 1.0}, "ema 1.0 is not within"),
        ({"cutmix": 1.5}, "cutmix 1.5 is not within 0..1"),
        ({"metric": -1.0}, "metric -1.0 is not within 0..100"),
        ({"layer_decay": 0.0}, "layer-decay 0.0 is not within"),
    ],
)
def test_impossible_settings_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ZooError, match=message):
        Settings(**change)  # type: ignore[arg-type]


def test_a_weights_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(ZooError, match=r"weights 'nothing\.pth': neither pretrained nor random"):
        Settings(weights="nothing.pth").require_weights()


def test_settings_come_back_from_a_run_file() -> None:
    settings = replace(TINY, hidden=(64, 32), ema=0.9)
    assert Settings.from_dict(json.loads(json.dumps(settings.as_dict()))) == settings
    # Older versions wrote one width as a number, knew fewer settings, and had heads alone learn.
    earlier = Settings(hidden=(256,), seed=3, metric=0.0)
    assert Settings.from_dict({"hidden": 256, "seed": 3}) == earlier


def test_a_refused_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_tensors(path, {"a": torch.ones(2)}, {})
    # A full disk answers a write with OSError, as a directory in the way does here.
    partial = tmp_path / "folder.safetensors"
    partial.mkdir()
    with pytest.raises(ZooError, match="cannot write"):
        save_tensors(partial, {"a": torch.zeros(2)}, {})
    assert read_tensors(path)[0]["a"].tolist() == [1.0, 1.0]
    assert [p.name for p in tmp_path.iterdir() if "partial" in p.name] == []
