"""One zoo directory opened: every trained backbone answering the same query."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from zoo.catalog import Catalog, load_catalog
from zoo.errors import PictureError, RunError, ZooError, typed
from zoo.evaluation.per_query import PerQuery
from zoo.features.encoder import Features
from zoo.features.forwards import in_few_threads
from zoo.pictures import decode, digest, read_bytes
from zoo.pipeline import ensure_baselines
from zoo.plugins import Failure, Registry, load_plugins
from zoo.run_files import unfinished, without_plugin
from zoo.runs import Run, open_run
from zoo.search.ask import Answer, Ask, Query

TAG_BATCH = 32  # pictures a forward
LIKELY = 0.5  # the chance from which a class of a multi attribute is told


@dataclass(frozen=True)
class Skipped:
    """A picture that could not be used, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class Seen:
    """Picture files and what one backbone makes of them, in the same order."""

    paths: list[str]
    features: Features


@dataclass(frozen=True)
class Tags:
    """Predicted class and confidence of every attribute of one picture."""

    path: str
    attributes: dict[str, tuple[str, float]]
    # Classes with a chance of a half or more, of attributes that may have several.
    multis: dict[str, list[tuple[str, float]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """What one backbone says of a query."""

    answer: Answer
    predicted: list[Tags]  # one per query picture
    latency_ms: float  # decoding and forward of uploads, search and scoring
    query: Query  # as this backbone sees it
    ask: Ask


@dataclass(frozen=True)
class Encoded:
    """Features of uploaded pictures and what it took to make them."""

    features: Features
    ms: float  # decoding and forward, when they were made


def encode(run: Run, pictures: Mapping[str, bytes]) -> Encoded:
    """Features of uploaded pictures; PictureError names the first that cannot be used."""
    run.encoder  # noqa: B018  opened first: decoding and forward are what is timed
    return in_few_threads(_encoded, run, pictures)


def _encoded(run: Run, pictures: Mapping[str, bytes]) -> Encoded:
    started = time.perf_counter()
    pixels = [_pixels(run, name, data) for name, data in pictures.items()]
    features = run.encoder(np.stack(pixels))
    return Encoded(features, (time.perf_counter() - started) * 1000)


Encode = Callable[[Run, Mapping[str, bytes]], Encoded]


@dataclass
class Zoo:
    """A catalogue and the runs that were trained on it."""

    folder: Path
    catalog: Catalog
    registry: Registry
    runs: dict[str, Run] = field(default_factory=dict)
    problems: tuple[Failure, ...] = ()  # runs that did not open, and why
    read_only: bool = False  # nothing is ever written into it
    measured: dict[str, PerQuery] = field(default_factory=dict)  # by zoo.deciding, read once

    @property
    def writable(self) -> bool:
        """Whether what was measured may be kept in it."""
        return not self.read_only and os.access(self.folder, os.W_OK)

    @cached_property
    def version(self) -> str:
        """Twelve letters, the same wherever this catalogue and these runs are opened."""
        runs = [self.runs[name].facts for name in sorted(self.runs)]
        state = hashlib.sha256(self.catalog.fingerprint().encode())
        state.update(json.dumps(runs, sort_keys=True).encode())
        return state.hexdigest()[:12]

    @cached_property
    def baselines(self) -> dict[str, Any]:
        """The scores of the baselines, as they were when they were first asked for."""
        return ensure_baselines(self.catalog, self.folder, self.writable)

    def run(self, name: str | None = None) -> Run:
        """The run of that backbone; the first one when none is named."""
        chosen = min(self.runs, default=None) if name is None else name
        if chosen is not None and chosen in self.runs:
            return self.runs[chosen]
        for problem in self.problems:
            if name in (None, problem.origin):
                raise RunError(problem.error)  # it is there: to train it is not what helps
        for begun in unfinished(self.folder):
            if name in (None, begun):
                raise RunError(
                    f"the training of {begun} in {self.folder} is not finished; repeat the "
                    "command that began it with --resume"
                )
        if name is None:
            raise RunError(
                f"no trained backbone in {self.folder}; train with: python train.py "
                f"--runs {typed(self.folder)}"
            )
        self.registry.get(name)  # says which there are
        raise RunError(
            f"backbone {name!r} is not trained in {self.folder}; train it with: "
            f"python train.py {name} --runs {typed(self.folder)}"
        )

    def select(self, names: Sequence[str]) -> list[Run]:
        """The named runs, or all of them."""
        chosen = [*dict.fromkeys(names)] or sorted(self.runs)
        return [self.run(name) for name in chosen] or [self.run()]

    def recommend(
        self,
        pictures: Mapping[str, bytes],
        ask: Ask,
        backbones: Sequence[str] = (),
        encode: Encode = encode,
    ) -> dict[str, Result]:
        """Recommendations for uploaded pictures (name -> file contents), per backbone.

        Several pictures make one style profile. An exact copy in the catalogue is marked.
        `encode` may remember pictures (zoo.remembered); by default each runs through the network.
        """
        if not pictures:
            raise ZooError("no query picture")
        digests = {digest(data) for data in pictures.values()}
        copies = np.flatnonzero(self.catalog.table["sha256"].isin(digests).to_numpy())
        results = {}
        for run in self.select(backbones):
            run.recommender  # noqa: B018  opened first: a query is what is timed
            encoded = encode(run, pictures)
            features, started = encoded.features, time.perf_counter()
            query = Query.of_uploads(features, copies)
            answer = run.recommender.recommend(query, ask)
            spent = encoded.ms + (time.perf_counter() - started) * 1000
            results[run.name] = Result(
                answer, self.tags_of(list(pictures), features), spent, query, ask
            )
        return results

    def recommend_items(
        self, rows: Sequence[int], ask: Ask, backbones: Sequence[str] = ()
    ) -> dict[str, Result]:
        """Recommendations for items of the catalogue, themselves left out, per backbone."""
        picked = np.asarray(rows, dtype=np.int64)
        results = {}
        for run in self.select(backbones):
            recommender, features = run.recommender, run.predictions[picked]
            query = Query(features, recommender.labels[picked], own_rows=tuple(picked.tolist()))
            answer = recommender.recommend(query, ask)
            names = [str(self.catalog.table["item_id"].iat[row]) for row in picked]
            results[run.name] = Result(
                answer, self.tags_of(names, features), answer.latency_ms, query, ask
            )
        return results

    def tag(self, paths: Iterable[Path], backbone: str | None) -> tuple[list[Tags], list[Skipped]]:
        """Predicted attributes of picture files; those that cannot be read are told apart."""
        tagged: list[Tags] = []
        skipped: list[Skipped] = []
        for seen in self.look(paths, backbone):
            if isinstance(seen, Skipped):
                skipped.append(seen)
            else:
                tagged += self.tags_of(seen.paths, seen.features)
        return tagged, skipped

    def look(self, paths: Iterable[Path], backbone: str | None) -> Iterator[Seen | Skipped]:
        """Features of picture files, a batch at a time; those that cannot be read, one by one."""
        run = self.run(backbone)
        names: list[str] = []
        pixels: list[np.ndarray] = []
        for path in paths:
            try:
                pixels.append(_pixels(run, str(path), read_bytes(path)))
            except PictureError as error:
                yield Skipped(str(path), str(error))
                continue
            names.append(str(path))
            if len(names) == TAG_BATCH:
                yield Seen(names, in_few_threads(run.encoder, np.stack(pixels)))
                names, pixels = [], []
        if names:
            yield Seen(names, in_few_threads(run.encoder, np.stack(pixels)))

    def tags_of(self, names: Sequence[str], features: Features) -> list[Tags]:
        """What those features say of every attribute, one per name."""
        return [
            Tags(
                name,
                {
                    attribute.name: (
                        attribute.classes[features.best[row, column]],
                        float(features.confidence[row, column]),
                    )
                    for column, attribute in enumerate(self.catalog.singles)
                },
                {
                    attribute.name: _likely(attribute.classes, chances[row])
                    for attribute, chances in zip(self.catalog.multis, features.multis, strict=True)
                },
            )
            for row, name in enumerate(names)
        ]


def _likely(classes: Sequence[str], chances: np.ndarray) -> list[tuple[str, float]]:
    """The classes with a chance of a half or more, the likeliest first; chances (C,)."""
    order = np.argsort(-chances, kind="stable")
    return [(classes[c], float(chances[c])) for c in order if chances[c] >= LIKELY]


def _pixels(run: Run, name: str, data: bytes) -> np.ndarray:
    transform = run.transform
    return transform.pixels(decode(data, name, at_least=transform.resized))


def count_classes(tagged: Sequence[Tags], attribute: str, top: int) -> list[tuple[str, int]]:
    """The most common predicted classes of one attribute, with how often each occurs."""
    return Counter(tags.attributes[attribute][0] for tags in tagged).most_common(top)


def open_zoo(
    folder: Path | str,
    plugins: Sequence[Path] = (),
    strict: bool = False,
    read_only: bool = False,
) -> Zoo:
    """Open a zoo directory; runs that do not open are told in `problems`, the others work.

    Raises CatalogError when there is no catalogue; with `strict`, a bad run or plugin raises.
    With `read_only`, what is measured for the leaderboard is not kept in the directory.
    """
    folder = Path(folder)
    registry = load_plugins(plugins, strict)
    catalog = load_catalog(folder)
    runs: dict[str, Run] = {}
    problems: list[Failure] = []
    for name, backbone in sorted(registry.backbones.items()):
        if not (folder / name).exists() and not (folder / f".{name}.old").exists():
            continue
        try:
            runs[name] = open_run(folder, backbone, catalog, registry.indexes)
        except RunError as error:
            if strict:
                raise
            problems.append(Failure(name, str(error)))
    problems += without_plugin(folder, registry)
    return Zoo(folder, catalog, registry, runs, tuple(problems), read_only)
