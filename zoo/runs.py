"""One directory per trained backbone, opened and checked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from zoo import devices
from zoo.backbones import Backbone, Transform
from zoo.catalog import Catalog
from zoo.errors import RunError, ZooError
from zoo.features.encoder import Encoder, Features, predicted_multis
from zoo.features.extract import EMBEDDINGS, PREDICTIONS
from zoo.features.runtime import TorchRuntime
from zoo.files import UNREADABLE, recover
from zoo.indexes import GONE, Index, Items, Place
from zoo.indexes import PARTS as INDEX_PARTS
from zoo.indexing import DEFAULT, NAME, index_named, items_of
from zoo.run_files import (
    INDEX_ROWS,
    RUN,
    SCORES,
    STAGES,
    check,
    check_sha256,
    read_facts,
    reindex,
    repair,
)
from zoo.search.recommender import Recommender
from zoo.training.checkpoint import Undrawn, read_tensors
from zoo.training.network import MODEL
from zoo.training.settings import Settings
from zoo.training.stack import AnyModel
from zoo.training.targets import head_attributes
from zoo.training.train import build_model


@dataclass(frozen=True)
class Run:
    """A finished run of one backbone, opened; its parts are read when they are needed."""

    folder: Path
    backbone: Backbone
    catalog: Catalog
    facts: dict[str, Any]
    scores: dict[str, Any]
    embeddings: np.ndarray  # (N, D) unit rows, memory-mapped
    indexes: Mapping[str, Index] | None = None  # those there are; None: those without --plugins

    @property
    def name(self) -> str:
        """The backbone's name."""
        return self.backbone.name

    @cached_property
    def predictions(self) -> Features:
        """The predicted classes of every item."""
        check(self.folder, PREDICTIONS, self.facts)
        return read_predictions(self.folder, self.embeddings)

    @cached_property
    def recommender(self) -> Recommender:
        """The search over this run's embeddings."""
        for part in self.facts["files"]:
            if fnmatch(part, INDEX_PARTS):
                check(self.folder, part, self.facts)
        facts = self.facts["indexed"]
        index = self.index.open(self.folder, facts, reindex(self.folder), self.index_place)
        return Recommender(self.catalog, self.embeddings, self.predictions, index, self.index.title)

    @property
    def index(self) -> Index:
        """The index that it has; RunError when no plugin brings it."""
        try:
            return index_named(self.facts["indexed"].get(NAME, DEFAULT), self.indexes)
        except ZooError as error:
            raise RunError(
                f"{self.folder / RUN}: {error}; add --plugins DIR, or build another one with: "
                f"{reindex(self.folder)} --index {DEFAULT}"
            ) from error

    @property
    def index_title(self) -> str:
        """Its name as people read it; the plain one when no plugin brings that index."""
        try:
            return self.index.title
        except RunError:
            return str(self.facts["indexed"][NAME])

    @property
    def items(self) -> Items:
        """What its index is built of."""
        return items_of(self.catalog, self.predictions, self.folder / EMBEDDINGS)

    @property
    def index_place(self) -> Place:
        """Where the items of the index are in the catalogue as it is now."""
        items = int(self.facts["indexed"]["items"])
        if INDEX_ROWS not in self.facts["files"]:
            return Place.of(np.arange(items), len(self.catalog))
        path = self.folder / INDEX_ROWS
        check(self.folder, INDEX_ROWS, self.facts)
        rows = np.load(path, allow_pickle=False)
        there = rows[rows != GONE]
        if len(rows) != items or len(np.unique(there)) < len(there):
            raise RunError(
                f"{path} does not belong to its index; repair it with: {reindex(self.folder)}"
            )
        return Place.of(rows, len(self.catalog))

    @cached_property
    def transform(self) -> Transform:
        """The transform that the run was trained with."""
        return Transform(**_tuples(self.facts["trained"]["transform"]))

    @cached_property
    def model(self) -> AnyModel:
        """The trained model, on the CPU, its file checked."""
        check(self.folder, MODEL, self.facts)
        return self.load_model()

    def load_model(self) -> AnyModel:
        """The trained model, as the file beside run.json has it."""
        trained = self.facts["trained"]
        settings = Settings.from_dict(trained["settings"])
        attributes = head_attributes(self.catalog)
        with Undrawn():
            model = build_model(self.backbone, attributes, settings, trained["dimension"])
        state, _ = read_tensors(self.folder / MODEL)
        try:
            model.load_state_dict(state)
        except RuntimeError as error:
            raise RunError(
                f"{self.folder / MODEL} does not fit backbone {self.name!r} as its plugin now "
                f"makes it; remove {self.folder}, then {repair(self.folder, self.facts)}"
            ) from error
        return model

    @cached_property
    def encoder(self) -> Encoder:
        """The model as a function from pixels to features, on the best device there is."""
        runtime = TorchRuntime(self.model, self.transform, self._compute())
        return Encoder(runtime, len(self.catalog.singles))

    def _compute(self) -> devices.Compute:
        """The best device; its best precision only where the catalogue was embedded in it there."""
        best, embedded = devices.choose(), self.facts["embedded"]
        # Below fp32 nothing else says that this network gives what it gives in fp32.
        known = (embedded.get("device"), embedded.get("precision"))
        return (
            best
            if known == (best.device.type, best.precision)
            else devices.choose(precision="fp32")
        )


