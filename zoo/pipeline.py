"""Train, embed, index, evaluate: each stage once, kept when a later one is killed."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from zoo import devices, run_files, runs
from zoo.backbones import Backbone
from zoo.catalog import Catalog
from zoo.embedding import LOCAL, Engine, embed_rows
from zoo.errors import RunError
from zoo.evaluation.per_query import PIXELS, keep
from zoo.evaluation.scores import describe, score_backbone, score_baselines
from zoo.features.extract import EMBEDDINGS
from zoo.files import discard_unwritten, sha256_of, write_json
from zoo.indexing import AS_BEFORE, Wish, asked_of, items_of
from zoo.processes import processes
from zoo.progress import Progress, Silence
from zoo.run_files import FORMAT, RUN, SCORES, STAGES, amend, partial_folder, read_facts
from zoo.training.model import ZooModel
from zoo.training.settings import Settings
from zoo.training.stack import AnyModel
from zoo.training.train import Trained, train

BASELINES = "baselines.json"
PACKAGES = ("fashion-model-zoo", "torch", "timm", "annoy", "numpy", "pillow")


@dataclass(frozen=True)
class Means:
    """What a run is made with; training is torch's, here, in any case."""

    runtime: str = "auto"  # embeds, see zoo.features.accepted
    engine: Engine = LOCAL  # where, see zoo.embedding
    wish: Wish = AS_BEFORE  # of the index, see zoo.indexing


USUAL = Means()


def make_run(
    backbone: Backbone,
    catalog: Catalog,
    settings: Settings,
    zoo: Path,
    progress: Progress,
    means: Means = USUAL,
) -> Path:
    """Make or finish the run of one backbone and publish it; returns its folder."""
    partial = partial_folder(zoo, backbone.name)
    partial.mkdir(parents=True, exist_ok=True)
    discard_unwritten(partial)
    facts = _begin(backbone, catalog, settings, partial, means.wish)
    work = _Work(backbone, catalog, settings, partial, progress, means)
    processes().agreed("trained" not in facts)  # followers train too, see follow_run
    for stage in STAGES:
        if stage in facts:
            continue
        facts[stage] = work.do(stage)
        write_json(partial / RUN, facts)
    folder = run_files.publish(zoo, backbone.name)
    work.improve(folder)
    return folder


def follow_run(backbone: Backbone, catalog: Catalog, settings: Settings, zoo: Path) -> None:
    """The part that a process which is not the first has in `make_run`: it trains."""
    if processes().agreed(False):
        train(backbone, catalog, settings, partial_folder(zoo, backbone.name), Silence())


def ensure_baselines(catalog: Catalog, zoo: Path, keeping: bool = True) -> dict[str, Any]:
    """The baselines of this catalogue, computed once; kept in the zoo unless it is only read."""
    path = zoo / BASELINES
    fingerprint = catalog.fingerprint()
    if path.is_file():
        known: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if known.get("catalog") == fingerprint:
            return dict(known["baselines"])
    found = score_baselines(catalog)
    baselines = {name: {"retrieval": describe(retrieval)} for name, retrieval in found.items()}
    if keeping:
        measured = found["pixels"].per_query.on(fingerprint)
        keep(zoo, PIXELS, pixels_scores(baselines), measured)
        write_json(path, {"catalog": fingerprint, "baselines": baselines})
    return baselines


def pixels_scores(baselines: dict[str, Any]) -> str:
    """What tells these scores of the pixels baseline from others."""
    return hashlib.sha256(json.dumps(baselines["pixels"], sort_keys=True).encode()).hexdigest()


def keep_baselines(catalog: Catalog, zoo: Path) -> None:
    """Let the baselines stand for a changed catalogue, as the scores beside them do."""
    path = zoo / BASELINES
    if path.is_file():
        known = json.loads(path.read_text("utf-8"))
        write_json(path, {**known, "catalog": catalog.fingerprint()})


def _begin(
    backbone: Backbone, catalog: Catalog, settings: Settings, partial: Path, wish: Wish
) -> dict[str, Any]:
    """run.json as it stands; refuses to go on with another catalogue or other settings."""
    asked = {
        "backbone": {"name": backbone.name, "title": backbone.title, "source": backbone.source},
        "catalog": catalog.fingerprint(),
        "settings": settings.as_dict(),
    }
    facts = read_facts(partial)
    if not facts:
        facts = wish.kept(
            {
                "format": FORMAT,
                **asked,
                "items": len(catalog),
                "packages": package_versions(),
            }
        )
        write_json(partial / RUN, facts)
        return facts
    changes = _differences(facts, asked, settings)
    if changes:
        raise RunError(
            f"{partial} was begun with other settings: {'; '.join(changes)}; resume with those, "
            "or begin again with --restart"
        )
    if wish.is_new(facts):
        facts = {k: v for k, v in wish.kept(facts).items() if k not in ("indexed", "evaluated")}
        write_json(partial / RUN, facts)
    return facts


