"""The map of each run: made once, kept beside its embeddings, made anew when these change."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from zoo.errors import RunError
from zoo.features.extract import EMBEDDINGS
from zoo.files import UNREADABLE, written_whole
from zoo.mapping import layout
from zoo.progress import Progress
from zoo.run_files import read_facts
from zoo.runs import Run

FORMAT = 1
MAP = "map.npz"  # places and what they were made of, in one file: they cannot disagree
WORK = ".maps"  # folder in the zoo where a making of maps says how far it is
SEED = 0


@dataclass(frozen=True)
class Map:
    """Where the items of a run lie on a plane."""

    places: np.ndarray  # (N, 2) float32, row i is catalogue row i
    facts: dict[str, Any]  # items, landmarks, seconds, settings


def has_map(run: Run) -> bool:
    """Whether there is a map of the embeddings that this run has now."""
    return read_map(run) is not None


def read_map(run: Run) -> Map | None:
    """The map of that run; None when there is none, or one of other embeddings."""
    try:
        with (run.folder / MAP).open("rb") as file, np.load(file, allow_pickle=False) as data:
            facts: dict[str, Any] = json.loads(str(data["facts"]))
            if any(facts.get(name) != value for name, value in _key(run).items()):
                return None
            return Map(data["places"], facts)
    except UNREADABLE:  # made anew
        return None


def make_map(run: Run, progress: Progress) -> Map:
    """Lay the items of a run out and keep the map; takes a minute of one core or two."""
    began = time.perf_counter()
    with progress.stage(f"{run.name}: map", layout.ITERATIONS, "it") as bar:
        laid = layout.lay_out(run.embeddings, SEED, step=bar.reach)
        bar.reach(layout.ITERATIONS)
    seconds = round(time.perf_counter() - began, 1)
    facts = {**_key(run), "landmarks": len(laid.landmarks), "seconds": seconds}
    if _key_of(read_facts(run.folder)) != _key(run)["embeddings"]:
        raise RunError(f"{run.folder} was replaced meanwhile; ask for its map again")
    with written_whole(run.folder / MAP) as partial, partial.open("wb") as file:
        np.savez(file, facts=np.asarray(json.dumps(facts)), places=laid.places)
    return Map(laid.places, facts)


def make_maps(runs: Iterable[Run], progress: Progress) -> None:
    """The map of every run that has none, one after the other."""
    for run in runs:
        if has_map(run):
            progress.say(f"{run.name}: has its map")
            continue
        made = make_map(run, progress).facts
        progress.say(f"{run.name}: map of {made['items']} items in {made['seconds']} s")


def _key(run: Run) -> dict[str, Any]:
    """What a map belongs to: these embeddings, and this way of laying out."""
    return {
        "format": FORMAT,
        "embeddings": _key_of(run.facts),
        "items": len(run.embeddings),
        "settings": {
            "components": layout.COMPONENTS,
            "perplexity": layout.PERPLEXITY,
            "iterations": layout.ITERATIONS,
            "most": layout.LANDMARKS,
            "seed": SEED,
        },
    }


def _key_of(facts: dict[str, Any]) -> str:
    return str(facts.get("files", {}).get(EMBEDDINGS, {}).get("sha256", ""))
