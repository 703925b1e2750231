"""How long a map takes, and how many neighbours it keeps: real embeddings, or variants of them.

python benchmarks/map_layout.py --runs runs/fashion --backbone resnet50 --items 100000
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from sklearn.manifold import trustworthiness

sys.path.insert(0, str(Path(__file__).parent))

from enlarged_zoo import with_variants
from machine import made_on, peak_mib

from zoo.compare import open_zoo
from zoo.features.extract import EMBEDDINGS, write_embeddings
from zoo.mapping.layout import lay_out

JUDGED = 2000  # items whose neighbours are compared
NEIGHBOURS = 10


def judged(embeddings: np.ndarray, places: np.ndarray, rows: np.ndarray, seed: int) -> float:
    """Trustworthiness of the places among some of these rows."""
    some = np.random.default_rng(seed).permutation(rows)[:JUDGED]
    score = trustworthiness(np.asarray(embeddings[some]), places[some], n_neighbors=NEIGHBOURS)
    return float(score)


def measure(embeddings: np.ndarray, seed: int) -> None:
    """Lay out and print one table."""
    wall, cpu = time.perf_counter(), time.process_time()
    laid = lay_out(embeddings, seed)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    memory = peak_mib()  # before anything is judged
    placed = np.setdiff1d(np.arange(len(embeddings)), laid.landmarks)
    print(f"| items | {len(embeddings)} |\n|---|---|")
    print(f"| dimensions | {embeddings.shape[1]} |")
    print(f"| laid out by t-SNE | {len(laid.landmarks)} |")
    print(f"| seconds | {wall:.0f} |\n| processor seconds | {cpu:.0f} |")
    kept = judged(embeddings, laid.places, laid.landmarks, seed)
    print(f"| trustworthiness, {NEIGHBOURS} neighbours, those laid out | {kept:.3f} |")
    if len(placed):
        kept = judged(embeddings, laid.places, placed, seed)
        print(f"| the same, those placed among them | {kept:.3f} |")
    print(f"| memory at most | {memory:.0f} MiB |")
    print(f"\n{made_on()}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, required=True, help="A real zoo; it is only read.")
    parser.add_argument("--backbone", help="Left out: the first.")
    parser.add_argument("--items", type=int, help="Left out: those there are.")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    real = open_zoo(asked.runs).run(asked.backbone).embeddings
    if not asked.items or asked.items <= len(real):
        measure(real[: asked.items], asked.seed)
        return
    with tempfile.TemporaryDirectory() as scratch:
        rows = with_variants(real, asked.items, asked.seed)
        write_embeddings(Path(scratch), asked.items, rows)
        measure(np.load(Path(scratch) / EMBEDDINGS, mmap_mode="r"), asked.seed)


if __name__ == "__main__":
    main()
