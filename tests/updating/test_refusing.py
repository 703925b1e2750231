"""What is not updated: a damaged zoo, an unfinished one, one that was replaced meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import PLUGINS
from tests.updating.changed import opened
from zoo import redoing, run_files
from zoo.catalog.change import addition, removal
from zoo.compare import open_zoo
from zoo.errors import RunError, ZooError
from zoo.files import write_json
from zoo.picture_tables import pictures_in
from zoo.progress import Progress
from zoo.updating import rows_to_add, update


def test_a_zoo_that_was_opened_before_a_change_says_so(place: Path, new: Path) -> None:
    before, zoo = opened(place), opened(place)
    change = addition(zoo.catalog, rows_to_add(pictures_in(new), new))
    update(zoo, change, Progress())
    assert len(before.run("tiny_a").index_place.rows) == 240  # not those of the new zoo
    with pytest.raises(RunError, match="was replaced meanwhile; ask again"):
        _ = before.run("tiny_a").predictions


def test_damage_is_not_taken_over(place: Path, new: Path) -> None:
    model = place / "tiny_a" / "model.safetensors"
    bits = bytearray(model.read_bytes())
    bits[-1] ^= 1
    model.write_bytes(bits)
    zoo = opened(place)
    with pytest.raises(RunError, match=r"model\.safetensors is damaged"):
        update(zoo, addition(zoo.catalog, rows_to_add(pictures_in(new), new)), Progress())
    with pytest.raises(RunError, match=r"model\.safetensors is damaged"):
        redoing.index(zoo.run("tiny_a").backbone, zoo.catalog, place, Progress())


def test_an_update_leaves_no_run_behind(place: Path, new: Path) -> None:
    (place / "tiny_b" / "scores.json").unlink()
    zoo = open_zoo(place, [PLUGINS])
    change = addition(zoo.catalog, rows_to_add(pictures_in(new), new))
    with pytest.raises(RunError, match="would leave tiny_b behind"):
        update(zoo, change, Progress())
    with pytest.raises(RunError, match=r"tiny_b has no plugin.* would leave tiny_a, tiny_b behind"):
        update(open_zoo(place), change, Progress())


def test_an_unfinished_training_is_not_thrown_away(place: Path) -> None:
    zoo = opened(place)
    begun = run_files.partial_folder(place, "tiny_b")
    begun.mkdir()
    write_json(begun / "run.json", {"format": 2})
    (begun / "checkpoint.safetensors").touch()
    with pytest.raises(ZooError, match="unfinished training in .*: tiny_b"):
        update(zoo, removal(zoo.catalog, [str(zoo.catalog.table["item_id"].iat[0])]), Progress())
    assert begun.is_dir()
