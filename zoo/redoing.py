"""Parts of a published run made again, and the unfinished work that stands in the way of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from zoo import pipeline
from zoo.backbones import Backbone
from zoo.catalog import Catalog
from zoo.errors import RunError, ZooError, typed
from zoo.features.extract import EMBEDDINGS, PREDICTIONS
from zoo.files import linked, sha256_of, write_json
from zoo.indexes import PARTS as INDEX_PARTS
from zoo.pipeline import USUAL, Means
from zoo.progress import Progress
from zoo.run_files import (
    INDEX_ROWS,
    REDO,
    RUN,
    SCORES,
    STAGES,
    check_parts,
    partial_folder,
    read_facts,
    since,
    unfinished,
)
from zoo.training.settings import Settings

OUTPUTS = {
    "embedded": (EMBEDDINGS, PREDICTIONS),
    "indexed": (INDEX_PARTS, INDEX_ROWS),
    "evaluated": (SCORES,),
}


def embed(
    backbone: Backbone,
    catalog: Catalog,
    zoo: Path,
    progress: Progress,
    means: Means = USUAL,
    force: bool = False,
) -> None:
    """Embed a published run's catalogue, index and evaluate it; what is known is kept.

    Known are the embeddings of the run, while they are whole and of the runtime that is asked for,
    and the shards that a killed call for the same weights, pictures and runtime left. With `force`
    nothing is. Errors as in `index`.
    """
    _require_run(backbone, zoo)
    published, partial = zoo / backbone.name, partial_folder(zoo, backbone.name)
    origin = {"stage": "embedded", "of": sha256_of(published / RUN), "runtime": means.runtime}
    if not force and read_facts(partial).get(REDO) == origin:
        progress.say(f"{backbone.name}: goes on with what is embedded")
        settings = Settings.from_dict(read_facts(partial)["settings"])
        pipeline.make_run(backbone, catalog, settings, zoo, progress, means)
        return
    known = None if force else _known(published, means.runtime)
    if known is None:
        repeat(backbone, "embedded", catalog, zoo, progress, means, origin)
        return
    progress.say(f"{backbone.name}: embedded already, by {known}; --force embeds it again")


def index(
    backbone: Backbone, catalog: Catalog, zoo: Path, progress: Progress, means: Means = USUAL
) -> None:
    """Index a published run anew and evaluate it.

    RunError when there is none, ZooError when another training of it is unfinished.
    """
    _require_run(backbone, zoo)
    repeat(backbone, "indexed", catalog, zoo, progress, means)


def _require_run(backbone: Backbone, zoo: Path) -> None:
    name = backbone.name
    if not (zoo / name).is_dir():
        raise RunError(f"no run of {name!r} in {zoo}; train it with: python train.py {name}")
    refuse_unfinished(zoo, [backbone])


def _known(folder: Path, runtime: str) -> str | None:
    """What made the embeddings of a run, if they are whole and that runtime's."""
    facts = read_facts(folder)
    made = facts.get("embedded", {})
    if runtime not in ("auto", made.get("runtime")):
        return None
    try:
        check_parts(folder, set(facts["files"]).difference(OUTPUTS["embedded"]))
    except RunError:
        return None
    return f"{made['runtime']} in {made['precision']}"


def repeat(
    backbone: Backbone,
    stage: str,
    catalog: Catalog,
    zoo: Path,
    progress: Progress,
    means: Means = USUAL,
    origin: dict[str, str] | None = None,
) -> Path:
    """Do `stage` and what follows it again for a published run; publish the result.

    Whatever is in the partial folder is thrown away. What is wished of the index is kept for
    whenever it is built again. `origin` is kept there to tell what was begun.
    """
    again, outputs = _from(stage), _outputs(stage)
    means.wish.kept(read_facts(zoo / backbone.name))  # an error comes before anything is touched
    check_parts(zoo / backbone.name, outputs)
    partial = lay_out(backbone.name, zoo)
    for path in [path for output in outputs for path in partial.glob(output)]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    facts = {k: v for k, v in read_facts(zoo / backbone.name).items() if k not in again}
    begun = {**means.wish.kept(facts), REDO: origin or {"stage": stage}}
    write_json(partial / RUN, begun)
    settings = Settings.from_dict(facts["settings"])
    return pipeline.make_run(backbone, catalog, settings, zoo, progress, means)


def _from(stage: str) -> tuple[str, ...]:
    """That stage and those that follow it."""
    return STAGES[STAGES.index(stage) :]


def _outputs(stage: str) -> list[str]:
    """The files that these stages write, as patterns."""
    return [output for later in _from(stage) for output in OUTPUTS[later]]


def _can_be_repeated(folder: Path, stage: str) -> bool:
    """Whether the files of a run that `stage` is done with are as they were written."""
    try:
        check_parts(folder, _outputs(stage))
    except RunError:
        return False
    return True


def behind(backbones: Iterable[Backbone], zoo: Path) -> list[Backbone]:
    """Those whose items came or went since they were indexed and measured.

    Of a run whose network is damaged nothing can be made but by a training; who opens it is told.
    """

    def changed(backbone: Backbone) -> bool:
        folder = zoo / backbone.name
        try:
            return bool(since(read_facts(folder))) and _can_be_repeated(folder, "embedded")
        except RunError:
            return False

    return [b for b in backbones if changed(b)]


def compact(
    backbones: Sequence[Backbone],
    catalog: Catalog,
    zoo: Path,
    progress: Progress,
    means: Means = USUAL,
) -> None:
    """Index and measure these backbones anew, and the baselines: all on one catalogue.

    Those whose embeddings are damaged are embedded anew first.
    """
    (zoo / pipeline.BASELINES).unlink(missing_ok=True)
    pipeline.ensure_baselines(catalog, zoo)
    for backbone in backbones:
        whole = _can_be_repeated(zoo / backbone.name, "indexed")
        repeat(backbone, "indexed" if whole else "embedded", catalog, zoo, progress, means)


def lay_out(name: str, zoo: Path) -> Path:
    """Put the files of a published run into its partial folder, to be changed there.

    All but run.json, which whoever changes them writes last: killed before, nothing is begun.
    """
    partial = partial_folder(zoo, name)
    shutil.rmtree(partial, ignore_errors=True)
    # Links, not copies: the published run stays whole until the new one takes its place.
    but_facts = shutil.ignore_patterns(RUN)
    shutil.copytree(zoo / name, partial, copy_function=linked, ignore=but_facts)
    return partial


def refuse_behind(zoo: Path, backbones: Iterable[Backbone]) -> None:
    """ZooError when some are measured on an earlier catalogue than a new one would be."""
    names = [b.name for b in behind(backbones, zoo)]
    if names:
        raise ZooError(
            f"items came or went since {', '.join(names)} were measured, and all are to be "
            f"compared on one catalogue; first: zoo compact --runs {typed(zoo)}"
        )


def refuse_unfinished(zoo: Path, backbones: Sequence[Backbone]) -> None:
    """ZooError when runs were begun and not finished: going on or beginning again is a choice."""
    begun = sorted({b.name for b in backbones}.intersection(unfinished(zoo)))
    if begun:
        raise ZooError(
            f"unfinished training in {zoo}: {', '.join(begun)}; repeat the command that began it "
            "with --resume to go on, or with --restart to begin again"
        )


def discard_redo(backbone: Backbone, zoo: Path) -> None:
    """Throw away what is no training begun: a killed `repeat`, or one that never came to work."""
    if backbone.name not in unfinished(zoo):
        shutil.rmtree(partial_folder(zoo, backbone.name), ignore_errors=True)
