"""Epochs told to an experiment tracker, by way of accelerate."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zoo.errors import ZooError, one_line, unknown
from zoo.progress import Progress

TRACKERS = ("none", "tensorboard", "wandb")
FOLDER = "tracking"  # in the zoo directory
PROJECT = "fashion-model-zoo"
SHOWN = ("loss", "val_accuracy", "learning_rate", "images_per_s")


class TrackedProgress(Progress):
    """Progress that also logs every epoch; one tracked run per network that is trained."""

    def __init__(self, folder: Path, backbones: Sequence[str], tracker: str) -> None:
        super().__init__(folder, backbones)
        self._tracker, self._log_folder = tracker, folder / FOLDER
        self._runs: dict[str, Any] = {}

    def begins(self, title: str) -> None:
        """Start the run of that title; ZooError when the tracker cannot."""
        self._runs[title] = _start(self._tracker, title, self._log_folder)

    def measured(self, title: str, step: int, values: dict[str, Any]) -> None:
        """Log the values of one epoch of the run of that title."""
        shown = {name: values[name] for name in SHOWN if values[name] is not None}
        self._runs[title].log(shown, step=step)

    def close(self) -> None:
        """Close the tracked runs too."""
        super().close()
        for run in self._runs.values():
            run.finish()


def make_progress(folder: Path, backbones: Sequence[str], tracker: str) -> Progress:
    """The progress of the training of these backbones, told to that tracker or to none."""
    if tracker not in TRACKERS:
        raise ZooError(unknown("tracker", tracker, TRACKERS))
    if tracker == "none":
        return Progress(folder, backbones)
    return TrackedProgress(folder, backbones, tracker)


def _start(tracker: str, title: str, folder: Path) -> Any:
    from accelerate import PartialState
    from accelerate.tracking import TensorBoardTracker, WandBTracker

    PartialState()  # the trackers ask it which process speaks
    folder.mkdir(parents=True, exist_ok=True)
    name = title.replace(", ", "-")
    try:
        if tracker == "tensorboard":
            run = TensorBoardTracker(name, logging_dir=str(folder))
        else:
            run = WandBTracker(PROJECT, name=name, dir=str(folder))
        run.start()
    except ImportError as error:
        raise ZooError(
            f"tracker {tracker!r} is not installed ({error}); "
            "pip install 'fashion-model-zoo[track]' and go on with --resume"
        ) from error
    except Exception as error:  # wandb's, of accounts and networks, are many
        reason = one_line(error)
        raise ZooError(
            f"tracker {tracker!r} did not start ({reason}); go on with --resume and --track none, "
            "or with WANDB_MODE=offline"
        ) from error
    return run
