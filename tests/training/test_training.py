"""The shared training: it learns, stops, resumes to the same weights, and says what it did."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from tests.conftest import PLUGINS, TINY, draw_shape
from zoo.backbones import Backbone, Transform
from zoo.catalog import Catalog
from zoo.errors import RunError, ZooError
from zoo.pipeline import make_run
from zoo.plugins import load_plugins
from zoo.processes import Processes
from zoo.progress import Progress, read_progress
from zoo.runs import open_run
from zoo.training import unfrozen
from zoo.training.checkpoint import read_tensors, save_tensors
from zoo.training.history import Epoch, best_epoch
from zoo.training.metrics import accuracies, classification
from zoo.training.model import masked_cross_entropy
from zoo.training.network import training_data
from zoo.training.optimizer import learning_rate
from zoo.training.settings import Settings
from zoo.training.train import train
from zoo.training.unfrozen import exhausted

SHORT = replace(TINY, epochs_unfrozen=2)


@pytest.fixture
def tiny() -> Backbone:
    return load_plugins([PLUGINS]).get("tiny_a")


def test_masked_loss_leaves_unknown_labels_out() -> None:
    logits = torch.tensor([[2.0, 0.0], [0.0, 3.0]])
    known = masked_cross_entropy(logits[:1], torch.tensor([0]), 0.0)
    masked = masked_cross_entropy(logits, torch.tensor([0, -1]), 0.0)
    torch.testing.assert_close(masked, known)
    assert masked_cross_entropy(logits, torch.tensor([-1, -1]), 0.0) == 0


def test_metrics_by_hand() -> None:
    labels = np.array([0, 0, 1, -1])
    top3 = np.array([[0, 1, 2], [1, 0, 2], [2, 0, 3], [0, 1, 2]])
    result = classification(labels, top3, train=np.array([1, 1, 0, -1]))
    assert result is not None
    assert result.accuracy == pytest.approx(1 / 3)
    assert result.top3 == pytest.approx(2 / 3)
    assert result.majority == pytest.approx(1 / 3)
    assert result.macro_f1 == pytest.approx((2 / 3 + 0) / 2)
    assert result.items == 3
    assert classification(np.array([-1]), top3[:1], labels) is None


def test_accuracies_are_of_attributes_with_known_labels() -> None:
    labels = np.array([[0, 1, -1], [0, -1, -1]])
    predicted = [np.array([0, 1]), np.array([0, 1]), np.array([0, 1])]
    assert accuracies(labels, predicted) == [0.5, 0.0]


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


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


class KilledAt(Progress):
    """Dies when a stage whose title holds `title` begins."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title

    def stage(self, title: str, total: int, unit: str = "img"):  # type: ignore[no-untyped-def]
        if self.title in title:
            raise Killed
        return super().stage(title, total, unit)


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
    resumed = make_run(tiny, catalog, SHORT, tmp_path / "killed", Progress())
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


