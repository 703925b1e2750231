"""The zoo's search beside other libraries': time to build, size, recall@10 and time of a query.

The vectors are the embeddings of a zoo's pictures (--runs: the test split asks, the rest answers)
or generated ones (--generated; see vectors.py).

Everything runs on one thread, one query at a time. Each query is asked in several rounds and its
quickest counts, so that what else the machine does is not held against an engine. Recall counts an
item as found when its cosine reaches that of the true tenth neighbour, so that pictures that are
there twice are no mistakes. What is not installed is said in its row; all of it:
pip install -r benchmarks/peers_search.txt
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np
from engines import OWN, Engine
from machine import made_on, peak_mib
from peer_engines import PEERS
from threadpoolctl import threadpool_limits
from vectors import Vectors, generated, of_runs

from zoo.indexes import NEIGHBOURS
from zoo.search.exact import similarities, top_rows

ENGINES: tuple[type[Engine], ...] = OWN + PEERS
COLUMNS = (
    "vectors", "engine", "built with", "search with", "build s", "MiB on disk", "queries",
    "recall@10", "p50 ms", "p99 ms", "queries/s",
)  # fmt: skip
WARM = 10  # queries before the clock runs
ROUNDING = 1e-6  # by which two float32 sums of the same cosine may differ
ASKED_AT_ONCE = 64  # queries whose cosines with everything are in memory together


@dataclass(frozen=True)
class Effort:
    """How often each query is asked, and after how many seconds a setting is left."""

    rounds: int = 3
    seconds: float = 60.0


@dataclass(frozen=True)
class Measured:
    """One engine at one setting."""

    vectors: str
    engine: str
    built: str
    setting: str
    build_s: float
    mib: float
    queries: int
    recall: float
    p50_ms: float
    p99_ms: float
    per_second: float

    def line(self) -> str:
        """The row of the table."""
        return (
            f"| {self.vectors} | {self.engine} | {self.built} | {self.setting} | "
            f"{self.build_s:.1f} | {self.mib:.1f} | {self.queries} | {self.recall:.3f} | "
            f"{self.p50_ms:.3f} | {self.p99_ms:.3f} | {self.per_second:.0f} |"
        )


def tenth_cosines(vectors: Vectors) -> np.ndarray:
    """The cosine (q,) of each query with its tenth neighbour by the zoo's exact search."""
    tenth = []
    for start in range(0, len(vectors.queries), ASKED_AT_ONCE):
        block = vectors.queries[start : start + ASKED_AT_ONCE]
        for scores in similarities(vectors.database, block):
            tenth.append(scores[top_rows(scores, NEIGHBOURS)[-1]])
    return np.array(tenth, dtype=np.float32)


def recall(found: Sequence[np.ndarray], vectors: Vectors, tenth: np.ndarray) -> float:
    """The share of the true neighbours that were found, over the queries answered."""
    wanted = min(NEIGHBOURS, len(vectors.database))
    shares = []
    for rows, query, least in zip(found, vectors.queries, tenth, strict=False):
        # FAISS fills up with -1, and a row that is given twice is found once.
        different = np.unique(rows[rows >= 0])
        cosines = vectors.database[different] @ query
        shares.append(np.count_nonzero(cosines >= least - ROUNDING) / wanted)
    return float(np.mean(shares))


def ask(engine: Engine, queries: np.ndarray, effort: Effort) -> tuple[list[np.ndarray], np.ndarray]:
    """The answers to as many queries as the time allows, and the quickest of each (n,) in s."""
    for query in queries[:WARM]:
        engine.nearest(query)
    found: list[np.ndarray] = []
    took = np.full(len(queries), np.inf)
    until = time.perf_counter() + effort.seconds
    for first in [True] + [False] * (effort.rounds - 1):
        for number, query in enumerate(queries):
            begun = time.perf_counter()
            rows = engine.nearest(query)
            ended = time.perf_counter()
            took[number] = min(took[number], ended - begun)
            if first:
                found.append(rows)
            if ended > until:
                return found, took[: len(found)]
    return found, took


def measure(
    engine: Engine, vectors: Vectors, tenth: np.ndarray, path: Path, effort: Effort
) -> Iterator[Measured]:
    """Build one engine's index and ask it at each of its settings."""
    tell(f"{vectors.name}: {engine.name} builds")
    build_s = engine.build(vectors.database, path)
    files = path.rglob("*") if path.is_dir() else [path]
    size = sum(file.stat().st_size for file in files) / 2**20
    for setting in engine.settings:
        label = engine.use(setting)
        tell(f"{vectors.name}: {engine.name} is asked {label}".rstrip())
        found, took = ask(engine, vectors.queries, effort)
        p50, p99 = np.percentile(took, (50, 99)) * 1000
        yield Measured(
            vectors=vectors.name,
            engine=engine.name,
            built=engine.built,
            setting=label,
            build_s=build_s,
            mib=size,
            queries=len(found),
            recall=recall(found, vectors, tenth),
            p50_ms=p50,
            p99_ms=p99,
            per_second=len(took) / took.sum(),
        )


