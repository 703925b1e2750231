"""Zoos whose runs have another index than Annoy: the same answers, through all that a zoo does."""

from __future__ import annotations

import json
import shutil
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import PLUGINS, TINY, draw_shape
from tests.search.indexed import PLUGINS as INDEX_PLUGINS
from tests.typed import run, told
from zoo import redoing, run_files, runs
from zoo.building import make_zoo
from zoo.catalog import Catalog
from zoo.catalog.change import addition, removal
from zoo.compare import Zoo, open_zoo
from zoo.errors import RunError, ZooError
from zoo.indexing import DEFAULT, Wish
from zoo.outputs.documents import evaluate_report
from zoo.page.compare.ranks import _how
from zoo.picture_tables import pictures_in
from zoo.pipeline import Means
from zoo.plugins import load_plugins
from zoo.progress import Progress
from zoo.search.annoy_index import IndexFacts
from zoo.search.ask import Answer, Ask
from zoo.updating import rows_to_add, update

REGISTRY = load_plugins([PLUGINS, INDEX_PLUGINS])
SCANNING = ["lance", "small_lance"]


def opened(place: Path) -> Zoo:
    zoo = open_zoo(place, [PLUGINS, INDEX_PLUGINS])
    assert [p for p in zoo.problems if p.origin == "tiny_a"] == []
    return zoo


def reindex(place: Path, name: str, progress: Progress | None = None, **more: str) -> None:
    zoo = opened(place)
    wish = Wish(name, known=REGISTRY.indexes, **more)  # type: ignore[arg-type]
    backbone = REGISTRY.get("tiny_a")
    redoing.index(backbone, zoo.catalog, place, progress or Progress(), Means(wish=wish))


