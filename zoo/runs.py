"""One directory per trained backbone: written whole, opened checked."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from zoo import devices
from zoo.backbones import Backbone, Transform
from zoo.catalog import Catalog
from zoo.errors import RunError
from zoo.features.encoder import Encoder, Features, predicted_multis
from zoo.features.extract import EMBEDDINGS, PREDICTIONS, SHARDS
from zoo.features.runtime import TorchRuntime
from zoo.files import recover, sha256_of, swap_in, write_json
from zoo.search.annoy_index import GONE, IndexFacts, Place, check_index, open_index
from zoo.search.recommender import Recommender
from zoo.training.checkpoint import Undrawn, read_tensors
from zoo.training.model import ZooModel
from zoo.training.network import MODEL
from zoo.training.settings import Settings
from zoo.training.stack import StackedModel
from zoo.training.targets import head_attributes
from zoo.training.train import SCRATCH, build_model

FORMAT = 2  # 1 had fewer settings and one width of the heads; it is read too
RUN, INDEX, SCORES = "run.json", "index.ann", "scores.json"
STAGES = ("trained", "embedded", "indexed", "evaluated")
PARTS = (MODEL, EMBEDDINGS, PREDICTIONS, INDEX, SCORES)
RECALL = "recall"  # in run.json: the recall@10 that was asked of the index
REDO = "redo"  # in run.json of a partial folder: made from a published run, and easily again
INDEX_ROWS = "index_rows.npy"  # only where items came or went since the index was built


def partial_folder(zoo: Path, name: str) -> Path:
    """Where a run is made before it is published."""
    return zoo / f".{name}.partial"


def read_facts(folder: Path) -> dict[str, Any]:
    """run.json of a run, {} when there is none yet; RunError when damaged or newer."""
    path = folder / RUN
    try:
        facts: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise RunError(f"{path} is damaged ({error}); {_repair(folder)}") from error
    if facts.get("format", 0) > FORMAT:
        raise RunError(
            f"{path}: format {facts['format']} is newer than this version reads ({FORMAT}); "
            "upgrade fashion-model-zoo"
        )
    return facts


def since(facts: dict[str, Any]) -> dict[str, int]:
    """How many items were added, changed... since the scores were measured; {} for none."""
    return dict(facts.get("evaluated", {}).get("since", {}))


def publish(zoo: Path, name: str) -> Path:
    """Move a finished run into its place; the run it replaces stays until that is done."""
    partial = partial_folder(zoo, name)
    facts = read_facts(partial)
    parts = [part for part in (*PARTS, INDEX_ROWS) if part in PARTS or (partial / part).is_file()]
    known = facts.get("files", {})
    facts["files"] = {part: _file_facts(partial / part, known.get(part, {})) for part in parts}
    facts.pop(REDO, None)
    write_json(partial / RUN, facts)
    for scratch in (*SCRATCH, SHARDS):
        if (partial / scratch).is_dir():
            shutil.rmtree(partial / scratch)
        (partial / scratch).unlink(missing_ok=True)
    swap_in(partial, zoo / name)
    return zoo / name


def _file_facts(path: Path, known: dict[str, Any]) -> dict[str, Any]:
    """What tells whether a file is another one; taken over from `known` where it is still that."""
    if _unchanged(path, known):
        return known
    stat = path.stat()  # before its contents are read, so that a change meanwhile is noticed
    return {"bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns, "sha256": sha256_of(path)}


def _repair(folder: Path) -> str:
    zoo, name = folder.parent, folder.name
    return f"repair it with: python train.py {name} --runs {zoo} --restart"


@dataclass(frozen=True)
class Run:
    """A finished run of one backbone, opened; its parts are read when they are needed."""

    folder: Path
    backbone: Backbone
    catalog: Catalog
    facts: dict[str, Any]
    scores: dict[str, Any]
    embeddings: np.ndarray  # (N, D) unit rows, memory-mapped

    @property
    def name(self) -> str:
        """The backbone's name."""
        return self.backbone.name

    @cached_property
    def predictions(self) -> Features:
        """The predicted classes of every item."""
        path = self.folder / PREDICTIONS
        _check(path, self.facts)
        with np.load(path, allow_pickle=False) as data:
            multis = predicted_multis(data)
            return Features(self.embeddings, data["classes"], data["confidence"], multis)

    @cached_property
    def recommender(self) -> Recommender:
        """The search over this run's embeddings."""
        repair = f"zoo index {self.name} --runs {self.folder.parent}"
        facts, path = IndexFacts(**self.facts["indexed"]), self.folder / INDEX
        if not _unchanged(path, self.facts["files"][INDEX]):
            _refuse_replaced(self.folder, self.facts)
            check_index(path, facts, repair)
        index = open_index(path, facts, repair, self.index_place)
        return Recommender(self.catalog, self.embeddings, self.predictions, index)

    @property
    def index_place(self) -> Place:
        """Where the items of the index are in the catalogue as it is now."""
        items = int(self.facts["indexed"]["items"])
        if INDEX_ROWS not in self.facts["files"]:
            return Place.of(np.arange(items), len(self.catalog))
        path = self.folder / INDEX_ROWS
        _check(path, self.facts)
        rows = np.load(path, allow_pickle=False)
        there = rows[rows != GONE]
        if len(rows) != items or len(np.unique(there)) < len(there):
            raise RunError(f"{path} does not belong to {INDEX}; {_repair(self.folder)}")
        return Place.of(rows, len(self.catalog))

    @cached_property
    def transform(self) -> Transform:
        """The transform that the run was trained with."""
        return Transform(**_tuples(self.facts["trained"]["transform"]))

    @cached_property
    def model(self) -> ZooModel | StackedModel:
        """The trained model, on the CPU, its file checked."""
        _check(self.folder / MODEL, self.facts)
        return self.load_model()

    def load_model(self) -> ZooModel | StackedModel:
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
                f"makes it; {_repair(self.folder)}"
            ) from error
        return model

    @cached_property
    def encoder(self) -> Encoder:
        """The model as a function from pixels to features, on the best device there is."""
        runtime = TorchRuntime(self.model, self.transform, devices.choose())
        return Encoder(runtime, len(self.catalog.singles))