def compare(
    vectors: Vectors, engines: Sequence[type[Engine]], effort: Effort
) -> Iterator[Measured | str]:
    """Every engine on the same vectors, one after the other; of one not installed, its row."""
    tell(f"{vectors.name}: the true neighbours of {len(vectors.queries)} queries")
    tenth = tenth_cosines(vectors)
    for kind in engines:
        if installed(kind):
            # A folder each, so that no index of the engine before lies on the disk still.
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
                yield from measure(kind(), vectors, tenth, Path(folder) / "index", effort)
        else:
            missing = f"not installed: pip install {kind.package}"
            yield f"| {vectors.name} | {kind.name} | {missing} |" + " |" * (len(COLUMNS) - 3)


def installed(engine: type[Engine]) -> bool:
    """Whether the engine's own package is there; a broken one is an error all the same."""
    if engine.module is not None:
        try:
            import_module(engine.module)
        except ModuleNotFoundError as error:
            if error.name != engine.module:
                raise
            return False
    return True


def tell(message: str) -> None:
    """Progress, apart from the table."""
    print(message, file=sys.stderr, flush=True)


def plot(measured: Sequence[Measured], path: Path) -> None:
    """Recall against queries a second, a panel for each set of vectors, a line for each engine."""
    from matplotlib.figure import Figure

    panels = list(dict.fromkeys(point.vectors for point in measured))
    engines = list(dict.fromkeys(point.engine for point in measured))
    figure = Figure(figsize=(1 + 5 * len(panels), 5), layout="constrained")
    places = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, vectors in zip(places, panels, strict=True):
        for number, engine in enumerate(engines):
            points = [p for p in measured if (p.vectors, p.engine) == (vectors, engine)]
            axes.plot(
                [p.recall for p in points],
                [p.per_second for p in points],
                marker="o",
                label=engine,
                color=f"C{number}",
            )
        axes.set(title=vectors, xlabel="recall@10", ylabel="queries/s on one thread", yscale="log")
        axes.grid(visible=True, which="both", alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=120)


def footer(engines: Sequence[type[Engine]], share: float) -> str:
    """What it was made on: the lines under the table. `share`: CPU time of the run's time."""
    # A share well under 1 means that other work ran too and that times to build are too long.
    return (
        f"- one thread, on the processor for {share:.0%} of the time, "
        f"peak memory {peak_mib() / 1024:.1f} GiB\n"
        f"{made_on(e.package for e in engines)}"
    )


def asked_for() -> argparse.Namespace:
    """The command line, checked before anything takes its time."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=Path, help="A zoo: the embeddings of its backbones.")
    parser.add_argument(
        "--generated", type=int, nargs=2, action="append", default=[],
        metavar=("ITEMS", "DIMENSION"), help="May be given several times.",
    )  # fmt: skip
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=60, help="At most, for one setting.")
    parser.add_argument("--engine", action="append", choices=[e.name for e in ENGINES])
    parser.add_argument("--plot", type=Path, metavar="FILE.png")
    asked = parser.parse_args()
    if asked.runs is None and not asked.generated:
        parser.error("nothing to search: --runs FOLDER or --generated ITEMS DIMENSION")
    if asked.plot:
        try:
            import_module("matplotlib")
        except ModuleNotFoundError:
            parser.error("--plot needs matplotlib: pip install -r benchmarks/peers_search.txt")
    return asked


def sets(asked: argparse.Namespace) -> Iterator[Vectors]:
    """Each set of vectors, made when the one before is done with."""
    if asked.runs is not None:
        yield from of_runs(asked.runs, asked.queries)
    for items, dimension in asked.generated:
        yield generated(items, dimension, asked.queries)


def main() -> None:
    asked = asked_for()
    engines = [e for e in ENGINES if not asked.engine or e.name in asked.engine]
    measured: list[Measured] = []
    begun, worked = time.perf_counter(), time.process_time()
    print("|", " | ".join(COLUMNS), "|")
    print("|---" * len(COLUMNS) + "|", flush=True)
    with threadpool_limits(1):
        for vectors in sets(asked):
            for row in compare(vectors, engines, Effort(asked.rounds, asked.seconds)):
                print(row if isinstance(row, str) else row.line(), flush=True)
                if isinstance(row, Measured):
                    measured.append(row)
    share = (time.process_time() - worked) / (time.perf_counter() - begun)
    print(f"\n{footer(engines, share)}")
    if asked.plot:
        plot(measured, asked.plot)


if __name__ == "__main__":
    main()
