"""A real zoo enlarged without training: items beyond the real ones are drawn variants of them.

A variant has its own item id, file digest and shot; its title, labels, predictions and picture are
those of its original; its embedding is the original's moved by seeded noise, as far as a real item
is from its nearest neighbour, and scaled back to length one. The Annoy indexes over them are built
by the project.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from zoo.catalog import Catalog
from zoo.compare import Zoo
from zoo.features.extract import EMBEDDINGS, PREDICTIONS, write_embeddings
from zoo.files import write_json
from zoo.run_files import RUN, SCORES, partial_folder, publish
from zoo.runs import Run
from zoo.search.annoy_index import FILE, build_index
from zoo.search.exact import similarities
from zoo.training.network import MODEL

BLOCK = 4096  # rows of embeddings moved at a time
SPACED = 200  # items whose nearest neighbour is looked for


def say(text: str) -> None:
    """Progress, for people."""
    print(text, file=sys.stderr, flush=True)


def enlarged_catalog(catalog: Catalog, items: int) -> Catalog:
    """The catalogue repeated up to so many rows, each repetition with ids of its own."""
    origin, copy = np.arange(items) % len(catalog), np.arange(items) // len(catalog)
    table = catalog.table.iloc[origin].reset_index(drop=True)
    drawn = copy > 0
    names = table["item_id"].astype(str) + "-" + copy.astype(str)
    digests = [hashlib.sha256(name.encode()).hexdigest() for name in names]
    table["item_id"] = table["item_id"].where(~drawn, names)
    table["sha256"] = table["sha256"].where(~drawn, digests)
    if "near_group" in table:  # a variant is near its original, but not the same shot
        table["near_group"] += copy * (int(table["near_group"].max()) + 1)
    return replace(catalog, name=f"{catalog.name}-{items}", table=table)


def spacing(embeddings: np.ndarray, seed: int) -> float:
    """How far a row is from its nearest neighbour, the median over some rows."""
    rows = np.random.default_rng(seed).permutation(len(embeddings))[:SPACED]
    cosines = similarities(embeddings, np.asarray(embeddings[rows]))
    cosines[np.arange(len(rows)), rows] = -1
    return float(np.median(np.sqrt(np.maximum(0, 2 - 2 * cosines.max(axis=1)))))


def with_variants(real: np.ndarray, items: int, seed: int) -> Iterator[np.ndarray]:
    """The real unit rows (n, D), then variants of them, block by block: memory stays bounded."""
    count, dimension = real.shape
    scale = spacing(real, seed) / dimension**0.5
    generator = np.random.default_rng(seed)
    for start in range(0, items, BLOCK):
        rows = np.arange(start, min(start + BLOCK, items))
        block = np.asarray(real[rows % count])
        noise = generator.standard_normal(block.shape, dtype=np.float32) * scale
        block = block + noise * (rows >= count)[:, None]
        yield (block / np.linalg.norm(block, axis=1, keepdims=True)).astype(np.float32)


def enlarge_run(run: Run, catalog: Catalog, zoo: Path, seed: int) -> None:
    """Publish the run of one backbone over the enlarged catalogue."""
    partial = partial_folder(zoo, run.name)
    partial.mkdir(parents=True)
    for part in (MODEL, SCORES):
        shutil.copyfile(run.folder / part, partial / part)
    say(f"{run.name}: embeddings")
    write_embeddings(partial, len(catalog), with_variants(run.embeddings, len(catalog), seed))
    origin = np.arange(len(catalog)) % len(run.catalog)
    arrays: dict[str, Any] = {n: a[origin] for n, a in run.predictions.arrays().items()}
    np.savez(partial / PREDICTIONS, **arrays)
    say(f"{run.name}: index")
    embeddings = np.load(partial / EMBEDDINGS, mmap_mode="r")
    indexed = asdict(build_index(embeddings, partial / FILE, seed))
    facts = {"catalog": catalog.fingerprint(), "items": len(catalog), "indexed": indexed}
    write_json(partial / RUN, {**run.facts, **facts})
    publish(zoo, run.name)


def enlarge(real: Zoo, items: int, folder: Path, seed: int) -> None:
    """A zoo of so many items with the backbones of a real one; runs that are there are kept."""
    catalog = enlarged_catalog(real.catalog, items)
    if not (folder / "catalog.json").is_file():
        catalog.save(folder)
    for run in real.runs.values():
        if not (folder / run.name).is_dir():
            shutil.rmtree(partial_folder(folder, run.name), ignore_errors=True)
            enlarge_run(run, catalog, folder, seed)
