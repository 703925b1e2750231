"""A zoo brought to a changed catalogue: what is known stays, only new pictures are embedded.

A few new items are searched one by one beside the index, and scores stay those of the catalogue
that was measured, which is said beside them. A change that is not small has all built and measured
anew, as `zoo compact` does.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from zoo import pipeline, redoing, run_files, runs
from zoo.catalog import Catalog
from zoo.catalog.catalog import split_counts
from zoo.catalog.change import Change
from zoo.catalog.readers.csv_columns import RESERVED, find_roles, without_unknown
from zoo.compare import Zoo
from zoo.embedding import embed_rows
from zoo.errors import CatalogError, RunError
from zoo.evaluation.votes import VOTES
from zoo.features.extract import EMBEDDINGS, PREDICTIONS, write_embeddings
from zoo.files import linked, recover, sha256_of, swap_in, write_json, written_whole
from zoo.indexes import GONE, Place
from zoo.indexing import Wish, items_of
from zoo.picture_tables import PictureTable
from zoo.pipeline import Means
from zoo.progress import Progress
from zoo.run_files import INDEX_ROWS, RUN, check_parts, partial_folder, read_facts, since

NEW = "new"  # the folder of a partial run in which new pictures are embedded
# Files of other processes on their way to their place, and where maps are being made.
PASSING = shutil.ignore_patterns(".maps", ".*.[0-9]*.partial")
BEGUN_FROM = "begun_from.json"  # in the work folder: the runs that it was laid out from
BLOCK = 8192  # rows moved at a time
# So much of a catalogue may come, go or get another label before all is built and measured anew.
SMALL = 0.05


def rows_to_add(table: PictureTable, source: Path) -> pd.DataFrame:
    """item_id, path, and all columns of a CSV; items are named by its ids or the files' names."""
    paths = [str(path.absolute()) for path in table.paths]
    names = _names(table, source)
    plain: pd.DataFrame = pd.DataFrame({"item_id": names, "path": paths})
    if not table.from_csv:
        return plain
    rows = pd.DataFrame(table.cells, columns=list(table.columns), dtype="str")
    roles = find_roles(source, table.columns)
    given = without_unknown(rows)
    # As where a catalogue is made: a row without an id is named by its path, which is as unique.
    # By the one written there: visitors of the page see ids, and not where the pictures lie.
    ids = given[roles.item_id].fillna(rows[roles.path]) if roles.item_id else plain["item_id"]
    titles = {"title": given[roles.title]} if roles.title else {}
    labels = given.drop(columns=[c for c in given if c in RESERVED or c in roles.taken])
    named = plain.assign(item_id=ids, **titles)
    joined: pd.DataFrame = pd.concat([named, labels], axis=1)
    return joined


def _names(table: PictureTable, source: Path) -> list[str]:
    """Files by their names; those of folders within the source, and those of one name, by paths."""
    times = Counter(path.stem for path in table.paths)
    if not source.is_dir():
        return [path.stem for path in table.paths]
    inside = [path.relative_to(source) for path in table.paths]
    return [
        path.stem if len(path.parts) == 1 and times[path.stem] == 1 else path.as_posix()
        for path in inside
    ]


def update(zoo: Zoo, change: Change, progress: Progress, runtime: str = "auto") -> None:
    """Put the zoo of the changed catalogue in the place of `zoo`, whole; training is not repeated.

    What a killed call embedded is used by the next one that wants the same.
    """
    catalog = change.catalog
    _require_rest(catalog)
    redoing.refuse_unfinished(zoo.folder, list(zoo.registry.backbones.values()))
    if zoo.problems:
        left = ", ".join(problem.origin for problem in zoo.problems)
        why = "; ".join(problem.error for problem in zoo.problems)
        raise RunError(f"{why}; an update would leave {left} behind")
    place = zoo.folder.resolve()  # its work lies beside it, on the same disk
    work = place.with_name(f".{place.name}.{catalog.fingerprint()[:12]}.updating")
    for stale in _works(place):
        if stale != work:
            shutil.rmtree(stale)
    if not _begun(work, place):
        shutil.rmtree(work, ignore_errors=True)
        # Links, not copies: the zoo stays as it is until the new one takes its place.
        shutil.copytree(place, work, copy_function=linked, ignore=PASSING)
        write_json(work / BEGUN_FROM, _runs_in(place))
    catalog.save(work)  # in work gone on with, too: its name does not tell paths and titles
    for run in zoo.runs.values():
        recover(work / run.name)
        if read_facts(work / run.name)["catalog"] != catalog.fingerprint():
            _bring(run, change, work, progress, runtime)
    pipeline.keep_baselines(catalog, work)
    if not all(_small(run, change) for run in zoo.runs.values()):
        backbones = [run.backbone for run in zoo.runs.values()]
        means = Means(wish=Wish(known=zoo.registry.indexes))
        redoing.compact(backbones, catalog, work, progress, means)
    (work / BEGUN_FROM).unlink()
    _bring_votes(place, work)
    swap_in(work, place)


def _works(place: Path) -> list[Path]:
    """What killed updates of that zoo left beside it; those of a zoo.other are not its own."""
    own = re.compile(rf"\.{re.escape(place.name)}\.[0-9a-f]{{12}}\.updating")
    return [path for path in place.parent.iterdir() if own.fullmatch(path.name)]


def _bring_votes(place: Path, work: Path) -> None:
    """The file of the votes itself: those that came since the work was begun are in it too."""
    if (place / VOTES).is_file():
        (work / VOTES).unlink(missing_ok=True)
        linked(str(place / VOTES), str(work / VOTES))


