"""Training that is ordered from the page: known names and bounded numbers only."""

from __future__ import annotations

import json
import math
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import PLUGINS, TINY
from zoo.errors import ZooError
from zoo.files import write_json
from zoo.page.job import Job, stop_all
from zoo.page.models.order import NUMBERS, checked
from zoo.page.models.training import usual, work_html
from zoo.page.state import PageState
from zoo.plugins import load_plugins
from zoo.training.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ORDERED = (1, 2, 32, 8, 3)


def order(**changed: Any) -> Any:
    asked = {"task": "train", "backbone": "tiny_a", "weights": "random", "restart": False,
             "numbers": ORDERED, **changed}  # fmt: skip
    return checked(load_plugins([PLUGINS]), **asked)


def test_an_order_is_a_command_of_ours() -> None:
    command = order().command(Path("zoo"), [PLUGINS])
    assert command[:6] == [sys.executable, "-m", "zoo.cli", "train", "tiny_a", "--runs"]
    assert command[6:] == [
        "zoo", "--plugins", str(PLUGINS), "--weights", "random", "--resume",
        "--epochs-frozen", "1", "--epochs-unfrozen", "2", "--image-size", "32",
        "--batch-size", "8", "--patience", "3",
    ]  # fmt: skip
    own = order(numbers=(0, 1, 0, 0, 0), restart=True).command(Path("zoo"), [])
    assert own[7:] == [
        "--weights", "random", "--restart", "--epochs-frozen", "0", "--epochs-unfrozen", "1",
    ]  # fmt: skip
    embed = order(task="embed").command(Path("zoo"), [])
    assert embed[3:] == ["embed", "tiny_a", "--runs", "zoo", "--force"]


def test_what_runs_have_alike_is_ordered_too() -> None:
    alike = Settings(metric=0.5, hidden=(64, 32), networks="per-attribute", seed=3)
    command = order(alike=alike).command(Path("zoo"), [])
    assert command[-8:] == [
        "--seed", "3", "--hidden", "64,32", "--networks", "per-attribute", "--metric", "0.5",
    ]  # fmt: skip
    assert "--metric" not in order(task="index", alike=alike).command(Path("zoo"), [])


def test_numbers_matter_to_a_training_alone() -> None:
    assert order(task="index", numbers=(1, 1, 5000, 8, 3)).task == "index"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"task": "sample"}, "unknown task 'sample'"),
        ({"task": ["train"]}, "unknown task"),
        ({"backbone": "--help"}, "unknown backbone '--help'"),
        ({"backbone": ["tiny_a"]}, "no backbone is chosen"),
        ({"weights": "/etc/passwd"}, "unknown weights"),
        ({"numbers": (0, 0, 32, 8, 3)}, "no epoch to train"),
        ({"numbers": (1, 201, 32, 8, 3)}, "Epochs of the whole network '201'"),
        ({"numbers": (1, 1, 15, 8, 3)}, "Picture size 15 is not within 16..1024, or 0"),
        ({"numbers": (1, 1, 32.5, 8, 3)}, "'32.5' is not a whole number"),
        ({"numbers": (math.nan, 1, 32, 8, 3)}, "'nan' is not a whole number"),
        ({"numbers": (math.inf, 1, 32, 8, 3)}, "'inf' is not a whole number"),
        ({"numbers": ("1; rm", 1, 32, 8, 3)}, "'1; rm' is not a whole number"),
        ({"numbers": (None, 1, 32, 8, 3)}, "'None' is not a whole number"),
        ({"numbers": (True, 1, 32, 8, 3)}, "'True' is not a whole number"),
    ],
)
def test_nothing_else_is_ordered(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ZooError, match=message):
        order(**changed)


def test_the_form_begins_with_what_was_used_last(zoo_folder: Path, tmp_path: Path) -> None:
    assert usual(PageState(tmp_path, [], None)) == Settings()
    zoo = Path(shutil.copytree(zoo_folder, tmp_path / "zoo"))
    path = zoo / "tiny_a" / "run.json"
    facts = json.loads(path.read_text())
    trained = facts["trained"] | {"finished": "2999-01-01"}
    trained["settings"] = TINY.as_dict() | {"seed": 7}
    write_json(path, {**facts, "trained": trained})
    assert usual(PageState(zoo, [PLUGINS], None)) == replace(TINY, seed=7)
    assert set(NUMBERS) <= set(vars(Settings()))


def wait_for(job: Job, words: str) -> None:
    ends = time.monotonic() + 30
    while words not in "".join(job.said()) and time.monotonic() < ends:
        time.sleep(0.05)


def test_one_job_at_a_time_and_it_can_be_cancelled(tmp_path: Path) -> None:
    state = PageState(tmp_path, [], None, managed=True)
    sleeps = [sys.executable, "-c", "import time; print('<b>asleep', flush=True); time.sleep(60)"]
    state.begin(sleeps, "training of <x>")
    assert state.job is not None
    wait_for(state.job, "asleep")
    with pytest.raises(ZooError, match="one job at a time"):
        state.begin(sleeps, "another")
    shown = work_html(state.job)
    assert "Under way: training of &lt;x&gt;" in shown
    assert "&lt;b&gt;asleep" in shown
    state.job.stop()
    assert state.job.failure() is None
    assert "Cancelled" in work_html(state.job)
    state.begin([sys.executable, "-c", "print('error: no'); raise SystemExit(1)"], "another")
    state.job._process.wait(30)
    assert state.job.failure() == "error: no"
    assert "asleep" not in work_html(state.job)


def test_jobs_end_with_the_page(tmp_path: Path) -> None:
    one = Job([sys.executable, "-c", "import time; time.sleep(60)"], tmp_path)
    stop_all()
    assert not one.running()
    one.log.unlink()  # as when an update put another folder in its place
    assert one.said() == []


def test_a_page_that_only_shows_begins_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZooError, match="--manage"):
        PageState(tmp_path, [], None).begin([sys.executable], "training")


def test_training_from_the_page(
    browser: Browser, zoo_folder: Path, tmp_path: Path, plugins: Path
) -> None:
    from tests.page.conftest import open_tab, opened, serve

    folder = Path(shutil.copytree(zoo_folder, tmp_path / "zoo"))
    shutil.rmtree(folder / "tiny_b")
    process, address = serve(tmp_path, "--runs", str(folder), "--plugins", str(plugins), "--manage")
    try:
        page = opened(browser, address, 1440, 1000)
        page.set_default_timeout(120_000)
        open_tab(page, "Models")
        page.locator('[data-model="tiny_b"]').get_by_text("not trained yet").wait_for()
        page.locator("#train-backbone input").click()
        page.get_by_role("option", name="Tiny B").click()
        page.locator("#train-start").click()
        page.locator("#train-work").get_by_text("training of tiny_b").wait_for()
        page.reload()  # the job is the server's
        open_tab(page, "Models")
        page.locator("#train-work").get_by_text("Done: training of tiny_b").wait_for()
        page.locator('[data-model="tiny_b"]').get_by_text("trained", exact=True).wait_for()
        page.close()
    finally:
        process.terminate()
        process.wait(timeout=30)
    assert (folder / "tiny_b" / "run.json").is_file()
