"""history.csv, written and read."""

from __future__ import annotations

from pathlib import Path

from zoo.training.history import Epoch, best_epoch, read_history, write_history


def test_what_is_written_is_read(tmp_path: Path) -> None:
    epochs = [
        Epoch("frozen", 1, 0.5, 0.25, 0.125, 2.0, 8.0, "", 64),
        Epoch("unfrozen", 1, 0.25, 0.75, 0.125, 2.0, 8.0, "colour", 96),
    ]
    write_history(tmp_path / "history.csv", epochs)
    assert read_history(tmp_path / "history.csv") == epochs
    assert read_history(tmp_path / "none.csv") == []


def test_what_was_not_validated_stays_so(tmp_path: Path) -> None:
    epochs = [
        Epoch("unfrozen", 1, 0.5, None, 0.125, 2.0, 8.0, "colour", 64),
        Epoch("unfrozen", 1, 0.25, 0.75, 0.125, 2.0, 8.0, "form", 64),
    ]
    for some in (epochs, epochs[:1]):
        write_history(tmp_path / "history.csv", some)
        assert read_history(tmp_path / "history.csv") == some


def test_without_validation_the_last_epoch_on_the_largest_pictures_is_kept() -> None:
    epochs = [
        Epoch("unfrozen", number, 0.5, None, 0.125, 2.0, 8.0, "", size)
        for number, size in enumerate([96, 64, 96, 96, 64], 1)
    ]
    assert best_epoch(epochs) is epochs[3]
    assert best_epoch(epochs[:2]) is epochs[0]


def test_older_files_have_fewer_columns(tmp_path: Path) -> None:
    (tmp_path / "history.csv").write_text(
        "phase,epoch,loss,val_accuracy,learning_rate,seconds,images_per_s,network\n"
        "unfrozen,1,1.5,0.4,0.001,12.5,44,\nunfrozen,2,1.25,0.5,0.001,12.5,44,\n"
    )
    best = best_epoch(read_history(tmp_path / "history.csv"))
    assert best == Epoch("unfrozen", 2, 1.25, 0.5, 0.001, 12.5, 44.0)
