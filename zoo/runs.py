"""One directory per trained backbone: written whole, opened checked."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from zoo import devices
from zoo.backbones import Backbone, Transform
from zoo.catalog import Catalog
from zoo.errors import ReplacedError, RunError, ZooError
from zoo.features.encoder import Encoder, Features, predicted_multis
from zoo.features.extract import EMBEDDINGS, PREDICTIONS, SHARDS
from zoo.features.runtime import TorchRuntime
from zoo.files import recover, sha256_of, swap_in, write_json
from zoo.indexes import GONE, HINTS, Index, Items, Place
from zoo.indexes import PARTS as INDEX_PARTS
from zoo.indexing import DEFAULT, NAME, find, items_of
from zoo.search.recommender import Recommender
from zoo.training.checkpoint import Undrawn, read_tensors
from zoo.training.model import ZooModel
from zoo.training.network import MODEL
from zoo.training.settings import Settings
from zoo.training.stack import StackedModel
from zoo.training.targets import head_attributes
from zoo.training.train import SCRATCH, build_model

FORMAT = 2  # 1 had fewer settings and one width of the heads; it is read too
RUN, SCORES = "run.json", "scores.json"
STAGES = ("trained", "embedded", "indexed", "evaluated")
PARTS = (MODEL, EMBEDDINGS, PREDICTIONS, SCORES)  # and what its index wrote, if it wrote files
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
    facts["files"] = _files(partial, facts.get("files", {}))
    facts.pop(REDO, None)
    write_json(partial / RUN, facts)
    for scratch in (*SCRATCH, SHARDS):
        if (partial / scratch).is_dir():
            shutil.rmtree(partial / scratch)
        (partial / scratch).unlink(missing_ok=True)
    swap_in(partial, zoo / name)
    return zoo / name


def amend(folder: Path, indexed: dict[str, Any]) -> None:
    """Keep what an index became after its run was published."""
    facts = read_facts(folder)
    facts.update(indexed=indexed, files=_files(folder, facts["files"]))
    write_json(folder / RUN, facts)


def _files(folder: Path, known: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What tells whether a part of a run is another one, for each of its parts."""
    parts = [*PARTS, *([INDEX_ROWS] if (folder / INDEX_ROWS).is_file() else [])]
    for place in sorted(folder.glob(INDEX_PARTS)):
        inside = place.rglob("*") if place.is_dir() else [place]
        named = sorted(p.relative_to(folder).as_posix() for p in inside if p.is_file())
        parts += [part for part in named if not fnmatch(part, HINTS)]
    return {part: _file_facts(folder / part, known.get(part, {})) for part in parts}


def _file_facts(path: Path, known: dict[str, Any]) -> dict[str, Any]:
    """What tells whether a file is another one; taken over from `known` where it is still that."""
    if _unchanged(path, known):
        return known
    stat = path.stat()  # before its contents are read, so that a change meanwhile is noticed
    return {"bytes": stat.st_size, "mtime_ns": stat.st_mtime_ns, "sha256": sha256_of(path)}


def _repair(folder: Path, part: str = "") -> str:
    """The command that makes a part of a run anew, or the run itself."""
    zoo, name = folder.parent, folder.name
    if fnmatch(part, INDEX_PARTS):
        return f"repair it with: {_reindex(folder)}"
    return f"repair it with: python train.py {name} --runs {zoo} --restart"


