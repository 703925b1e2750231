"""Two versions of a zoo, one of which takes the place of the other."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from zoo import pipeline, run_files
from zoo.compare import Zoo
from zoo.features.extract import EMBEDDINGS, PREDICTIONS
from zoo.files import write_json
from zoo.progress import Progress
from zoo.training.settings import Settings

NEXT = "next-"  # before the ids of the second version
PATIENCE = 60.0  # seconds


def next_version(zoo: Zoo, folder: Path) -> Path:
    """The same items by other ids and in the opposite order: no row means what it did."""
    table = zoo.catalog.table.iloc[::-1].reset_index(drop=True)
    catalog = replace(zoo.catalog, table=table.assign(item_id=NEXT + table["item_id"]))
    catalog.save(folder)
    for run in zoo.runs.values():
        partial = Path(shutil.copytree(run.folder, run_files.partial_folder(folder, run.name)))
        np.save(partial / EMBEDDINGS, run.embeddings[::-1])
        np.savez(
            partial / PREDICTIONS,
            **{name: array[::-1] for name, array in run.predictions.arrays().items()},  # type: ignore[arg-type]
        )
        facts = {k: v for k, v in run.facts.items() if k not in ("indexed", "evaluated", "files")}
        write_json(partial / run_files.RUN, {**facts, "catalog": catalog.fingerprint()})
        settings = Settings.from_dict(facts["settings"])
        pipeline.make_run(run.backbone, catalog, settings, folder, Progress())
    return folder


@dataclass
class Shelf:
    """A zoo by a link that leads to its present version, beside the next one."""

    link: Path
    first: Path
    second: Path

    def switch(self, version: Path) -> None:
        """Lead to another version: a new link takes the place of the old one, in one step."""
        link = self.link.with_name(".switched")
        link.symlink_to(version)
        os.replace(link, self.link)


def until(what: Callable[[], bool]) -> None:
    """Wait for it; AssertionError when it does not come."""
    ends = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < ends, "it did not come"
        time.sleep(0.1)
