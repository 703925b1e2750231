"""The files of a run: written whole, each known by its checksum."""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Collection, Mapping
from fnmatch import fnmatch
from itertools import chain
from pathlib import Path
from typing import Any

from zoo.errors import ReplacedError, RunError, typed
from zoo.features.extract import EMBEDDINGS, PREDICTIONS, SHARDS
from zoo.files import sha256_of, swap_in, write_json
from zoo.indexes import HINTS
from zoo.indexes import PARTS as INDEX_PARTS
from zoo.indexing import NAME, URI
from zoo.plugins import Failure, Registry
from zoo.training.network import MODEL
from zoo.training.settings import Settings
from zoo.training.train import SCRATCH

FORMAT = 2  # 1 had fewer settings and one width of the heads; it is read too
RUN, SCORES = "run.json", "scores.json"
STAGES = ("trained", "embedded", "indexed", "evaluated")
PARTS = (MODEL, EMBEDDINGS, PREDICTIONS, SCORES)  # and what its index wrote, if it wrote files
REDO = "redo"  # in run.json of a partial folder: made from a published run, and easily again
PARTIAL = ".partial"
INDEX_ROWS = "index_rows.npy"  # only where items came or went since the index was built


def partial_folder(zoo: Path, name: str) -> Path:
    """Where a run is made before it is published."""
    return zoo / f".{name}{PARTIAL}"


def unfinished(zoo: Path) -> list[str]:
    """The backbones whose training was begun and not finished; killed redoing is none."""
    return [
        partial.name[1:].removesuffix(PARTIAL)
        for partial in sorted(zoo.glob(f".*{PARTIAL}"))
        if _is_training(partial)
    ]


def _is_training(partial: Path) -> bool:
    """Whether more than the note of what is to be was made there, and for the first time."""
    try:
        facts = read_facts(partial)
    except RunError:
        return True
    made = any(path.name != RUN for path in partial.glob("[!.]*"))  # none where it was published
    return bool(facts) and REDO not in facts and made


def without_plugin(zoo: Path, registry: Registry) -> list[Failure]:
    """The published runs whose backbone no plugin brings, and what to do."""
    names = [path.parent.name for path in sorted(zoo.glob(f"[!.]*/{RUN}"))]
    return [
        Failure(name, f"{zoo / name} has no plugin; install it, or add --plugins DIR")
        for name in names
        if name not in registry.backbones
    ]


def read_facts(folder: Path) -> dict[str, Any]:
    """run.json of a run, {} when there is none yet; RunError when damaged or newer."""
    path = folder / RUN
    try:
        facts: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise RunError(f"{path} is damaged ({error}); {repair(folder, {})}") from error
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
    """Move a finished run into its place; the run it replaces stays until that is done.

    Until then it says what it was made again for: killed before, it is not taken for a training.
    """
    partial = partial_folder(zoo, name)
    facts = read_facts(partial)
    facts["files"] = _files(partial, facts.get("files", {}))
    write_json(partial / RUN, facts)
    for scratch in (*SCRATCH, SHARDS):
        if (partial / scratch).is_dir():
            shutil.rmtree(partial / scratch)
        (partial / scratch).unlink(missing_ok=True)
    swap_in(partial, zoo / name)
    if facts.pop(REDO, None) is not None:
        write_json(zoo / name / RUN, facts)
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


def repair(folder: Path, facts: Mapping[str, Any], part: str = "") -> str:
    """The command that makes a part of a run anew, or the run itself as run.json says it was."""
    if part in (INDEX_ROWS, SCORES) or fnmatch(part, INDEX_PARTS):
        return f"repair it with: {reindex(folder)}"
    if part in (EMBEDDINGS, PREDICTIONS):
        return f"repair it with: zoo embed {folder.name} --runs {typed(folder.parent)}"
    again = f"repair it with: python train.py {folder.name} --runs {typed(folder.parent)} --restart"
    if "settings" not in facts:
        return f"{again} and the options that it was trained with"
    index = [(f"--{key.replace('_', '-')}", facts[key]) for key in (NAME, URI) if key in facts]
    asked = [*Settings.from_dict(facts["settings"]).options(), *chain.from_iterable(index)]
    return " ".join([again, *map(shlex.quote, asked)])


def reindex(folder: Path) -> str:
    """The command that builds the index of a run anew, and measures it."""
    return f"zoo index {folder.name} --runs {typed(folder.parent)}"


def check(folder: Path, part: str, facts: dict[str, Any]) -> None:
    """RunError when a file is not what was written; one that nothing touched is not hashed.

    ReplacedError when another run has taken, or takes, the place of the one that was opened.
    """
    if _unchanged(folder / part, facts["files"][part]):
        return
    if read_facts(folder) != facts:
        raise ReplacedError(f"{folder} was replaced meanwhile; ask again")
    check_sha256(folder, part, facts)


def check_parts(folder: Path, besides: Collection[str] = ()) -> None:
    """RunError when a part of a run, `besides` those of a pattern, is not what was written."""
    facts = read_facts(folder)
    for part in facts["files"]:
        if not any(fnmatch(part, pattern) for pattern in besides):
            check(folder, part, facts)


def _unchanged(path: Path, known: dict[str, Any]) -> bool:
    """Whether a file has the size and time of change that it had when it was hashed.

    Gigabytes of index take seconds to hash; `zoo doctor` does it in any case.
    """
    if not path.is_file():
        return False
    stat = path.stat()
    return (known.get("bytes"), known.get("mtime_ns")) == (stat.st_size, stat.st_mtime_ns)


def check_sha256(folder: Path, part: str, facts: dict[str, Any]) -> None:
    """RunError when the contents of a part are not those that run.json has the checksum of."""
    path = folder / part
    if not path.is_file() or sha256_of(path) != facts["files"][part]["sha256"]:
        raise RunError(f"{path} is damaged or of another run; {repair(folder, facts, part)}")
