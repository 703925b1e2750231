"""One query through everything, over a zoo of many items: opening, first query, latency, callers.

A query is what the page asks for: decode an upload, the forward of every backbone, search, scores
(`Zoo.recommend`). The zoo is a real one, enlarged without training (`enlarged_zoo.py`): times are
those of such a size, and what is recommended means nothing.

The queries are test pictures of the zoo, each an exact copy of an item. The enlarged zoo is opened
in a process of its own, its files in the page cache where they fit. Exit status 1 when a goal is
missed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch  # noqa: F401  before the clock runs
from enlarged_zoo import enlarge, say
from machine import made_on, peak_mib

from zoo.catalog import Catalog
from zoo.compare import Result, Zoo, open_zoo
from zoo.pictures import read_bytes
from zoo.search.ask import Ask

OPENING_S, P50_MS, P99_MS = 3.0, 250.0, 600.0  # the goals, at 100,000 items on two cores


@dataclass(frozen=True)
class Timed:
    """One query."""

    wall_ms: float
    cpu_ms: float  # of all threads; what other programs do does not lengthen it
    results: dict[str, Result]

    @property
    def search_ms(self) -> float:
        """Search and scores, all backbones."""
        return sum(r.answer.latency_ms for r in self.results.values())

    @property
    def encode_ms(self) -> float:
        """Decoding and forward, all backbones."""
        return sum(r.latency_ms for r in self.results.values()) - self.search_ms


@dataclass(frozen=True)
class Crowd:
    """What several callers at once met."""

    callers: int
    answered: int
    errors: list[str]
    seconds: float
    wall_ms: list[float]


def ask_once(zoo: Zoo, picture: Path, ask: Ask) -> Timed:
    """One upload, timed as its caller sees it; reading the file apart."""
    upload = {picture.name: read_bytes(picture)}
    wall, cpu = time.perf_counter(), time.process_time()
    results = zoo.recommend(upload, ask)
    spent = time.perf_counter() - wall, time.process_time() - cpu
    return Timed(spent[0] * 1000, spent[1] * 1000, results)


def pictures_to_ask(catalog: Catalog, count: int, seed: int) -> list[Path]:
    """Different real pictures of the test split, in random order, repeated where too few."""
    paths = list(dict.fromkeys(catalog.path(row) for row in catalog.rows("test")))
    order = np.random.default_rng(seed).permutation(len(paths))
    return [paths[order[place % len(order)]] for place in range(count)]


def ask_together(zoo: Zoo, pictures: Sequence[Path], callers: int, ask: Ask) -> Crowd:
    """The pictures asked about by so many threads that begin at once."""
    errors: list[str] = []
    walls: list[float] = []
    start = threading.Barrier(callers + 1)

    def call(own: Sequence[Path]) -> None:
        start.wait()
        for picture in own:
            try:
                walls.append(ask_once(zoo, picture, ask).wall_ms)
            except Exception as error:  # whatever it is, it is what is counted
                errors.append(f"{type(error).__name__}: {error}")

    with ThreadPoolExecutor(callers) as pool:
        for caller in range(callers):
            pool.submit(call, pictures[caller::callers])
        start.wait()
        begun = time.perf_counter()
    seconds = time.perf_counter() - begun
    return Crowd(callers, len(walls), errors, seconds, walls)


def goal_row(name: str, value: float, unit: str, goal: float) -> tuple[str, bool]:
    """A measured value beside its goal."""
    kept = value <= goal
    shown = f"{value:.0f}" if value >= 100 else f"{value:.3g}"
    return f"| {name} | {shown}{unit} | {goal:g}{unit} | {'yes' if kept else 'no'} |", kept


def backbone_rows(zoo: Zoo, asked: Sequence[Timed]) -> list[str]:
    """Where the time of each backbone goes, medians."""
    rows = []
    for run in zoo.runs.values():
        answers = [timed.results[run.name] for timed in asked]
        search = float(np.median([r.answer.latency_ms for r in answers]))
        encode = float(np.median([r.latency_ms - r.answer.latency_ms for r in answers]))
        annoy = sum(r.answer.approximate for r in answers) / len(answers)
        index = run.facts["indexed"]
        rows.append(
            f"| {run.name} {run.transform.size} px | {run.embeddings.shape[1]} | {encode:.1f} | "
            f"{search:.1f} | {annoy:.0%} | {index['query_ms']:.1f} | {index['exact_ms']:.1f} | "
            f"{index['build_s']:.0f} |"
        )
    return rows


def latency_rows(asked: Sequence[Timed]) -> list[str]:
    """Percentiles of a query and of its steps."""
    steps = {
        "whole query": [t.wall_ms for t in asked],
        "decode and forward": [t.encode_ms for t in asked],
        "search and scores": [t.search_ms for t in asked],
        "processor time": [t.cpu_ms for t in asked],
        "the rest": [t.wall_ms - t.encode_ms - t.search_ms for t in asked],
    }
    rows = []
    for name, values in steps.items():
        p50, p99 = np.percentile(values, [50, 99])
        rows.append(f"| {name} | {p50:.1f} | {p99:.1f} | {max(values):.1f} |")
    return rows


def measure(folder: Path, asked: argparse.Namespace) -> bool:
    """Open the zoo, ask, print the tables; whether all goals were kept."""
    begun = time.perf_counter()
    zoo = open_zoo(folder, asked.plugins)
    opening = time.perf_counter() - begun
    begun = time.perf_counter()
    import timm  # noqa: F401  what the first query would import otherwise

    importing = time.perf_counter() - begun
    ask = Ask(top=asked.top, same_category=asked.same_category)
    pictures = pictures_to_ask(zoo.catalog, asked.queries + 1, asked.seed)
    say("first query")
    first = ask_once(zoo, pictures[0], ask).wall_ms / 1000
    say(f"{asked.queries} queries, one after the other")
    alone = [ask_once(zoo, picture, ask) for picture in pictures[1:]]
    say(f"{asked.callers} callers at once")
    crowded = pictures_to_ask(zoo.catalog, asked.callers * asked.calls, asked.seed + 1)
    crowd = ask_together(zoo, crowded, asked.callers, ask)
    for error in crowd.errors[:3]:
        say(error)
    p50, p99 = (float(p) for p in np.percentile([t.wall_ms for t in alone], [50, 99]))
    rows = [
        goal_row("opening, imports apart", opening, " s", OPENING_S),
        goal_row(f"p50 of {len(alone)} queries", p50, " ms", P50_MS),
        goal_row(f"p99 of {len(alone)} queries", p99, " ms", P99_MS),
        goal_row(f"errors, {crowd.callers} callers at once", len(crowd.errors), "", 0),
    ]
    apart = {
        "import of timm, which the first query needs": importing,
        "first query, which opens networks and indexes": first,
    }
    report(zoo, [row for row, _ in rows], apart, alone, crowd)
    return all(kept for _, kept in rows)


def report(
    zoo: Zoo,
    goals: Sequence[str],
    once: Mapping[str, float],
    alone: Sequence[Timed],
    crowd: Crowd,
) -> None:
    """Print the tables; `once` has the seconds of what happens once."""
    together = float(np.median(crowd.wall_ms)) if crowd.wall_ms else float("nan")
    print(f"{len(zoo.catalog)} items x {len(zoo.runs)} backbones: {zoo.catalog.name}, where")
    print("items beyond the real ones are drawn variants of them")
    print("\n| | measured | goal | kept |\n|---|---|---|---|")
    print("\n".join(goals))
    for what, seconds in once.items():
        print(f"| {what} | {seconds:.2f} s | | |")
    print(
        f"| {crowd.callers} callers at once, queries/s | {crowd.answered / crowd.seconds:.1f} | | |"
    )
    print(f"| the same, p50 of a query | {together:.0f} ms | | |")
    print(f"| memory at most, mapped files in it | {peak_mib():.0f} MiB | | |")
    print("\n| one query alone, ms | p50 | p99 | longest |\n|---|---|---|---|")
    print("\n".join(latency_rows(alone)))
    print(
        "\n| backbone | D | decode and forward, ms | search and scores, ms | by Annoy | "
        "Annoy when built, ms | exact when built, ms | index built in s |"
    )
    print("|---|---|---|---|---|---|---|---|")
    print("\n".join(backbone_rows(zoo, alone)))
    print(f"\n{made_on()}")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, help="A real zoo; it is only read.")
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--callers", type=int, default=16)
    parser.add_argument("--calls", type=int, default=4, help="Queries of each caller.")
    parser.add_argument("--top", type=int, default=5)
    parser.add_argument("--same-category", action="store_true", help="Filter: exact search.")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plugins", type=Path, action="append", default=[])
    parser.add_argument("--keep", type=Path, help="Make the enlarged zoo here, or take it up.")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.runs is None and asked.measure is None:
        parser.error("--runs is missing")
    return asked


def main() -> None:
    asked = parse()
    if asked.measure:
        sys.exit(0 if measure(asked.measure, asked) else 1)
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch) / "zoo"
        enlarge(open_zoo(asked.runs, asked.plugins, strict=True), asked.items, folder, asked.seed)
        # A fresh process: what making the zoo left in memory is not the page's.
        command = [sys.executable, *sys.argv, "--measure", str(folder)]
        sys.exit(subprocess.run(command).returncode)


if __name__ == "__main__":
    main()