def _reindex(folder: Path) -> str:
    return f"zoo index {folder.name} --runs {folder.parent}"


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
        _check(self.folder, PREDICTIONS, self.facts)
        return read_predictions(self.folder, self.embeddings)

    @cached_property
    def recommender(self) -> Recommender:
        """The search over this run's embeddings."""
        for part in self.facts["files"]:
            if fnmatch(part, INDEX_PARTS):
                _check(self.folder, part, self.facts)
        repair, facts = _reindex(self.folder), self.facts["indexed"]
        index = self.index.open(self.folder, facts, repair, self.index_place)
        return Recommender(self.catalog, self.embeddings, self.predictions, index, self.index.title)

    @property
    def index(self) -> Index:
        """The index that it has; RunError when no plugin brings it."""
        try:
            return find(self.facts["indexed"].get(NAME, DEFAULT), self.indexes)
        except ZooError as error:
            raise RunError(
                f"{self.folder / RUN}: {error}; add --plugins DIR, or build another one with: "
                f"{_reindex(self.folder)} --index {DEFAULT}"
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
        _check(self.folder, INDEX_ROWS, self.facts)
        rows = np.load(path, allow_pickle=False)
        there = rows[rows != GONE]
        if len(rows) != items or len(np.unique(there)) < len(there):
            raise RunError(f"{path} does not belong to its index; {_repair(self.folder)}")
        return Place.of(rows, len(self.catalog))

    @cached_property
    def transform(self) -> Transform:
        """The transform that the run was trained with."""
        return Transform(**_tuples(self.facts["trained"]["transform"]))

    @cached_property
    def model(self) -> ZooModel | StackedModel:
        """The trained model, on the CPU, its file checked."""
        _check(self.folder, MODEL, self.facts)
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


def read_predictions(folder: Path, embeddings: np.ndarray) -> Features:
    """What is predicted of the items with these embeddings, as the file has it."""
    with np.load(folder / PREDICTIONS, allow_pickle=False) as data:
        multis = predicted_multis(data)
        return Features(embeddings, data["classes"], data["confidence"], multis)


def read_features(folder: Path) -> Features:
    """What was embedded, the embeddings memory-mapped."""
    embeddings = np.load(folder / EMBEDDINGS, mmap_mode="r", allow_pickle=False)
    return read_predictions(folder, embeddings)


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
        raise RunError(f"{folder / RUN} is missing or unfinished; {_repair(folder)}")
    if facts["catalog"] != catalog.fingerprint():
        raise RunError(f"{folder} was made for another catalogue; {_repair(folder)}")
    for part, written in facts["files"].items():
        path = folder / part
        if not path.is_file():
            raise RunError(f"{path} is missing; {_repair(folder, part)}")
        if path.stat().st_size != written["bytes"]:
            raise RunError(f"{path} is truncated or of another run; {_repair(folder, part)}")
    embeddings = np.load(folder / EMBEDDINGS, mmap_mode="r", allow_pickle=False)
    if embeddings.shape != (len(catalog), facts["trained"]["dimension"]):
        raise RunError(f"{folder / EMBEDDINGS} has shape {embeddings.shape}; {_repair(folder)}")
    scores = json.loads((folder / SCORES).read_text("utf-8"))
    return Run(folder, backbone, catalog, facts, scores, embeddings, indexes)


def verify(run: Run) -> list[str]:
    """Every part whose contents are not what was written, as messages."""
    problems = []
    if run.facts["indexed"].get("uri"):  # none of its files are parts
        try:
            run.index.open(run.folder, run.facts["indexed"], _reindex(run.folder), run.index_place)
        except ZooError as error:
            problems.append(str(error))
    for part in run.facts["files"]:
        try:
            _check_sha256(run.folder, part, run.facts)
        except RunError as error:
            problems.append(str(error))
    return problems


def _check(folder: Path, part: str, facts: dict[str, Any]) -> None:
    """RunError when a file is not what was written; one that nothing touched is not hashed."""
    if not _unchanged(folder / part, facts["files"][part]):
        _refuse_replaced(folder, facts)
        _check_sha256(folder, part, facts)


def check_parts(folder: Path, besides: Collection[str] = ()) -> None:
    """RunError when a part of a run, `besides` those of a pattern, is not what was written."""
    facts = read_facts(folder)
    for part in facts["files"]:
        if not any(fnmatch(part, pattern) for pattern in besides):
            _check(folder, part, facts)


def _refuse_replaced(folder: Path, facts: dict[str, Any]) -> None:
    """ReplacedError when another run has taken, or takes, the place of the one that was opened."""
    if read_facts(folder) != facts:
        raise ReplacedError(f"{folder} was replaced meanwhile; ask again")


def _unchanged(path: Path, known: dict[str, Any]) -> bool:
    """Whether a file has the size and time of change that it had when it was hashed.

    Gigabytes of index take seconds to hash; `zoo doctor` does it in any case.
    """
    if not path.is_file():
        return False
    stat = path.stat()
    return (known.get("bytes"), known.get("mtime_ns")) == (stat.st_size, stat.st_mtime_ns)


def _check_sha256(folder: Path, part: str, facts: dict[str, Any]) -> None:
    path = folder / part
    if not path.is_file() or sha256_of(path) != facts["files"][part]["sha256"]:
        raise RunError(f"{path} is damaged or of another run; {_repair(folder, part)}")


def _tuples(facts: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in facts.items()}


def transform_facts(transform: Transform) -> dict[str, Any]:
    """A transform for run.json."""
    return asdict(transform)