def _small(run: runs.Run, change: Change) -> bool:
    """Whether index and scores may stay, with all changes since they were made."""
    loose = run.index_place.after(change.origin).loose
    happened = change.added_to(since(run.facts))
    relabelled = happened.pop("relabelled")
    if run.index.changes:  # it has nothing loose, but was measured without what came
        loose = max(loose, sum(happened.values()))
    return loose + relabelled <= SMALL * len(change.catalog)


def _require_rest(catalog: Catalog) -> None:
    counts = split_counts(catalog.table["split"])
    if not all(counts.values()):
        found = ", ".join(f"{name} {count}" for name, count in counts.items())
        raise CatalogError(f"that leaves nothing in a split ({found}); train a new zoo instead")


def _begun(work: Path, place: Path) -> bool:
    """Whether a killed update left its work there, and the zoo's runs are still those it took."""
    path = work / BEGUN_FROM  # written last
    return path.is_file() and json.loads(path.read_text("utf-8")) == _runs_in(place)


def _runs_in(zoo: Path) -> dict[str, str]:
    """The sha256 of what each published run says of itself."""
    return {path.parent.name: sha256_of(path) for path in sorted(zoo.glob(f"[!.]*/{RUN}"))}


def _bring(run: runs.Run, change: Change, work: Path, progress: Progress, runtime: str) -> None:
    """Make the run in `work` one of the changed catalogue."""
    partial = partial_folder(work, run.name)
    fingerprint = change.catalog.fingerprint()
    if read_facts(partial).get("catalog") != fingerprint:
        check_parts(run.folder)
        redoing.lay_out(run.name, work)
        own = read_facts(work / run.name)
        facts = {**own, "catalog": fingerprint, "items": len(change.catalog)}
        facts.pop("embedded")
        write_json(partial / RUN, facts)
    facts = read_facts(partial)
    if "embedded" not in facts:
        anew = _embed(run, change, partial, progress, runtime)
        facts["embedded"] = _embedded(run.facts["embedded"], anew, change)
        write_json(partial / RUN, facts)
    with written_whole(partial / INDEX_ROWS) as path, path.open("wb") as file:
        np.save(file, _index(run, change, partial, facts).rows)
    facts["evaluated"] = {**run.facts["evaluated"], "since": change.added_to(since(run.facts))}
    write_json(partial / RUN, facts)
    run_files.publish(work, run.name)


def _index(run: runs.Run, change: Change, partial: Path, facts: dict[str, Any]) -> Place:
    """Where the items of the index are now; one that can be changed takes them all in."""
    before, place = run.index_place, run.index_place.after(change.origin)
    if not run.index.changes:
        return place
    now = items_of(change.catalog, runs.read_features(partial), partial / EMBEDDINGS)
    rows = place.rows.copy()
    there = np.flatnonzero(rows != GONE)
    new, old = now.columns, run.items.columns
    for name, column in new.items():  # under another label an item is another one to its filters
        was = old[name].codes[change.origin[rows[there]]]
        there = there[column.codes[rows[there]] == was]
    rows[np.setdiff1d(np.arange(len(rows)), there)] = GONE
    place = Place.of(rows, len(change.catalog))
    gone = np.flatnonzero((before.rows != GONE) & (rows == GONE))
    facts["indexed"] = run.index.change(now, place, gone, partial, run.facts["indexed"])
    return place.joined()


def _embedded(before: dict[str, Any], anew: dict[str, Any], change: Change) -> dict[str, Any]:
    """What run.json keeps: the facts of most pictures, those of a few that came since apart."""
    new = int((change.origin < 0).sum())
    if 2 * new > len(change.origin):
        return anew
    # The rate and runtime of one picture say nothing of a catalogue.
    return {**before, "since": anew} if new else before


def _embed(
    run: runs.Run, change: Change, partial: Path, progress: Progress, runtime: str
) -> dict[str, Any]:
    """Write the embeddings and predictions of all items; the facts of those embedded anew."""
    anew = np.flatnonzero(change.origin < 0)
    folder, facts = partial / NEW, dict[str, Any]()
    old, new = run.predictions, run.predictions[:0]
    if len(anew):
        fresh = runs.trained_run(partial, run.backbone, change.catalog)
        facts = embed_rows(fresh, anew, folder, progress, runtime)
        new = runs.read_features(folder)
    moved = _moved(old.embeddings, new.embeddings, change.origin)
    write_embeddings(partial, len(change.origin), moved)
    arrays: dict[str, Any] = {}
    came = new.arrays()
    for name, known in old.arrays().items():
        arrays[name] = np.concatenate(list(_moved(known, came[name], change.origin)))
    with written_whole(partial / PREDICTIONS) as path, path.open("wb") as file:
        np.savez(file, **arrays)
    shutil.rmtree(folder, ignore_errors=True)
    return facts


def _moved(old: np.ndarray, new: np.ndarray, origin: np.ndarray) -> Iterator[np.ndarray]:
    """Old rows where `origin` (N,) says which, new ones, in their order, where it says none.

    In blocks, as a large catalogue's may not fit into memory.
    """
    came = 0
    for start in range(0, len(origin), BLOCK):
        places = origin[start : start + BLOCK]
        rows, fresh = old[places], np.flatnonzero(places < 0)
        rows[fresh] = new[came : came + len(fresh)]
        came += len(fresh)
        yield rows
