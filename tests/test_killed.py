"""Kills at the worst moments, and disks without hard links: the next command goes on."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PLUGINS, ROOT, TINY, draw_shape
from tests.updating.changed import Killed, opened
from zoo import files, redoing, run_files
from zoo.building import make_zoo, sole_writer
from zoo.catalog import load_catalog
from zoo.catalog.change import addition
from zoo.errors import ZooError
from zoo.evaluation.votes import VOTES
from zoo.files import recover
from zoo.indexing import Wish
from zoo.picture_tables import pictures_in
from zoo.pipeline import Means
from zoo.plugins import load_plugins
from zoo.progress import Progress, Silence
from zoo.search.annoy_index import build_index
from zoo.updating import rows_to_add, update

REGISTRY = load_plugins([PLUGINS])
TINY_A = REGISTRY.get("tiny_a")


def add_one(place: Path) -> None:
    """`zoo add` of a picture that is always the same."""
    folder = place.parent / "new"
    folder.mkdir(exist_ok=True)
    draw_shape("red", "disc", 900).save(folder / "fresh.png")
    zoo = opened(place)
    update(zoo, addition(zoo.catalog, rows_to_add(pictures_in(folder), folder)), Silence())


def killed_in(
    patch: pytest.MonkeyPatch, where: object, name: str, before: Callable[..., Any] | None = None
) -> None:
    """Have a function killed, after something of its work was done."""

    def die(*arguments: Any, **more: Any) -> None:
        if before is not None:
            before(*arguments, **more)
        raise Killed

    patch.setattr(where, name, die)


def half_copied(source: Path, target: Path, **more: Any) -> None:
    target.mkdir()
    for path in sorted(source.iterdir())[:3]:
        if path.name not in more["ignore"](source, [path.name]):
            os.link(path, target / path.name)


@pytest.mark.parametrize("moment", ["laying out", "before the move"])
def test_an_index_that_was_killed_is_no_unfinished_training(
    place: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    catalog = opened(place).catalog
    with monkeypatch.context() as patch:
        if moment == "laying out":
            killed_in(patch, redoing.shutil, "copytree", half_copied)
        else:
            killed_in(patch, run_files, "swap_in")
        with pytest.raises(Killed):
            redoing.index(TINY_A, catalog, place, Silence())
    redoing.refuse_unfinished(place, [TINY_A])
    redoing.index(TINY_A, catalog, place, Silence())
    assert run_files.REDO not in opened(place).run("tiny_a").facts
    assert list(place.glob(".tiny_a*")) == []


def test_an_update_killed_between_the_moves_of_a_run_goes_on(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = os.replace

    def second_move_of(name: str) -> Callable[[Path, Path], None]:
        def replace_or_die(source: Path, target: Path) -> None:
            if Path(source).name == f".{name}.partial":
                raise Killed
            moved(source, target)

        return replace_or_die

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "replace", second_move_of("tiny_a"))
        with pytest.raises(Killed):
            add_one(place)
    add_one(place)
    assert len(opened(place).catalog) == 241


def test_a_zoo_behind_a_link_is_recovered_where_it_is(place: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(place)
    place.rename(place.with_name(".zoo.old"))  # killed between the two moves
    with sole_writer(link):
        assert len(load_catalog(link)) == 240
    place.rename(place.with_name(".zoo.old"))
    recover(link)
    assert len(load_catalog(link)) == 240


def test_where_files_cannot_be_linked_they_are_copied(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    (place / VOTES).parent.mkdir(exist_ok=True)
    (place / VOTES).write_text("")
    monkeypatch.setattr(os, "link", refuse)
    redoing.index(TINY_A, opened(place).catalog, place, Silence())
    add_one(place)
    assert len(opened(place).catalog) == 241
    assert (place / VOTES).is_file()


def test_an_update_leaves_the_work_of_other_zoos(place: Path) -> None:
    others = [place.with_name(name) for name in (".zoo.2024.0123456789ab.updating", ".zoo.x")]
    own = place.with_name(".zoo.0123456789ab.updating")  # of another change, and killed
    for folder in (*others, own):
        folder.mkdir()
    add_one(place)
    assert all(folder.is_dir() for folder in others)
    assert not own.exists()


def test_another_index_does_not_cost_an_unfinished_training(place: Path) -> None:
    partial = run_files.partial_folder(place, "tiny_a")
    shutil.copytree(place / "tiny_a", partial)  # as one of other settings, all but published
    catalog, wish = opened(place).catalog, Wish("exact", known=REGISTRY.indexes)
    with pytest.raises(ZooError, match="unfinished training in .*: tiny_a"):
        make_zoo([TINY_A], catalog, TINY, place, Silence(), Means(wish=wish))
    assert (partial / "model.safetensors").is_file()
    shutil.rmtree(partial)
    make_zoo([TINY_A], catalog, TINY, place, Silence(), Means(wish=wish))
    assert opened(place).run("tiny_a").index_title == "exact search"


UNWRITTEN = """
import os, signal, sys
from pathlib import Path
from zoo.files import written_whole

with written_whole(Path(sys.argv[1])) as partial:
    partial.write_bytes(bytes(9))
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_kill_left_of_a_file_does_not_stay_in_the_run(place: Path) -> None:
    path = place / "tiny_a" / "checkpoint.safetensors"
    subprocess.run([sys.executable, "-c", UNWRITTEN, path], cwd=ROOT, check=False)
    (left,) = path.parent.glob(".*")
    assert left.stat().st_size == 9
    redoing.index(TINY_A, opened(place).catalog, place, Silence())
    assert list(path.parent.glob(".*")) == []


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = pytest.raises(ZooError, match=r"cannot write to .*file: .*; name another")
    with said, sole_writer(tmp_path / "file"):
        pass
    with suppress(RuntimeError), sole_writer(tmp_path / "zoo"):
        raise RuntimeError
    with sole_writer(tmp_path / "zoo"):  # it was let go
        pass


def test_a_device_that_is_gone_does_not_keep_a_zoo_from_growing(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("tiny_a", "tiny_b"):
        facts = run_files.read_facts(place / name)
        facts["settings"] |= {"device": "mps", "precision": "fp16"}
        files.write_json(place / name / run_files.RUN, facts)
    zoo = opened(place)
    folder = place.parent / "new"
    folder.mkdir()
    draw_shape("red", "disc", 900).save(folder / "fresh.png")
    update(zoo, addition(zoo.catalog, rows_to_add(pictures_in(folder), folder)), Progress())
    assert "no mps here, by cpu" in capsys.readouterr().err
    assert len(opened(place).catalog) == 241


def test_any_seed_grows_an_index(place: Path) -> None:
    settings = replace(TINY, seed=2**31 - 1)
    with pytest.raises(ZooError, match=r"seed 2147483648 is not within 0\.\.2147483647"):
        replace(settings, seed=2**31)
    embeddings = opened(place).run("tiny_a").embeddings
    facts = build_index(embeddings, place / "any.ann", settings.seed)
    assert facts.items == 240