def read_predictions(folder: Path, embeddings: np.ndarray) -> Features:
    """What is predicted of the items with these embeddings, as the file has it."""
    with np.load(folder / PREDICTIONS, allow_pickle=False) as data:
        multis = predicted_multis(data)
        return Features(embeddings, data["classes"], data["confidence"], multis)


def read_features(folder: Path) -> Features:
    """What was embedded, the embeddings memory-mapped."""
    embeddings = np.load(folder / EMBEDDINGS, mmap_mode="r", allow_pickle=False)
    return read_predictions(folder, embeddings)


def trained_run(folder: Path, backbone: Backbone, catalog: Catalog) -> Run:
    """A run that is trained and no more: its embeddings are still to be made."""
    return Run(folder, backbone, catalog, read_facts(folder), {}, np.empty((0, 0)))


def open_run(
    zoo: Path,
    backbone: Backbone,
    catalog: Catalog,
    indexes: Mapping[str, Index] | None = None,
) -> Run:
    """Open a published run; RunError names the part that does not agree and the remedy."""
    folder = zoo / backbone.name
    recover(folder)
    facts = read_facts(folder)
    if not facts or any(stage not in facts for stage in STAGES):
        raise RunError(f"{folder / RUN} is missing or unfinished; {repair(folder, facts)}")
    if facts["catalog"] != catalog.fingerprint():
        raise RunError(f"{folder} was made for another catalogue; {repair(folder, facts)}")
    for part, written in facts["files"].items():
        path = folder / part
        if not path.is_file():
            raise RunError(f"{path} is missing; {repair(folder, facts, part)}")
        if path.stat().st_size != written["bytes"]:
            raise RunError(f"{path} is truncated or of another run; {repair(folder, facts, part)}")
    with _damage_told(folder, EMBEDDINGS, facts):
        embeddings = np.load(folder / EMBEDDINGS, mmap_mode="r", allow_pickle=False)
    if embeddings.shape != (len(catalog), facts["trained"]["dimension"]):
        remedy = repair(folder, facts, EMBEDDINGS)
        raise RunError(f"{folder / EMBEDDINGS} has shape {embeddings.shape}; {remedy}")
    with _damage_told(folder, SCORES, facts):
        scores = json.loads((folder / SCORES).read_text("utf-8"))
    return Run(folder, backbone, catalog, facts, scores, embeddings, indexes)


@contextmanager
def _damage_told(folder: Path, part: str, facts: dict[str, Any]) -> Iterator[None]:
    """Turn what a part that cannot be read raises into a RunError that says how to repair it."""
    try:
        yield
    except UNREADABLE as error:
        raise RunError(f"{folder / part} is damaged; {repair(folder, facts, part)}") from error


def verify(run: Run) -> list[str]:
    """Every part whose contents are not what was written, as messages."""
    problems = []
    if run.facts["indexed"].get("uri"):  # none of its files are parts
        try:
            run.index.open(run.folder, run.facts["indexed"], reindex(run.folder), run.index_place)
        except ZooError as error:
            problems.append(str(error))
    for part in run.facts["files"]:
        try:
            check_sha256(run.folder, part, run.facts)
        except RunError as error:
            problems.append(str(error))
    return problems


def _tuples(facts: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in facts.items()}
