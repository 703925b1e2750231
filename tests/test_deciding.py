"""What a zoo's numbers decide, and what is said of them."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import PLUGINS
from zoo import deciding
from zoo.compare import Zoo, open_zoo
from zoo.deciding import MATCH, per_query
from zoo.evaluation.per_query import FOLDER, PIXELS, keep, kept
from zoo.outputs import leaderboard
from zoo.outputs.documents import full_report
from zoo.outputs.leaderboard import evaluate_text
from zoo.outputs.verdict import headline, pair_text, reasons
from zoo.page.leaderboard.verdict import verdict_html
from zoo.page.titles import titles
from zoo.pipeline import pixels_scores

TITLES = {"a": "Net A", "b": "Net B"}


@pytest.fixture
def old(zoo_folder: Path, tmp_path: Path) -> Zoo:
    """A zoo of before, in which nothing was kept query by query."""
    folder = Path(shutil.copytree(zoo_folder, tmp_path / "old"))
    shutil.rmtree(folder / FOLDER)
    return open_zoo(folder, [PLUGINS])


def test_training_keeps_what_an_old_zoo_measures_again(zoo: Zoo, old: Zoo) -> None:
    names = [*zoo.runs, PIXELS]
    measured, again = per_query(zoo, names), per_query(old, names)
    for name in names:
        assert (zoo.folder / FOLDER / f"{name}.npz").is_file()
        before, after = measured[name].values(MATCH), again[name].values(MATCH)
        np.testing.assert_allclose(after, before, atol=1e-6)
    for name, run in zoo.runs.items():
        mean = np.nanmean(measured[name].values(MATCH))
        assert mean == pytest.approx(run.scores["retrieval"][MATCH])


def test_an_old_zoo_is_measured_once(old: Zoo, monkeypatch: pytest.MonkeyPatch) -> None:
    before = full_report(old)["decision"]

    def again(*_: object) -> None:
        raise AssertionError("measured twice")

    monkeypatch.setattr(deciding, "evaluate_retrieval", again)
    assert full_report(old)["decision"] == before


def test_the_report_compares_every_two(zoo: Zoo) -> None:
    report = full_report(zoo)
    decision = report["decision"]
    assert sorted(decision["order"]) == ["tiny_a", "tiny_b"]
    by_metric = {pair["metric"]: pair for pair in decision["pairs"]}
    assert set(by_metric) == {"attribute_match@5", "map@10"}
    scores = [report["backbones"][name]["retrieval"][MATCH] for name in decision["order"]]
    assert by_metric[MATCH]["difference"] == pytest.approx(scores[0] - scores[1], abs=1e-6)
    assert [pair["second"] for pair in decision["against_pixels"]] == ["pixels", "pixels"]
    text = evaluate_text(report)
    assert headline(report, {n: n for n in zoo.runs}) in text
    index = report["backbones"]["tiny_a"]["index"]
    assert f"tiny_a  Annoy  {index['recall@10']:.3f}      {index['query_ms']:.2f} ms" in text


def test_a_backbone_called_as_a_baseline_is_told_apart_from_it(old: Zoo) -> None:
    old.runs = {"pixels": old.runs["tiny_a"], "tiny_b": old.runs["tiny_b"]}
    report = full_report(old)
    own, baseline = (report[of]["pixels"] for of in ("backbones", "baselines"))
    text = evaluate_text(report)
    for row, scores in (("pixels", own), ("pixels (baseline)", baseline)):
        (line,) = re.findall(rf"^{re.escape(row)}  +(0\.\d+) \[", text, re.M)
        assert float(line) == pytest.approx(scores["retrieval"][MATCH], abs=1e-3)
    told = verdict_html(report, titles(old))
    assert "Tiny A and the pixels baseline" in told
    assert "Tiny A and Tiny B" in told or "Tiny B and Tiny A" in told


def test_titles_that_several_have_say_the_name_too(zoo: Zoo) -> None:
    assert titles(zoo) == {"tiny_a": "Tiny A", "tiny_b": "Tiny B"}
    zoo.runs = {"one": zoo.runs["tiny_a"], "two": zoo.runs["tiny_a"], "tiny_b": zoo.runs["tiny_b"]}
    assert titles(zoo) == {"one": "Tiny A (one)", "tiny_b": "Tiny B", "two": "Tiny A (two)"}


def pair(difference: float, half: float) -> dict[str, Any]:
    low, high = difference - half, difference + half
    return {
        "first": "a", "second": "b", "metric": MATCH, "difference": difference, "low": low,
        "high": high, "queries": 100, "apart": low > 0 or high < 0,
    }  # fmt: skip


def report(compared: dict[str, Any], speeds: tuple[float, float], above: list[str]) -> Any:
    """Two backbones, the first the better one."""
    alike = {"metric": 0.0, "hidden": [512]}
    shared = {"epochs": 3, "image_size": 96, "weights": "pretrained", "settings": alike}
    backbones = {
        name: {"retrieval": {MATCH: match}, "images_per_s": speed, **shared}
        for name, match, speed in (("a", 0.8, speeds[0]), ("b", 0.7, speeds[1]))
    }
    fastest = max(above, key=lambda n: backbones[n]["images_per_s"], default=None)
    return {
        "backbones": backbones,
        "baselines": {
            "random": {"retrieval": {MATCH: 0.3}}, "pixels": {"retrieval": {MATCH: 0.5}},
        },
        "decision": {
            "metric": MATCH, "order": ["a", "b"], "above_pixels": above, "fastest": fastest,
            "level_with_best": [] if compared["apart"] else ["b"], "pairs": [compared],
        },
    }  # fmt: skip


def test_a_clear_best_is_named() -> None:
    clear = report(pair(0.1, 0.02), (10, 40), ["a", "b"])
    assert headline(clear, TITLES).startswith("Net A is the best")
    said = " ".join(reasons(clear, TITLES))
    assert "80% are also those" in said
    assert "Net B is the fastest above the pixels baseline: 40 pictures a second, Net A 10" in said
    assert "it loses .100 of attribute_match@5" in said
    assert "cannot be told apart" not in said


def test_intervals_that_overlap_are_told_where_the_queries_do_not_decide() -> None:
    found = report(pair(0.1, 0.02), (10, 40), ["a"])
    for scores in (*found["backbones"].values(), found["baselines"]["pixels"]):
        match = scores["retrieval"][MATCH]
        scores["retrieval"]["intervals"] = {MATCH: (match - 0.2, match + 0.2)}
    (note,) = leaderboard._against_pixels(found)
    assert note == "b is above the pixels baseline, but their intervals overlap"


def test_what_cannot_be_told_apart_is_said_to_be_so() -> None:
    level = report(pair(0.004, 0.007), (10, 40), ["a", "b"])
    assert "Net B cannot be told apart" in headline(level, TITLES)
    said = reasons(level, TITLES)
    assert (
        "Net A and Net B cannot be told apart by attribute_match@5: difference .004, 95 % interval "
        "-.003 to .011"
    ) in said
    assert any("no loss can be told" in reason for reason in said)


def test_what_rounds_to_nothing_has_no_sign() -> None:
    said = pair_text(pair(-0.0002, 0.0003), TITLES)
    assert said.endswith("difference 0, 95 % interval -.001 to 0")


def test_nothing_above_thumbnails_is_no_choice() -> None:
    nothing = report(pair(0.1, 0.02), (10, 40), [])
    nothing["decision"]["against_pixels"] = [{"queries": 299}]
    assert "train for longer, or measure on more pictures" in headline(nothing, TITLES)
    nothing["decision"]["against_pixels"] = [{"queries": 300}]
    assert "No backbone is clearly better" in headline(nothing, TITLES)
    assert headline(nothing, TITLES).endswith("thumbnails: train for longer.")
    assert not any("fastest" in reason for reason in reasons(nothing, TITLES))


def test_a_best_that_is_not_clearly_above_thumbnails_is_told_apart() -> None:
    one = report(pair(0.1, 0.02), (10, 40), ["b"])
    assert "Net A scores highest" in headline(one, TITLES)
    assert "only Net B can be told to be better" in headline(one, TITLES)


def test_one_backbone_is_not_the_fastest_of_all() -> None:
    alone = report(pair(0.1, 0.02), (10, 40), ["a"])
    alone["decision"] |= {"order": ["a"], "level_with_best": [], "pairs": []}
    del alone["backbones"]["b"]
    assert not any("fastest" in reason for reason in reasons(alone, TITLES))


def test_unlike_trainings_are_told() -> None:
    unlike = report(pair(0.1, 0.02), (40, 10), ["a", "b"])
    unlike["backbones"]["b"]["epochs"] = 9
    unlike["backbones"]["b"]["settings"] = {"metric": 1.0, "hidden": [512]}
    said = " ".join(reasons(unlike, TITLES))
    assert "Net A is also the fastest" in said
    assert "Not trained alike" in said
    assert "Net A 3 epochs, Net B 9 epochs; metric: Net A 0.0, Net B 1.0" in said
    assert "hidden" not in said


def test_a_beginning_with_random_weights_is_told() -> None:
    begun = report(pair(0.1, 0.02), (40, 10), ["a", "b"])
    assert "random weights" not in " ".join(reasons(begun, TITLES))
    for scores in begun["backbones"].values():
        scores["weights"] = "random"
    assert "All began with random weights" in " ".join(reasons(begun, TITLES))


def test_a_pair_names_the_better_one() -> None:
    assert pair_text(pair(-0.1, 0.02), TITLES).startswith("Net B is better than Net A")


def test_what_was_measured_on_several_catalogues_is_measured_on_one(zoo: Zoo, old: Zoo) -> None:
    """As when a page measured a zoo while `zoo add` put another in its place."""
    names = [*zoo.runs, PIXELS]
    before = per_query(zoo, names)
    scores = str(old.runs["tiny_a"].facts["files"]["scores.json"]["sha256"])
    wrong = np.zeros_like(before["tiny_a"].values(MATCH))
    measured = replace(before["tiny_a"], metrics={MATCH: wrong}, catalog="another")
    keep(old.folder, "tiny_a", scores, measured)
    found = per_query(old, names)
    assert {one.catalog for one in found.values()} == {old.catalog.fingerprint()}
    right = before["tiny_a"].values(MATCH)
    np.testing.assert_allclose(found["tiny_a"].values(MATCH), right, atol=1e-6)
    again = kept(old.folder, "tiny_a", scores)
    assert again is not None
    assert again.catalog == old.catalog.fingerprint()


def test_scores_that_stand_for_a_changed_catalogue_stay(old: Zoo) -> None:
    """After a small `zoo add` all are of the catalogue before, and of one."""
    for name in [*old.runs, PIXELS]:
        measured = per_query(old, [name])[name]
        run = old.runs.get(name)
        scores = run.facts["files"]["scores.json"]["sha256"] if run else None
        keep(old.folder, name, str(scores or pixels_scores(old.baselines)), measured.on("before"))
    again = open_zoo(old.folder, [PLUGINS])
    found = per_query(again, [*again.runs, PIXELS])
    assert {one.catalog for one in found.values()} == {"before"}
