"""Blind duels over the tiny zoo, and the report of votes on them."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import PLUGINS, draw_shape
from tests.typed import as_json, run
from zoo.catalog.change import removal
from zoo.compare import Zoo, open_zoo
from zoo.errors import ZooError
from zoo.evaluation.votes import Choice, Duel, Side, append_vote, read_votes, vote_now
from zoo.judging import index_of, item_duel, pair_of, pairs_to_judge, query_rows, upload_duel
from zoo.outputs.votes import left_out, side_matches, votes_report, votes_text
from zoo.progress import Progress
from zoo.updating import update


@pytest.fixture
def judged(place: Path) -> Zoo:
    return open_zoo(place, [PLUGINS])


def first_of(zoo: Zoo, colour: str, form: str, count: int = 3) -> tuple[str, ...]:
    table = zoo.catalog.table
    found = table["item_id"][(table["colour"] == colour) & (table["category"] == form)]
    return tuple(found.astype(str)[:count])


def duel(zoo: Zoo, left: str = "tiny_a", right: str = "tiny_b") -> Duel:
    """A red disc asked for; the left answers with red discs, the right with blue ones."""
    return Duel(
        {"item": first_of(zoo, "red", "disc", 4)[3]},
        Side(left, index_of(zoo, left), first_of(zoo, "red", "disc")),
        Side(right, index_of(zoo, right), first_of(zoo, "blue", "disc")),
    )


def cast(zoo: Zoo, voted: Duel, *choices: Choice) -> None:
    for choice in choices:
        append_vote(zoo.folder, vote_now(voted, choice))


def test_a_duel_is_what_both_backbones_answer(zoo: Zoo) -> None:
    chance, sides = random.Random(0), set()
    for _ in range(12):
        drawn = item_duel(zoo, query_rows(zoo, "test"), [], chance)
        assert drawn is not None
        row = zoo.catalog.row_of(drawn.query["item"])
        assert zoo.catalog.table["split"].iat[row] == "test"
        assert len(drawn.left.items) == len(drawn.right.items) == 6
        assert drawn.left.items != drawn.right.items
        assert drawn.query["item"] not in drawn.left.items
        assert pair_of(drawn) == {"tiny_a", "tiny_b"}
        sides.add(drawn.left.backbone)
    assert sides == {"tiny_a", "tiny_b"}
    everything = query_rows(zoo, "all")
    assert len(everything) == len(zoo.catalog)
    after = query_rows(zoo, "all", drawn)  # no query twice in a row
    assert np.setdiff1d(everything, after).tolist() == [row]
    with pytest.raises(ZooError, match="unknown pool"):
        query_rows(zoo, "../..")


def test_backbones_that_answer_alike_are_no_duel(judged: Zoo) -> None:
    one, other = judged.runs["tiny_a"], judged.runs["tiny_b"]
    judged.runs["tiny_b"] = replace(one, backbone=other.backbone)  # the same embeddings
    assert item_duel(judged, query_rows(judged, "all"), [], random.Random(0)) is None


def test_an_uploaded_picture_is_known_by_its_digest(zoo: Zoo, tmp_path: Path) -> None:
    draw_shape("green", "square", 777).save(tmp_path / "mine.png")
    data = (tmp_path / "mine.png").read_bytes()
    chance = random.Random(0)
    drawn = upload_duel(zoo, "mine.png", data, [], chance)
    assert drawn is not None
    assert list(drawn.query) == ["sha256"]
    assert "mine" not in json.dumps(drawn.query)
    assert np.isnan(side_matches(zoo, [drawn])).all()
    assert upload_duel(zoo, "mine.png", data, [], chance, {pair_of(drawn)}) is None


def test_pairs_with_fewest_votes_come_first(judged: Zoo) -> None:
    runs = judged.runs
    judged.runs = {**runs, "third": runs["tiny_a"]}
    cast(judged, duel(judged), "left", "left")
    cast(judged, duel(judged, "third", "tiny_a"), "bad")
    votes = read_votes(judged.folder).votes
    pairs = [sorted(p) for p in pairs_to_judge(judged, votes, random.Random(0))]
    assert pairs == [["third", "tiny_b"], ["third", "tiny_a"], ["tiny_a", "tiny_b"]]


def test_the_report_of_votes(judged: Zoo) -> None:
    shown = duel(judged)
    assert side_matches(judged, [shown]).tolist() == [[1.0, 0.5]]
    cast(judged, shown, "left", "left", "left", "right", "tie", "bad")
    replaced = replace(shown, left=replace(shown.left, index="of a run before"))
    cast(judged, replaced, "right")
    with (judged.folder / "votes.jsonl").open("a") as file:
        file.write('{"query": {"it')
    report = votes_report(judged, read_votes(judged.folder))
    assert (report["votes"], report["replaced"], report["unreadable"]) == (6, 1, 1)
    a, b = (report["backbones"][name] for name in ("tiny_a", "tiny_b"))
    assert (a["wins"], a["ties"], a["losses"], a["both_bad"]) == (3, 1, 1, 1)
    assert a["win_rate"] == 0.7
    assert a["strength"] / b["strength"] == pytest.approx((3.5 + 0.5) / (1.5 + 0.5))
    assert a["strength_interval"] is None  # so few votes have no bootstrap worth the name
    assert a["recall@10"] == judged.runs["tiny_a"].scores["retrieval"]["recall@10"]
    assert (report["left"]["count"], report["left"]["of"]) == (3, 4)
    assert report["higher_match_preferred"]["share"] == 0.75
    assert report["kendall_tau"]["recall@10"] is None  # two backbones have no order to speak of
    text = votes_text(report)
    assert "6 votes, 1 of them that both are bad: too few to conclude" in text
    assert len(left_out(report)) == 2
    cast(judged, shown, *["left"] * 24)
    enough = votes_report(judged, read_votes(judged.folder))
    assert not enough["few"]
    assert enough["backbones"]["tiny_a"]["strength_interval"][0] > 1
    assert "too few" not in votes_text(enough)


def test_the_command(judged: Zoo, place: Path) -> None:
    at = ("--runs", place, "--plugins", PLUGINS)
    assert "no votes" in run("votes", *at).stdout
    cast(judged, duel(judged), "right")
    done = run("votes", *at)
    assert done.returncode == 0
    assert "1 vote: too few to conclude" in done.stdout
    assert done.stdout.index("tiny_b") < done.stdout.index("tiny_a")  # the winner comes first
    assert as_json("votes", *at)["backbones"]["tiny_b"]["wins"] == 1


def test_an_update_of_the_catalogue_keeps_the_votes(judged: Zoo, place: Path) -> None:
    cast(judged, duel(judged), "left")
    update(judged, removal(judged.catalog, [first_of(judged, "green", "square")[0]]), Progress())
    cast(judged, duel(judged), "right")
    after = open_zoo(place, [PLUGINS])
    # The index is still the one that was judged.
    assert votes_report(after, read_votes(after.folder))["votes"] == 2
