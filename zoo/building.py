"""A zoo from pictures: the catalogue, then a run for each backbone, one after the other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from filelock import FileLock, Timeout

from zoo import pipeline, redoing
from zoo.backbones import Backbone
from zoo.catalog import (
    Catalog,
    CatalogSettings,
    build_catalog,
    listing_name,
    load_catalog,
    read_listing,
    summarise,
    write_report,
)
from zoo.catalog.catalog import PICTURES
from zoo.catalog.listing import Finding, unpacked
from zoo.catalog.sample import draw_sample
from zoo.errors import CatalogError, RunError, ZooError
from zoo.files import recover
from zoo.indexes import PARTS as INDEX_PARTS
from zoo.pipeline import USUAL, Means
from zoo.processes import processes
from zoo.progress import Progress
from zoo.run_files import STAGES, check_parts, partial_folder, read_facts
from zoo.training.settings import Settings

RUNS = Path("runs")
SAMPLE = "sample"
SAMPLE_ITEMS = 1500


@dataclass(frozen=True)
class CatalogSource:
    """Where the pictures are, and which of them make the catalogue."""

    path: Path | None = None  # None: the zoo's own catalogue if it has one, else the sample
    reader: str | None = None
    settings: CatalogSettings = field(default_factory=CatalogSettings)


def default_folder(data: CatalogSource) -> Path:
    """runs/<catalogue name>."""
    if data.path is None:
        return RUNS / SAMPLE
    return RUNS / listing_name(data.path, data.reader)


def prepare_catalog(data: CatalogSource, zoo: Path, progress: Progress) -> Catalog:
    """The zoo's catalogue: opened when it is there, else read (or drawn) and saved."""
    there = (zoo / "catalog.json").is_file()
    if there and data.path is None:
        return load_catalog(zoo)
    catalog, findings = _read(data, zoo, progress)
    if there and (held := load_catalog(zoo)).fingerprint() != catalog.fingerprint():
        raise CatalogError(
            f"{zoo} holds another catalogue than {data.path} gives with these settings "
            f"({_differences(held, catalog)}); name another folder with --runs"
        )
    if not there:
        catalog.save(zoo)
    report = write_report(findings, zoo)
    counts = ", ".join(f"{count} {kind}" for kind, count in summarise(findings).items())
    progress.say(f"{catalog.name}: {len(catalog)} pictures, attributes {_names(catalog)}")
    progress.say(f"  alike in scores are items of the same {' and '.join(catalog.key)}")
    train, used = len(catalog.rows("train")), len(catalog.training_rows())
    if used < train:
        progress.say(f"  trained on {used} of the {train} of the train split; the others are found")
    if counts:
        progress.say(f"  {counts}; listed in {report}")
    return catalog


def _differences(held: Catalog, read: Catalog) -> str:
    """What makes two catalogues differ: settings where any do, else the data themselves."""
    asked = {"source": None, "reader": None, **CatalogSettings().as_dict()}
    pairs = {n: (held.provenance.get(n, was), read.provenance[n]) for n, was in asked.items()}
    pairs["attributes"] = (_names(held), _names(read))
    changes = [f"{name} was {a!r}, now {b!r}" for name, (a, b) in pairs.items() if a != b]
    return "; ".join(changes) or "the pictures or labels are others: zoo sync takes them over"


def _names(catalog: Catalog) -> str:
    return ", ".join(attribute.name for attribute in catalog.attributes)


def _read(data: CatalogSource, zoo: Path, progress: Progress) -> tuple[Catalog, list[Finding]]:
    if data.path is None:
        listing = replace(read_listing(_draw(data, zoo, progress)), name=SAMPLE)
    else:
        listing = read_listing(data.path, data.reader)
        if listing.unpack is not None:
            progress.say(f"writing the pictures of {listing.name} to {zoo / PICTURES}, each once")
            listing = unpacked(listing, zoo / PICTURES)
    count = min(len(listing.rows), data.settings.limit or len(listing.rows))
    with progress.stage(f"checking the pictures of {listing.name}", count) as bar:
        return build_catalog(listing, data.settings, bar.reach)


def _draw(data: CatalogSource, zoo: Path, progress: Progress) -> Path:
    """Draw the sample pictures into the zoo; returns their labels file."""
    count = data.settings.limit or SAMPLE_ITEMS
    with progress.stage("drawing the sample pictures", count) as bar:
        return draw_sample(zoo / PICTURES, count, data.settings.seed, step=bar.reach)


def make_zoo(
    backbones: Sequence[Backbone],
    catalog: Catalog,
    settings: Settings,
    zoo: Path,
    progress: Progress,
    means: Means = USUAL,
) -> None:
    """Make the run of each backbone that is not there yet with these settings."""
    if processes().count > 1:
        progress.say(f"{processes().count} processes train together")
    processes().wait()  # the others open the catalogue that is there now
    pipeline.ensure_baselines(catalog, zoo)
    for backbone in backbones:
        recover(zoo / backbone.name)
        if processes().agreed(_is_made(backbone, catalog, settings, zoo)):
            progress.say(f"{backbone.name}: already trained with these settings")
            progress.ready(backbone.name)
            if processes().agreed(means.wish.is_new(read_facts(zoo / backbone.name))):
                redoing.refuse_unfinished(zoo, [backbone])
                redoing.repeat(backbone, "indexed", catalog, zoo, progress, means)
            continue
        redoing.discard_redo(backbone, zoo)
        pipeline.make_run(backbone, catalog, settings, zoo, progress, means)
        progress.ready(backbone.name)
        progress.say(f"{backbone.name}: done, in {zoo / backbone.name}")
    processes().wait()


def follow(backbones: Sequence[Backbone], settings: Settings, zoo: Path) -> None:
    """What a process that is not the first does while `make_zoo` runs in that one."""
    processes().wait()
    catalog = load_catalog(zoo)
    for backbone in backbones:
        made = processes().agreed(False)
        if not made or processes().agreed(False):  # or it gets another index
            pipeline.follow_run(backbone, catalog, settings, zoo)
    processes().wait()


def _is_made(backbone: Backbone, catalog: Catalog, settings: Settings, zoo: Path) -> bool:
    folder = zoo / backbone.name
    try:
        facts = read_facts(folder)
        if not facts or any(stage not in facts for stage in STAGES):
            return False
        check_parts(folder, [INDEX_PARTS])  # an index is made anew without a training
    except RunError:
        return False  # damaged: made anew
    if facts["catalog"] != catalog.fingerprint():
        return False
    changed = settings.changed_from(Settings.from_dict(facts["settings"]))
    # What computed it is no part of a run that is finished.
    return set(changed) <= {"device"} and facts["backbone"]["source"] == backbone.source


def discard_unfinished(zoo: Path, backbones: Sequence[Backbone]) -> None:
    """Delete what killed trainings of these backbones left."""
    for backbone in backbones:
        shutil.rmtree(partial_folder(zoo, backbone.name), ignore_errors=True)


@contextmanager
def sole_writer(zoo: Path) -> Iterator[None]:
    """Hold the zoo against other writers; ZooError when one is at work."""
    lock = FileLock(zoo / ".lock", timeout=0)
    try:
        recover(zoo)
        zoo.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise ZooError(f"another job is writing to {zoo}; wait until it ends") from error
    except OSError as error:
        raise ZooError(
            f"cannot write to {zoo}: {error.strerror or error}; name another folder with --runs"
        ) from error
    try:
        yield
    finally:
        lock.release()