class Small(Backbone):
    """Runs out of memory with more than four pictures a forward."""

    name, title, source = "small", "Small", "none"

    def network(self) -> torch.nn.Module:
        class Network(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.layer = torch.nn.Linear(3 * 16 * 16, 8)

            def forward(self, pictures: torch.Tensor) -> torch.Tensor:
                if self.training and len(pictures) > self.limit():
                    raise torch.OutOfMemoryError("out of memory")
                return torch.relu(self.layer(pictures.flatten(1)))

            def limit(self) -> int:
                return 4

        return Network()

    def transform(self, image_size: int | None = None) -> Transform:
        return Transform(16, 1.0, "bilinear", (0.5,) * 3, (0.5,) * 3)  # type: ignore[arg-type]


def test_out_of_memory_halves_the_forward_and_keeps_the_steps(
    catalog: Catalog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Roomy(Small):
        def network(self) -> torch.nn.Module:
            network = super().network()
            network.limit = lambda: 10**6  # type: ignore[assignment]
            return network

    settings = replace(SHORT, epochs_frozen=0, epochs_unfrozen=1, dropout=0.0, precision="fp32")
    tight = train(Small(), catalog, settings, tmp_path / "tight", Progress())
    assert "out of memory: going on with 4 pictures a forward" in capsys.readouterr().err
    roomy = train(Roomy(), catalog, settings, tmp_path / "roomy", Progress())
    for name, tensor in roomy.model.state_dict().items():
        torch.testing.assert_close(tight.model.state_dict()[name], tensor, atol=1e-4, rtol=1e-3)


def test_one_of_several_does_not_go_on_alone_without_memory(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Alone(Processes):
        def share(self, rows: np.ndarray) -> np.ndarray:
            return rows

        def wrapped(self, model: torch.nn.Module, device: torch.device) -> torch.nn.Module:
            return model

    monkeypatch.setattr(unfrozen, "processes", lambda: Alone(count=2))
    with pytest.raises(ZooError, match=r"out of memory with \d+ pictures.* a larger --accumulate"):
        train(Small(), catalog, replace(SHORT, epochs_frozen=0), tmp_path, Progress())


def test_memory_for_not_even_a_few_pictures_is_a_clear_line(
    catalog: Catalog, tmp_path: Path
) -> None:
    class Full(Small):
        def network(self) -> torch.nn.Module:
            network = super().network()
            network.limit = lambda: 0  # type: ignore[assignment]
            return network

    with pytest.raises(ZooError, match="out of memory with 2 pictures a forward; give a smaller"):
        train(Full(), catalog, replace(SHORT, epochs_frozen=0), tmp_path, Progress())


def test_other_settings_do_not_resume(tiny: Backbone, catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(Killed):
        make_run(tiny, catalog, SHORT, tmp_path, KilledAt("epoch 2/2"))
    with pytest.raises(RunError, match="seed was 0, now 7.*--restart"):
        make_run(tiny, catalog, replace(SHORT, seed=7), tmp_path, Progress())


class Exploding(Backbone):
    """Gives infinities as soon as it is trained."""

    name, title, source = "exploding", "Exploding", "none"

    def network(self) -> torch.nn.Module:
        layer = torch.nn.Linear(3 * 16 * 16, 4)
        torch.nn.init.constant_(layer.weight, torch.inf)
        return torch.nn.Sequential(torch.nn.Flatten(), layer)

    def transform(self, image_size: int | None = None) -> Transform:
        return Transform(16, 1.0, "bilinear", (0.5,) * 3, (0.5,) * 3)  # type: ignore[arg-type]


def test_a_loss_that_is_not_a_number_stops_with_a_clear_line(
    catalog: Catalog, tmp_path: Path
) -> None:
    with pytest.raises(ZooError, match=r"nan in epoch 1, step 1; the best weights so far are in"):
        train(Exploding(), catalog, replace(SHORT, epochs_frozen=0), tmp_path, Progress())


class SpoiltAt(Progress):
    """Makes the model's weights infinite when the stage begins whose title holds `title`."""

    def __init__(self, title: str, network: torch.nn.Module) -> None:
        super().__init__()
        self.title, self.network = title, network

    def stage(self, title: str, total: int, unit: str = "img"):  # type: ignore[no-untyped-def]
        if self.title in title:
            torch.nn.init.constant_(next(self.network.parameters()), torch.inf)
        return super().stage(title, total, unit)


def test_the_best_weights_outlast_a_loss_that_is_not_a_number(
    tiny: Backbone, catalog: Catalog, tmp_path: Path
) -> None:
    network = tiny.network()

    class Same(type(tiny)):  # type: ignore[misc]
        def network(self) -> torch.nn.Module:
            return network

    backbone = Same("tiny_a", 16)
    # So long between checkpoints that the best weights are nowhere but in memory.
    settings = replace(SHORT, epochs_frozen=0, save_every=60.0)
    with pytest.raises(ZooError, match=r"nan in epoch 2, step 1; .*model\.safetensors .*--restart"):
        train(backbone, catalog, settings, tmp_path, SpoiltAt("epoch 2/2", network))
    state, _ = read_tensors(tmp_path / "model.safetensors")
    assert state["backbone.1.num_batches_tracked"] > 0  # trained, for an epoch
    assert all(torch.isfinite(tensor).all() for tensor in state.values())


def test_a_backbone_without_parameters_trains_its_heads_only(
    catalog: Catalog, tmp_path: Path
) -> None:
    class Flat(Exploding):
        def network(self) -> torch.nn.Module:
            return torch.nn.Flatten()

    trained = train(Flat(), catalog, SHORT, tmp_path, Progress())
    assert trained.origin.kind == "none"
    assert [e.phase for e in trained.history] == ["frozen"]


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
    # Older versions wrote one width as a number, and knew fewer settings.
    assert Settings.from_dict({"hidden": 256, "seed": 3}) == Settings(hidden=(256,), seed=3)


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


def test_progress_is_told_to_the_page(tmp_path: Path) -> None:
    progress = Progress(tmp_path)
    with progress.stage("a title", 10) as stage:
        stage.advance(4)
    told = read_progress(tmp_path)
    assert told is not None
    assert (told["title"], told["done"], told["total"]) == ("a title", 4, 10)
    progress.finish()
    assert read_progress(tmp_path) is None
