"""Votes are kept a line each, whatever happens around them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from zoo.errors import ZooError
from zoo.evaluation.votes import (
    VOTES,
    Choice,
    Duel,
    Side,
    append_vote,
    read_votes,
    vote_now,
    why_not_kept,
)

DUEL = Duel({"item": "7"}, Side("a", "index-a", ("1", "2")), Side("b", "index-b", ("2", "3")))


def vote(folder: Path, choice: Choice = "left") -> None:
    append_vote(folder, vote_now(DUEL, choice))


def test_what_was_shown_is_read_again(tmp_path: Path) -> None:
    assert read_votes(tmp_path).votes == []
    vote(tmp_path, "left")
    vote(tmp_path, "bad")
    kept = read_votes(tmp_path)
    assert [v.choice for v in kept.votes] == ["left", "bad"]
    assert kept.votes[0].duel == DUEL
    assert kept.votes[0].time.endswith("+00:00")
    assert kept.unreadable == 0


def test_a_torn_line_costs_no_other_vote(tmp_path: Path) -> None:
    vote(tmp_path)
    whole = (tmp_path / VOTES).read_bytes()
    (tmp_path / VOTES).write_bytes(whole + whole[:40])
    assert (len(read_votes(tmp_path).votes), read_votes(tmp_path).unreadable) == (1, 1)
    vote(tmp_path, "tie")
    kept = read_votes(tmp_path)
    assert [v.choice for v in kept.votes] == ["left", "tie"]
    assert kept.unreadable == 1


@pytest.mark.parametrize(
    "line",
    [
        b"[]", b"7", b"{}", b"\xff\xfe", b'{"query": 1, "left": 2}',
        b'{"query": {"item": "7"}, "left": {"backbone": "a", "index": "i", "items": []}, "right":'
        b' {"backbone": "b", "index": "i", "items": []}, "time": "", "vote": ["left"]}',
    ],
)  # fmt: skip
def test_what_is_no_vote_is_counted(tmp_path: Path, line: bytes) -> None:
    (tmp_path / VOTES).write_bytes(line + b"\n\n")
    assert read_votes(tmp_path).unreadable == 1
    assert read_votes(tmp_path).votes == []


def test_many_write_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: vote(tmp_path), range(200)))
    kept = read_votes(tmp_path)
    assert (len(kept.votes), kept.unreadable) == (200, 0)


def test_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    assert why_not_kept(tmp_path) is None
    (tmp_path / VOTES).mkdir()
    assert "cannot be written" in str(why_not_kept(tmp_path))
    with pytest.raises(ZooError, match="the vote was not kept"):
        vote(tmp_path)
    assert "cannot be written" in str(why_not_kept(tmp_path / "nowhere"))
