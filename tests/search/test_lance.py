"""The table of LanceDB: written by many, changed by one, in a folder or in a bucket."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from urllib.request import Request, urlopen

import numpy as np
import pytest

from tests.search.indexed import Made, items_of, unit_rows
from tests.storage import skewed_store
from zoo.errors import RunError, ZooError
from zoo.indexes import GONE, IndexSettings, Place
from zoo.search import lance_fragments as fragments
from zoo.search.lance_index import FILE, Lance
from zoo.search.lance_rows import EmbeddingRows, Rows, schema_of

ROWS = unit_rows(400)


def quiet(uri: str | None = None) -> IndexSettings:
    return IndexSettings(uri=uri, say=lambda message: None)


def rows_of(vectors: np.ndarray | EmbeddingRows, first: int, count: int) -> Rows:
    return Rows(first, [f"item-{first + n}" for n in range(count)], vectors)


def test_several_processes_write_the_rows_and_one_commits(tmp_path: Path) -> None:
    uri = str(tmp_path / FILE)
    path = tmp_path / "embeddings.npy"
    np.save(path, ROWS)
    parts = [
        rows_of(EmbeddingRows(path, start, start + 100), start, 100) for start in (0, 100, 200, 300)
    ]
    schema = schema_of(16, [], "a mark", "shapes")
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        written = fragments.write_fragments(uri, parts, schema, pool=pool)
    assert fragments.latest(uri) == 0  # written, and no part of any table yet
    assert fragments.commit(uri, written, 0, schema) == 1
    table = fragments.opened(uri).to_table(columns=["id", "item_id", "vector"]).sort_by("id")
    assert table["id"].to_pylist() == list(range(400))
    assert table["item_id"][399].as_py() == "item-399"
    found = table["vector"].combine_chunks().flatten().to_numpy().reshape(400, 16)
    np.testing.assert_array_equal(found, ROWS)


def test_a_writer_that_died_leaves_the_table_as_it_was(tmp_path: Path) -> None:
    made = Made.of(Lance(), tmp_path, ROWS)
    code = (
        "import os, sys, numpy as np\n"
        "from zoo.search.lance_fragments import write_fragment\n"
        "from zoo.search.lance_rows import Rows, schema_of\n"
        "rows = Rows(400, ['x'], np.ones((1, 16), np.float32))\n"
        "write_fragment(sys.argv[1], rows, schema_of(16, [], '', ''))\n"
        "os.kill(os.getpid(), 9)\n"
    )
    died = subprocess.run([sys.executable, "-c", code, str(tmp_path / FILE)], timeout=60)
    assert died.returncode == -9
    assert len(list((tmp_path / FILE / "data").iterdir())) == 2  # one of them nobody's
    assert made.open().neighbours(ROWS[0], 400).rows.max() == 399
    again = Made.of(made.index, tmp_path, ROWS)  # begins anew
    assert again.open().neighbours(ROWS[5], 1).rows.tolist() == [5]


def test_an_index_killed_before_it_was_kept_is_built_again(tmp_path: Path) -> None:
    scanned = Made.of(Lance(), tmp_path, ROWS)
    index = Lance(ann_from=100)
    for _ in range(2):  # the facts of the first are lost with whoever built it
        facts = index.improve(scanned.items, tmp_path, scanned.facts, quiet())
    still = scanned.open().neighbours(ROWS[1], 10)
    assert not still.approximate
    if facts is not None:  # where it was quicker than scanning
        better = Made(index, tmp_path, scanned.items, facts, scanned.place).open()
        assert better.neighbours(ROWS[1], 1).rows.tolist() == [1]
    items = items_of(ROWS[10:], tmp_path, first=10)
    place = scanned.place.after(np.arange(10, 400))
    changed = index.change(items, place, np.arange(10), tmp_path, scanned.facts)
    assert (changed["rows"], changed["items"]) == (390, 400)
    found = index.open(tmp_path, changed, "", place).neighbours(ROWS[0], 390)
    assert (len(found.rows), found.approximate) == (390, False)


def test_of_two_writers_the_second_is_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    made = Made.of(Lance(), tmp_path, ROWS)
    uri, begun = str(tmp_path / FILE), made.facts["version"]
    schema = fragments.opened(uri).schema
    late = fragments.write_fragment(uri, _one_more(made, 400), schema, appended=True)
    items = items_of(np.concatenate([ROWS, ROWS[:1]]), tmp_path)
    place = Place.of(np.arange(400), 401)
    facts = made.index.change(items, place, np.empty(0, dtype=np.int64), tmp_path, made.facts)
    with pytest.raises(ZooError, match="another job is writing to .*run the command again"):
        fragments.commit(uri, [late], begun)
    with pytest.raises(ZooError, match="another job is writing"):
        fragments.delete(uri, np.array([3]), begun)
    opened = made.index.open(tmp_path, facts, "", place.joined())
    assert sorted(opened.neighbours(ROWS[0], 2).rows.tolist()) == [0, 400]


def test_a_table_that_is_gone_takes_no_changes(tmp_path: Path) -> None:
    made = Made.of(Lance(), tmp_path, ROWS)
    shutil.rmtree(tmp_path / FILE)
    with pytest.raises(RunError, match="it is missing; build it again with zoo index"):
        made.index.change(made.items, made.place, np.array([1]), tmp_path, made.facts)


def _one_more(made: Made, first: int) -> Rows:
    columns = {
        made.facts["columns"][name]: type(column)(column.codes[:1], column.classes)
        for name, column in made.items.columns.items()
    }
    return Rows(first, ["late"], ROWS[:1], columns)


def test_a_place_of_another_catalogue_is_not_written_over(tmp_path: Path) -> None:
    place = str(tmp_path / "place")
    made = Made.of(Lance(), tmp_path, ROWS, quiet(place))
    assert not (tmp_path / FILE).exists()
    other = type(made.items)(made.items.embeddings, made.items.ids, made.items.columns, "others")
    with pytest.raises(ZooError, match="holds the index of catalogue 'shapes', not 'others'"):
        Lance().build(other, tmp_path, quiet(place))
    again = Lance().build(made.items, tmp_path, quiet(place))
    assert again["version"] == made.facts["version"] + 1
    assert made.open().neighbours(ROWS[2], 1).rows.tolist() == [2]  # its version is still there


def test_without_the_package_it_says_how_to_install_it(tmp_path: Path) -> None:
    code = (
        "import sys, numpy as np\nsys.modules[{!r}] = None\n".format("lance")
        + "from pathlib import Path\n"
        "from zoo.errors import ZooError\n"
        "from zoo.plugins import load_plugins\n"
        "from zoo.indexes import IndexSettings, Items\n"
        "lance = load_plugins().indexes['lance']\n"
        "assert not {'lancedb', 'lance.fragment', 'pyarrow.lance'} & set(sys.modules)\n"
        "items = Items(np.eye(4, dtype=np.float32), np.arange(4).astype(str), {})\n"
        "try:\n"
        "    lance.build(items, Path(sys.argv[1]), IndexSettings())\n"
        "except ZooError as error:\n"
        "    print(error)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=60
    )
    assert said.stdout.strip() == (
        "index 'lance' needs lance, which is not installed; pip install 'fashion-model-zoo[lance]'"
    ), said.stderr


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """An S3 server on loopback with the bucket `zoo`."""
    server_module = pytest.importorskip("moto.server")
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    urlopen(Request(f"http://{host}:{port}/zoo", method="PUT"), timeout=10).close()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3: str, monkeypatch: pytest.MonkeyPatch) -> str:
    keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    for name, value in {**keys, "AWS_ENDPOINT_URL": s3, "AWS_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    return "s3://zoo/indexes"


def test_a_bucket_holds_the_table_and_takes_changes(bucket: str, tmp_path: Path) -> None:
    asked = quiet(f"{bucket}/tiny")
    made = Made.of(Lance(), tmp_path, ROWS, asked)
    assert not list(tmp_path.glob("index.*"))
    assert made.open().neighbours(ROWS[9], 1).rows.tolist() == [9]
    rows = np.concatenate([ROWS[5:], -ROWS[:1]])
    place = made.place.after(np.concatenate([np.arange(5, 400), [GONE]]))
    items = items_of(rows, tmp_path, first=5)
    facts = made.index.change(items, place, np.arange(5), tmp_path, made.facts)
    after = made.index.open(tmp_path, facts, "", place.joined())
    assert after.neighbours(-ROWS[0], 1).rows.tolist() == [395]
    assert len(after.neighbours(ROWS[0], 500).rows) == 396
    assert made.open().neighbours(ROWS[0], 1).rows.tolist() == [0]  # as a page that is open


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "the store cannot be reached"),
        ({"uri": "s3://not-there/x"}, "there is no such bucket"),
        ({"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}, "no credentials; set AWS_"),
    ],
)
def test_a_bucket_out_of_reach_is_told_in_a_line(
    bucket: str,
    change: dict[str, str | None],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    uri = change.pop("uri", None) or bucket
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name, value in change.items():
        monkeypatch.delenv(name) if value is None else monkeypatch.setenv(name, value)
    with pytest.raises(RunError, match=said) as told:
        Lance().build(items_of(ROWS[:20], tmp_path), tmp_path, quiet(f"{uri}/new"))
    assert "\n" not in str(told.value)


def test_clocks_apart_are_told_in_a_line(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with skewed_store() as store:
        monkeypatch.setenv("AWS_ENDPOINT_URL", store)
        with pytest.raises(RunError, match="clock is not that of the store; set it"):
            Lance().build(items_of(ROWS[:20], tmp_path), tmp_path, quiet(f"{bucket}/new"))