def _differences(facts: dict[str, Any], asked: dict[str, Any], settings: Settings) -> list[str]:
    before = Settings.from_dict(facts["settings"])
    changes = [
        f"{name} was {getattr(before, name)!r}, now {getattr(settings, name)!r}"
        for name in settings.changed_from(before)
    ]
    if facts["catalog"] != asked["catalog"]:
        changes.append("the catalogue is another")
    if facts["backbone"] != asked["backbone"]:
        changes.append(f"source was {facts['backbone']['source']!r}")
    return changes


@dataclass(frozen=True)
class _Work:
    """The four stages of one run, in its partial folder."""

    backbone: Backbone
    catalog: Catalog
    settings: Settings
    folder: Path
    progress: Progress
    means: Means

    def do(self, stage: str) -> dict[str, Any]:
        """What run.json keeps of a stage that is done now."""
        stages = {
            "trained": self.train,
            "embedded": self.embed,
            "indexed": self.index,
            "evaluated": self.evaluate,
        }
        return stages[stage]()

    def train(self) -> dict[str, Any]:
        compute = devices.choose(self.settings.device, self.settings.precision)
        trained = train(self.backbone, self.catalog, self.settings, self.folder, self.progress)
        return {
            "weights": asdict(trained.origin),
            "transform": asdict(trained.transform),
            "dimension": trained.model.width,
            "parameters": _backbone_parameters(trained.model),
            "settings": self.settings.as_dict(),
            "device": compute.device.type,
            "precision": compute.precision,
            "calibration": trained.calibration,
            "machine": platform.machine(),
            "epochs": len(trained.history),
            "images_per_s": _training_rate(trained),
            "seconds": trained.seconds,
            "finished": _now(),
        }

    def embed(self) -> dict[str, Any]:
        run = runs.trained_run(self.folder, self.backbone, self.catalog)
        rows = np.arange(len(self.catalog))
        runtime, engine = self.means.runtime, self.means.engine
        return embed_rows(run, rows, self.folder, self.progress, runtime, engine)

    def index(self) -> dict[str, Any]:
        self.progress.say(f"{self.backbone.name}: index")
        facts = read_facts(self.folder)
        asked = asked_of(facts, self.backbone.name, self.settings.seed, self.progress.say)
        asked = replace(asked, workers=self.means.wish.workers)
        items = items_of(self.catalog, runs.read_features(self.folder), self.folder / EMBEDDINGS)
        return self.means.wish.index_of(facts).build(items, self.folder, asked)

    def improve(self, folder: Path) -> None:
        """What takes long and need not keep the published run from answering."""
        facts = read_facts(folder)
        asked = asked_of(facts, self.backbone.name, self.settings.seed, self.progress.say)
        items = items_of(self.catalog, runs.read_features(folder), folder / EMBEDDINGS)
        better = self.means.wish.index_of(facts).improve(items, folder, facts["indexed"], asked)
        if better is not None:
            amend(folder, better)

    def evaluate(self) -> dict[str, Any]:
        self.progress.say(f"{self.backbone.name}: evaluation")
        scores, measured = score_backbone(self.catalog, runs.read_features(self.folder))
        path = self.folder / SCORES
        write_json(path, scores)
        measured = measured.on(self.catalog.fingerprint())
        keep(self.folder.parent, self.backbone.name, sha256_of(path), measured)
        return {"finished": _now()}


def _backbone_parameters(model: AnyModel) -> int:
    """Those of the backbones alone: what is trained beside them differs by the settings."""
    networks = [module for module in model.modules() if isinstance(module, ZooModel)]
    return sum(p.numel() for network in networks for p in network.backbone.parameters())


def _training_rate(trained: Trained) -> float | None:
    epochs = [e for e in trained.history if e.phase == "unfrozen"] or trained.history
    pictures = sum(e.images_per_s * e.seconds for e in epochs)
    return pictures / sum(e.seconds for e in epochs) if epochs else None


def package_versions(more: Iterable[str] = ()) -> dict[str, str]:
    """Python and the packages that results hang on, and `more` of them, with their versions."""
    found = {"python": platform.python_version()}
    for package in dict.fromkeys((*PACKAGES, *more)):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