@pytest.fixture(scope="module")
def folders(zoo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A zoo for each index; tiny_a has it."""
    made = {}
    for name in sorted(REGISTRY.indexes):
        made[name] = tmp_path_factory.mktemp(name) / "zoo"
        shutil.copytree(zoo_folder, made[name])
        if name != DEFAULT:
            reindex(made[name], name)
    return made


@pytest.fixture(params=SCANNING)
def place(request: pytest.FixtureRequest, folders: dict[str, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(folders[request.param], tmp_path / "zoo"))


def answer(zoo: Zoo, row: int, ask: Ask) -> Answer:
    return zoo.recommend_items([row], ask, ["tiny_a"])["tiny_a"].answer


def essence(found: Answer) -> list[tuple[object, ...]]:
    return [
        (i.rank, i.row, round(i.similarity, 5), i.match, round(i.score, 5), sorted(i.alike))
        for i in found.items
    ]


ASKS = {
    "plain": Ask(top=7),
    "filtered": Ask(top=7, where={"colour": ["red", "blue"]}),
    "two filters": Ask(top=99, where={"colour": ["green"], "category": ["disc"]}),
    "same category": Ask(top=7, same_category=True),
    "contradiction": Ask(top=7, where={"category": ["disc"]}, same_category=True),
    "each picture": Ask(top=7, near_duplicates=True),
    "varied": Ask(top=7, diversity=0.4),
    "blended": Ask(top=7, alpha=0.3),
    "blended and filtered": Ask(top=7, alpha=0.3, where={"colour": ["red"]}),
    "more than there are": Ask(top=500),
}


@pytest.mark.parametrize("kind", ASKS)
@pytest.mark.parametrize("name", sorted(REGISTRY.indexes))
def test_whatever_is_asked_the_exact_answer_is_the_same(
    folders: dict[str, Path], name: str, kind: str
) -> None:
    zoo, reference = opened(folders[name]), opened(folders["exact"])
    exact = Ask(**{**vars(ASKS[kind]), "exact": True})
    for row in (0, 100, 200):
        truth = answer(reference, row, exact)
        found = answer(zoo, row, exact)
        assert essence(found) == essence(truth)
        assert not found.approximate
        usual = answer(zoo, row, ASKS[kind])
        assert len(usual.items) == len(truth.items)
        if not usual.approximate:
            assert essence(usual) == essence(truth)
        else:
            same = {i.row for i in usual.items} & {i.row for i in truth.items}
            assert len(same) >= 0.8 * len(truth.items)


def test_an_index_that_probes_says_so_and_one_that_scans_does_not(
    folders: dict[str, Path],
) -> None:
    scanning, probing = opened(folders["lance"]), opened(folders["small_lance"])
    assert not answer(scanning, 3, Ask()).approximate
    facts = probing.run("tiny_a").facts["indexed"]
    found = answer(probing, 3, Ask())
    assert found.approximate == bool(facts["kind"])
    result = probing.recommend_items([3], Ask(), ["tiny_a"])["tiny_a"]
    assert ("approximate search (LanceDB over few)" in _how(result)) == found.approximate
    index = evaluate_report(scanning)["backbones"]["tiny_a"]["index"]
    assert (index["name"], index["title"], index["recall@10"]) == ("lance", "LanceDB", 1.0)
    assert index["bytes"] > 0


def test_an_exact_copy_is_first_with_every_index(folders: dict[str, Path], shapes: Path) -> None:
    data = (shapes.parent / "images" / "red-disc-004.png").read_bytes()
    for folder in folders.values():
        zoo = opened(folder)
        items = zoo.recommend({"q": data}, Ask(top=3), ["tiny_a"])["tiny_a"].answer.items
        assert items[0].exact_copy
        assert zoo.catalog.table["item_id"].iat[items[0].row].endswith("red-disc-004.png")


def test_items_come_and_go_without_a_new_index(place: Path, tmp_path: Path) -> None:
    new = tmp_path / "new"
    new.mkdir()
    draw_shape("red", "disc", 900).save(new / "fresh.png")
    zoo = opened(place)
    before = zoo.run("tiny_a").facts["indexed"]
    goes = str(zoo.catalog.table["item_id"].iat[0])
    update(zoo, addition(zoo.catalog, rows_to_add(pictures_in(new), new)), Progress())
    update(zoo := opened(place), removal(zoo.catalog, [goes]), Progress())
    zoo = opened(place)
    run = zoo.run("tiny_a")
    assert (run.facts["indexed"]["items"], run.facts["indexed"]["rows"]) == (241, 240)
    assert run.facts["indexed"]["mark"] == before["mark"]  # the same table
    assert len(run.index_place.beside) == 0
    assert runs.verify(run) == []
    fresh = zoo.catalog.row_of("fresh")
    query = {"q": (new / "fresh.png").read_bytes()}
    assert zoo.recommend(query, Ask(), ["tiny_a"])["tiny_a"].answer.items[0].row == fresh
    # It is filtered by what is predicted of it, as the page shows.
    predicted = run.recommender.labels.classes[fresh, 1]
    colour = zoo.catalog.single("colour").classes[predicted]
    found = zoo.recommend(query, Ask(top=1, where={"colour": [colour]}), ["tiny_a"])["tiny_a"]
    assert [item.row for item in found.answer.items] == [fresh]
    everything = answer(zoo, 3, Ask(top=500, exact=True, near_duplicates=True))
    assert sorted(i.row for i in everything.items) == [n for n in range(240) if n != 3]
    backbones = [r.backbone for r in zoo.runs.values()]
    wish = Wish(known=REGISTRY.indexes)
    redoing.compact(backbones, zoo.catalog, place, Progress(), Means(wish=wish))
    after = opened(place).run("tiny_a")
    assert after.facts["indexed"]["mark"] != before["mark"]
    assert after.facts["indexed"]["items"] == 240
    assert not (after.folder / run_files.INDEX_ROWS).exists()


def test_a_new_label_is_what_the_filter_goes_by(place: Path) -> None:
    zoo = opened(place)
    table = zoo.catalog.table.copy()
    was = table.loc[5, "colour"]
    table.loc[5, "colour"] = next(c for c in ("red", "green", "blue") if c != was)
    relabelled = replace(zoo.catalog, table=table)
    change = addition(zoo.catalog, table.iloc[:0])
    update(zoo, type(change)(relabelled, np.arange(240)), Progress())
    zoo = opened(place)
    found = answer(zoo, 6, Ask(top=500, where={"colour": [was]}, near_duplicates=True))
    assert 5 not in [item.row for item in found.items]
    now = str(table.loc[5, "colour"])
    found = answer(zoo, 6, Ask(top=500, where={"colour": [now]}, near_duplicates=True))
    assert 5 in [item.row for item in found.items]


class KilledAt(Progress):
    """Dies when that is said."""

    def __init__(self, moment: str) -> None:
        super().__init__()
        self._moment = moment

    def say(self, message: str) -> None:
        if self._moment in message:
            raise KeyboardInterrupt
        super().say(message)


@pytest.mark.parametrize("moment", ["tiny_a: evaluation", "LanceDB: IVF"])
def test_a_killed_building_leaves_a_run_that_answers(
    zoo_folder: Path, tmp_path: Path, moment: str
) -> None:
    place = Path(shutil.copytree(zoo_folder, tmp_path / "zoo"))
    truth = essence(answer(opened(place), 3, Ask(exact=True)))
    with pytest.raises(KeyboardInterrupt):
        reindex(place, "small_lance", KilledAt(moment))
    assert essence(answer(opened(place), 3, Ask())) == truth
    assert runs.verify(opened(place).run("tiny_a")) == []
    reindex(place, "small_lance")
    assert opened(place).run("tiny_a").facts["indexed"]["index"] == "small_lance"


def test_what_a_killed_improvement_left_is_undone(folders: dict[str, Path], tmp_path: Path) -> None:
    place = Path(shutil.copytree(folders["lance"], tmp_path / "zoo"))
    run = opened(place).run("tiny_a")
    index = REGISTRY.indexes["small_lance"]
    said: list[str] = []
    asked = type("Quiet", (), {"uri": None, "recall": 0.99, "seed": 0, "say": said.append})()
    index.improve(run.items, run.folder, run.facts["indexed"], asked)
    assert "IVF" in said[0]
    zoo = opened(place)  # run.json knows nothing of it
    assert runs.verify(zoo.run("tiny_a")) == []
    assert not answer(zoo, 3, Ask()).approximate
    update(zoo, removal(zoo.catalog, [str(zoo.catalog.table["item_id"].iat[0])]), Progress())
    assert opened(place).run("tiny_a").facts["indexed"]["rows"] == 239


def test_a_damaged_table_names_the_command(place: Path) -> None:
    (data,) = (place / "tiny_a" / "index.lance" / "data").glob("*.lance")
    content = data.read_bytes()
    data.write_bytes(content[:-9] + b"123456789")
    with pytest.raises(RunError, match=r"index\.lance/data/.* is damaged.*zoo index tiny_a --runs"):
        _ = opened(place).run("tiny_a").recommender
    data.write_bytes(content[:-9])
    (problem,) = open_zoo(place, [PLUGINS]).problems
    assert "is truncated" in problem.error
    assert "zoo index tiny_a --runs" in problem.error


def test_an_index_whose_plugin_is_gone_is_named(folders: dict[str, Path]) -> None:
    run = open_zoo(folders["small_lance"], [PLUGINS]).run("tiny_a")
    with pytest.raises(RunError, match="unknown index 'small_lance'; available: annoy, exact, la"):
        _ = run.recommender
    assert run.index_title == "small_lance"


def test_runs_of_annoy_are_as_they_were(zoo_folder: Path) -> None:
    facts = json.loads((zoo_folder / "tiny_a" / "run.json").read_text())
    assert not {"index", "index_uri", "recall"} & set(facts)
    assert facts["indexed"].keys() == {field.name for field in fields(IndexFacts)}
    parts = ["model.safetensors", "embeddings.npy", "predictions.npz", "scores.json", "index.ann"]
    assert list(facts["files"]) == parts


def test_the_command_chooses_and_remembers(zoo_folder: Path, tmp_path: Path) -> None:
    place = Path(shutil.copytree(zoo_folder, tmp_path / "zoo"))
    index = ("index", "tiny_a", "--runs", place, "--plugins", PLUGINS)
    uri = tmp_path / "elsewhere"
    assert run(*index, "--index", "lance", "--index-uri", uri).returncode == 0
    assert (tmp_path / "elsewhere" / "tiny_a" / "index.lance").is_dir()
    assert not list((place / "tiny_a").glob("index.*"))
    assert run(*index).returncode == 0
    facts = run_files.read_facts(place / "tiny_a")
    assert (facts["index"], facts["indexed"]["uri"]) == ("lance", f"{uri}/tiny_a")
    assert runs.verify(opened(place).run("tiny_a")) == []
    shutil.rmtree(uri)
    (problem,) = runs.verify(opened(place).run("tiny_a"))
    assert "is missing; repair it with: zoo index tiny_a" in problem
    assert run(*index, "--index", "exact").returncode == 0
    assert "index_uri" not in run_files.read_facts(place / "tiny_a")
    said = told(*index, "--index", "nope")
    assert "unknown index 'nope'; available: annoy, exact, lance" in said
    said = told(*index, "--index-uri", "s3://b/x")
    assert "leave out --index-uri, or name another index: lance" in said


def test_training_takes_an_index(catalog: Catalog, zoo_folder: Path, tmp_path: Path) -> None:
    tiny = REGISTRY.select(["tiny_a"])
    wish = Wish("lance", known=REGISTRY.indexes)
    place = tmp_path / "zoo"
    shutil.copytree(zoo_folder, place)
    # Trained already: only indexed again.
    make_zoo(tiny, catalog, TINY, place, Progress(), Means(wish=wish))
    assert run_files.read_facts(place / "tiny_a")["indexed"]["index"] == "lance"
    with pytest.raises(ZooError, match="unknown index"):
        make_zoo(tiny, catalog, TINY, place, Progress(), Means(wish=replace(wish, name="nope")))


def test_fingerprints_still_guard(place: Path) -> None:
    facts = json.loads((place / "tiny_a" / "run.json").read_text())
    facts["indexed"]["rows"] += 1
    (place / "tiny_a" / "run.json").write_text(json.dumps(facts))
    with pytest.raises(RunError, match="is not the table of this run.*zoo index tiny_a"):
        _ = opened(place).run("tiny_a").recommender
