"""Measure what scaling.py computes with, and write it into scaling.json.

Each part is measured by itself and replaces what the file had of it:

    extraction  files to embeddings a second, per backbone at its own picture size (--device NAME
                says what it ran on: cpu, or a GPU as the shapes of scaling.json name it)
    decode      pictures read, decoded and resized a second, on one core
    bytes       what an item takes: embedding, index, predictions, catalogue row, thumbnail
    annoy       Annoy built over generated vectors of growing number: time, memory, recall
    lance       what an item takes in a LanceDB table with its indexes, at the widths of `bytes`

On a CPU, seconds are those of its processors, all cores together, so that other work on the machine
does not count; on a GPU they are the clock's.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import torch
from annoy import AnnoyIndex
from extraction import RUNTIMES, from_files, runtimes
from growth import resident_mib
from machine import cores, cpu_name, pictures_of
from search_engines import Effort, ask, recall, tenth_cosines
from threadpoolctl import threadpool_limits
from vectors import Vectors, generated

from zoo import devices
from zoo.catalog import load_catalog
from zoo.features.extract import PREDICTIONS
from zoo.indexes import Column, IndexSettings, Items
from zoo.page.thumbnails import Thumbnails
from zoo.pictures import decode as decoded
from zoo.pictures import read_bytes
from zoo.plugins import load_plugins, shipped
from zoo.search.annoy_index import NEIGHBOURS, TREES
from zoo.search.lance_index import Lance
from zoo.training.model import embedding_width

INPUTS = Path(__file__).with_name("scaling.json")
SAMPLED = 10_000  # vectors of the index whose bytes an item are told
CLASSES = 20  # of a generated attribute
SEARCH_K = 800  # what the growing index is asked with: right for 100,000 items
SMALL = 96  # pixels at which a network is asked for its width
MIB = 1 << 20


class OneAnnoy:
    """An index that is asked with one effort, whatever its size."""

    def __init__(self, index: AnnoyIndex) -> None:
        self._index = index

    def nearest(self, query: np.ndarray) -> np.ndarray:
        """Rows (NEIGHBOURS,) nearest to one unit vector (D,)."""
        return np.asarray(self._index.get_nns_by_vector(query, NEIGHBOURS, search_k=SEARCH_K))


def grown(vectors: Vectors) -> AnnoyIndex:
    """The zoo's index over these rows, in memory."""
    index = AnnoyIndex(vectors.database.shape[1], "angular")
    index.set_seed(1)
    for row, vector in enumerate(vectors.database):
        index.add_item(row, vector)
    index.build(TREES, n_jobs=1)
    return index


def bytes_of(index: AnnoyIndex) -> int:
    """Its size on disk, which is what it takes in memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        index.save(str(path))
        return path.stat().st_size


def annoy(asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Time, memory and recall of an index of each size."""
    found = []
    for items in asked.items:
        vectors = generated(items, asked.dimension, 200)
        before, began = resident_mib(), time.process_time()
        index = grown(vectors)
        build_s, memory = time.process_time() - began, resident_mib() - before
        answers, took = ask(OneAnnoy(index), vectors.queries, Effort())  # type: ignore[arg-type]
        found.append(
            {
                "items": items,
                "dimension": asked.dimension,
                "build_s": round(build_s, 2),
                "memory_mib": round(memory),
                "search_k": SEARCH_K,
                "recall": round(recall(answers, vectors, tenth_cosines(vectors)), 3),
                "p50_ms": round(float(np.median(took)) * 1000, 3),
                "bytes": bytes_of(index),
            }
        )
        print(found[-1], file=sys.stderr, flush=True)
    return found


def bytes_an_item(asked: argparse.Namespace) -> dict[str, Any]:
    """What an item takes in a zoo directory."""
    widths = {
        backbone.name: embedding_width(backbone.network(), backbone.transform(SMALL))
        for backbone in load_plugins().select(shipped())
    }
    index = {d: bytes_of(grown(generated(SAMPLED, d, 1))) / SAMPLED for d in set(widths.values())}
    catalog = load_catalog(asked.runs)
    predictions = next(asked.runs.glob(f"*/{PREDICTIONS}"))
    with tempfile.TemporaryDirectory() as folder:
        made = Thumbnails(Path(folder))
        made.urls(catalog, list(range(len(catalog))))
        thumbnail = mean(path.stat().st_size for path in Path(folder).iterdir())
    return {
        "dimensions": widths,
        "embeddings": {name: width * 4 for name, width in widths.items()},  # float32
        "annoy": {name: round(index[width]) for name, width in widths.items()},
        "predictions": round(predictions.stat().st_size / len(catalog)),
        "catalogue": round((asked.runs / "catalog.parquet").stat().st_size / len(catalog)),
        "thumbnail": round(thumbnail),
        "attributes": len(catalog.attributes),
    }


def lance(asked: argparse.Namespace) -> dict[str, Any]:
    """Bytes an item of a LanceDB table and its indexes, per backbone, with as many attributes."""
    known = json.loads(asked.inputs.read_text("utf-8"))["measured"]["bytes"]
    widths: dict[str, int] = known["dimensions"]
    found = {d: lance_bytes(asked.items, d, known["attributes"]) for d in set(widths.values())}
    return {name: round(found[width] / asked.items) for name, width in widths.items()}


