"""A changed zoo looked at, and an update that is killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import PLUGINS
from zoo import run_files
from zoo.catalog.change import Change
from zoo.compare import Zoo, open_zoo
from zoo.features.encoder import Encoder
from zoo.progress import Progress
from zoo.search.ask import Ask
from zoo.updating import update


def opened(place: Path) -> Zoo:
    zoo = open_zoo(place, [PLUGINS])
    assert zoo.problems == ()
    return zoo


def first(zoo: Zoo, picture: Path) -> str:
    (result,) = zoo.recommend({"q": picture.read_bytes()}, Ask(top=1), ["tiny_a"]).values()
    return str(zoo.catalog.table["item_id"].iat[result.answer.items[0].row])


class Counted:
    """Counts the pictures that are embedded."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pictures = 0
        whole = Encoder.stream

        def stream(encoder: Encoder, batches):  # type: ignore[no-untyped-def]
            for features in whole(encoder, batches):
                self.pictures += len(features)
                yield features

        monkeypatch.setattr(Encoder, "stream", stream)


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


def kill_an_update(place: Path, change: Change, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the work of an update that was killed at its second backbone."""
    whole = run_files.publish

    def killed(folder: Path, name: str) -> Path:
        if name == "tiny_b":
            raise Killed
        return whole(folder, name)

    zoo = opened(place)
    with monkeypatch.context() as patch:
        patch.setattr(run_files, "publish", killed)
        with pytest.raises(Killed):
            update(zoo, change, Progress())