def open_run(zoo: Path, backbone: Backbone, catalog: Catalog) -> Run:
    """Open a published run; RunError names the part that does not agree and the remedy."""
    folder = zoo / backbone.name
    recover(folder)
    facts = read_facts(folder)
    if not facts or any(stage not in facts for stage in STAGES):
        raise RunError(f"{folder / RUN} is missing or unfinished; {_repair(folder)}")
    if facts["catalog"] != catalog.fingerprint():
        raise RunError(f"{folder} was made for another catalogue; {_repair(folder)}")
    for part, written in facts["files"].items():
        path = folder / part
        if not path.is_file():
            raise RunError(f"{path} is missing; {_repair(folder)}")
        if path.stat().st_size != written["bytes"]:
            raise RunError(f"{path} is truncated or of another run; {_repair(folder)}")
    embeddings = np.load(folder / EMBEDDINGS, mmap_mode="r", allow_pickle=False)
    if embeddings.shape != (len(catalog), facts["trained"]["dimension"]):
        raise RunError(f"{folder / EMBEDDINGS} has shape {embeddings.shape}; {_repair(folder)}")
    scores = json.loads((folder / SCORES).read_text("utf-8"))
    return Run(folder, backbone, catalog, facts, scores, embeddings)


def verify(run: Run) -> list[str]:
    """Every part whose contents are not what was written, as messages."""
    problems = []
    for part in run.facts["files"]:
        try:
            _check_sha256(run.folder / part, run.facts)
        except RunError as error:
            problems.append(str(error))
    return problems


def _check(path: Path, facts: dict[str, Any]) -> None:
    """RunError when a file is not what was written; one that nothing touched is not hashed."""
    if not _unchanged(path, facts["files"][path.name]):
        _refuse_replaced(path.parent, facts)
        _check_sha256(path, facts)


def check_parts(folder: Path, parts: Iterable[str]) -> None:
    """RunError when one of these parts of a published run is not what was written."""
    facts = read_facts(folder)
    for part in parts:
        if part in facts["files"]:
            _check(folder / part, facts)


def _refuse_replaced(folder: Path, facts: dict[str, Any]) -> None:
    """RunError when another run has taken the place of the one that was opened."""
    if (folder / RUN).is_file() and read_facts(folder) != facts:
        raise RunError(f"{folder} was replaced meanwhile; ask again")


def _unchanged(path: Path, known: dict[str, Any]) -> bool:
    """Whether a file has the size and time of change that it had when it was hashed.

    Gigabytes of index take seconds to hash; `zoo doctor` does it in any case.
    """
    if not path.is_file():
        return False
    stat = path.stat()
    return (known.get("bytes"), known.get("mtime_ns")) == (stat.st_size, stat.st_mtime_ns)


def _check_sha256(path: Path, facts: dict[str, Any]) -> None:
    if not path.is_file() or sha256_of(path) != facts["files"][path.name]["sha256"]:
        raise RunError(f"{path} is damaged or of another run; {_repair(path.parent)}")


def _tuples(facts: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in facts.items()}


def transform_facts(transform: Transform) -> dict[str, Any]:
    """A transform for run.json."""
    return asdict(transform)
