"""Networks that no label of the validation split can judge: trained to the end, and told so."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.conftest import TINY
from tests.training.conftest import SHORT, Killed, KilledAt
from zoo.backbones import Backbone
from zoo.catalog import Catalog
from zoo.page.leaderboard.curves import learning_plot
from zoo.pipeline import make_run
from zoo.progress import Progress
from zoo.runs import open_run
from zoo.training.checkpoint import read_tensors
from zoo.training.history import Epoch, read_history
from zoo.training.settings import Settings
from zoo.training.train import train
from zoo.training.unfrozen import exhausted

TOLD = "no validation picture has a label of what is learnt"


def unlabelled(catalog: Catalog, attributes: Sequence[str]) -> Catalog:
    """The catalogue whose validation pictures lack these attributes."""
    table = catalog.table.copy()
    table.loc[table["split"] == "val", list(attributes)] = None
    return replace(catalog, table=table)


def test_training_does_not_stop_early() -> None:
    epochs = [Epoch("unfrozen", number, 0.5, None, 0, 1, 1) for number in range(1, 9)]
    assert not exhausted(epochs, Settings(epochs_unfrozen=9, patience=1))


def test_the_last_epoch_is_kept_and_it_is_told(
    tiny: Backbone, catalog: Catalog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unknown = unlabelled(catalog, ["category", "colour"])
    trained = train(tiny, unknown, replace(TINY, patience=1), tmp_path, Progress())
    said = capsys.readouterr().err
    assert said.count(TOLD) == 1
    assert "0.000" not in said
    assert [epoch.val_accuracy for epoch in trained.history] == [None] * 5
    last, _ = read_tensors(tmp_path / "checkpoint.safetensors")
    for name, tensor in trained.model.state_dict().items():
        assert torch.equal(last[f"model.{name}"], tensor), name


def test_one_network_of_a_stack_may_be_without(
    tiny: Backbone, catalog: Catalog, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unknown = unlabelled(catalog, ["colour"])
    settings = replace(SHORT, networks="per-attribute")
    with pytest.raises(Killed):
        make_run(tiny, unknown, settings, tmp_path, KilledAt("colour: epoch 2/2"))
    assert capsys.readouterr().err.count(TOLD) == 1
    folder = make_run(tiny, unknown, settings, tmp_path, Progress())
    accuracies = [epoch.val_accuracy for epoch in read_history(folder / "history.csv")]
    assert None not in accuracies[:3]
    assert accuracies[3:] == [None] * 3
    figure = learning_plot([open_run(tmp_path, tiny, unknown)])
    drawn = json.dumps(figure.to_plotly_json(), default=list)
    assert "0.000" not in drawn
    assert "colour: not validated" in drawn