def lance_bytes(items: int, dimension: int, attributes: int) -> int:
    """The size of the zoo's table over generated vectors, with an index whatever it is worth."""
    draw, classes = np.random.default_rng(0), tuple(f"class {n:02}" for n in range(CLASSES))
    columns = {
        f"attribute_{n}": Column(draw.integers(CLASSES, size=items), classes)
        for n in range(attributes)
    }
    rows = generated(items, dimension, 1).database
    named, quiet = np.arange(items).astype(str), IndexSettings(say=lambda message: None)
    index, made = Lance(ann_from=0), Items(rows, named, columns, "generated")
    with tempfile.TemporaryDirectory() as folder:
        facts = index.build(made, Path(folder), quiet)
        better = index.improve(made, Path(folder), {**facts, "query_ms": np.inf}, quiet)
        return int((better or facts)["bytes"])


def decode(asked: argparse.Namespace) -> dict[str, Any]:
    """Pictures of their own size to a network's, on one thread."""
    paths = pictures(asked)
    transform = load_plugins().get("resnet50").transform()
    began = time.process_time()
    for path in paths:
        transform.pixels(decoded(read_bytes(path), str(path), transform.resized))
    seconds = time.process_time() - began
    size = mean(path.stat().st_size for path in paths)
    return {
        "images_per_s_per_core": round(len(paths) / seconds, 1),
        "pictures": len(paths),
        "mean_file_bytes": round(size),
        "to_px": transform.size,
    }


def extraction(asked: argparse.Namespace) -> dict[str, Any]:
    """The quickest runtime of each backbone, files to embeddings."""
    paths, on = pictures(asked), devices.choose()
    found = {}
    for backbone in load_plugins().select(asked.backbone):
        torch.manual_seed(0)
        network, transform = backbone.network(), backbone.transform()
        rates = {}
        for make in runtimes(network, transform, on, asked.runtime or RUNTIMES):
            runtime = make()
            warm = np.zeros((2, transform.size, transform.size, 3), dtype=np.uint8)
            for _ in runtime.stream([warm]):
                pass
            began = time.process_time()
            rate = from_files(runtime, paths, transform, on)
            if asked.device == "cpu":
                rate = len(paths) / (time.process_time() - began) * cores()
            rates[f"{runtime.name} {runtime.precision}"] = rate
        best = max(rates, key=lambda name: rates[name])
        found[backbone.name] = {
            "images_per_s": round(rates[best], 1),
            "runtime": best,
            "px": transform.size,
            "pictures": len(paths),
            **stamp(),
        }
        print(backbone.name, found[backbone.name], file=sys.stderr, flush=True)
    return found


def pictures(asked: argparse.Namespace) -> list[Path]:
    """Some of a folder's pictures."""
    return pictures_of(asked.data)[: asked.limit]


def stamp() -> dict[str, Any]:
    """What measured it, on what, when, and how busy that was with other work."""
    words = [Path(sys.argv[0]).name, *sys.argv[1:]]
    data = [Path(w).name if Path(w).is_absolute() else w for w in words]  # no folders of a machine
    load = os.getloadavg()[0]
    machine = f"{cores()} cores of {cpu_name()}"
    if torch.cuda.is_available():
        machine = f"{torch.cuda.get_device_name()}, {machine}"
    return {
        "command": "python benchmarks/" + " ".join(data),
        "machine": machine,
        "load": round(load, 1),
        "date": datetime.now(timezone.utc).date().isoformat(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--inputs", type=Path, default=INPUTS)
    parts = parser.add_subparsers(dest="part", required=True)
    extract = parts.add_parser("extraction")
    extract.add_argument("--backbone", action="append", default=[])
    extract.add_argument("--device", default="cpu")
    extract.add_argument("--runtime", action="append", choices=RUNTIMES, help="All that are there.")
    for part in (extract, parts.add_parser("decode")):
        part.add_argument("--data", type=Path, required=True)
        part.add_argument("--limit", type=int, default=256)
    parts.add_parser("bytes").add_argument("--runs", type=Path, required=True)
    annoys = parts.add_parser("annoy")
    annoys.add_argument("--items", type=int, nargs="+", default=[10_000, 100_000])
    annoys.add_argument("--dimension", type=int, default=256)
    parts.add_parser("lance").add_argument("--items", type=int, default=SAMPLED)
    asked = parser.parse_args()
    with threadpool_limits(1 if asked.part in ("annoy", "decode", "lance") else None):
        measured: Any
        if asked.part == "extraction":
            measured = extraction(asked)
        else:
            do: dict[str, Callable[[argparse.Namespace], Any]] = {
                "annoy": lambda a: {"sizes": annoy(a)},
                "bytes": bytes_an_item,
                "decode": decode,
                "lance": lance,
            }
            measured = {**do[asked.part](asked), **stamp()}
    inputs = json.loads(asked.inputs.read_text("utf-8"))
    if asked.part == "extraction":
        inputs["measured"]["extraction"][asked.device].update(measured)
    elif asked.part == "lance":
        grown_before = inputs["measured"]["lance"] or {}
        inputs["measured"]["lance"] = {**grown_before, "bytes": measured}
    else:
        inputs["measured"][asked.part] = measured
    asked.inputs.write_text(json.dumps(inputs, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
