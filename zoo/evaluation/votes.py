"""Votes of people who compared two backbones blind: a line each, appended and never changed."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal, get_args

from zoo.errors import ZooError
from zoo.files import recover

VOTES = "votes.jsonl"  # in the zoo directory
MOST_BYTES = 32 << 20  # some fifty thousand votes; then voting is off
Choice = Literal["left", "right", "tie", "bad"]
CHOICES: tuple[Choice, ...] = get_args(Choice)


@dataclass(frozen=True)
class Side:
    """What one backbone answered: items best first, and the sha256 of the index it was then."""

    backbone: str
    index: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class Duel:
    """Two answers to one query, as they were shown; an uploaded picture is known by its sha256."""

    query: dict[str, str]  # {"item": its id} or {"sha256": of the uploaded file}
    left: Side
    right: Side


@dataclass(frozen=True)
class Vote:
    """What somebody thought of a duel, and when (UTC, ISO 8601)."""

    duel: Duel
    choice: Choice
    time: str


@dataclass(frozen=True)
class Votes:
    """All votes of a zoo, oldest first, and how many lines could not be read."""

    votes: list[Vote]
    unreadable: int


def vote_now(duel: Duel, choice: Choice) -> Vote:
    """A vote of this second."""
    return Vote(duel, choice, datetime.now(timezone.utc).isoformat(timespec="seconds"))


def why_not_kept(folder: Path) -> str | None:
    """Why votes cannot be written in this zoo; None when they can."""
    recover(folder)  # a zoo that is being swapped is there in a moment
    path = folder / VOTES
    if path.exists():
        try:
            path.open("ab").close()
        except OSError as error:
            return f"{VOTES} cannot be written ({error.strerror})"
        if path.stat().st_size > MOST_BYTES:
            return f"{VOTES} has {MOST_BYTES >> 20} MiB; put it aside to go on"
        return None
    return None if os.access(folder, os.W_OK) else "the zoo directory cannot be written"


def append_vote(folder: Path, vote: Vote) -> None:
    """Add one line; ZooError when it cannot be written whole."""
    line = json.dumps({**asdict(vote.duel), "vote": vote.choice, "time": vote.time}) + "\n"
    data = line.encode()
    recover(folder)
    try:
        # Unbuffered and for appending: one write, whole between those of other processes.
        with (folder / VOTES).open("a+b", buffering=0) as file:
            if file.seek(0, os.SEEK_END) and _last_byte(file) != b"\n":
                data = b"\n" + data  # a writer was killed: its torn line ends here
            written = file.write(data)
    except OSError as error:
        raise ZooError(f"the vote was not kept: {VOTES}: {error.strerror or error}") from error
    if written != len(data):
        raise ZooError(f"the vote was not kept: {VOTES}: the disk is full")


def _last_byte(file: Any) -> bytes:
    file.seek(-1, os.SEEK_END)
    last: bytes = file.read(1)
    return last


def read_votes(folder: Path) -> Votes:
    """The votes of a zoo, none where nobody voted; lines that are not votes are counted."""
    try:
        lines = (folder / VOTES).read_bytes().splitlines()
    except FileNotFoundError:
        return Votes([], 0)
    except OSError as error:
        raise ZooError(f"{VOTES} cannot be read: {error.strerror or error}") from error
    found = [_parsed(line) for line in lines if line.strip()]
    votes = [vote for vote in found if vote is not None]
    return Votes(votes, len(found) - len(votes))


def _parsed(line: bytes) -> Vote | None:
    """The vote of one line; None for a line that was torn or is something else."""
    try:
        facts = json.loads(line)
        query = {str(kind): str(name) for kind, name in facts["query"].items()}
        duel = Duel(query, _side(facts["left"]), _side(facts["right"]))
        choice, time = facts["vote"], str(facts["time"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return Vote(duel, choice, time) if choice in CHOICES else None


def _side(facts: dict[str, Any]) -> Side:
    items = tuple(str(item) for item in facts["items"])
    return Side(str(facts["backbone"]), str(facts["index"]), items)
