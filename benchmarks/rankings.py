"""Other ways to rank with the same trained networks: PCA, whitening, query expansion, blends.

Nothing is trained. What is fitted is fitted on the train split; the queries are the leaderboard's.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from zoo.catalog import Catalog
from zoo.compare import open_zoo
from zoo.evaluation.postprocessing import ExpandedOrder, unit
from zoo.evaluation.rankings import BlendOrder, CosineOrder
from zoo.evaluation.retrieval import Scorer, evaluate_retrieval
from zoo.outputs.leaderboard import processed_name
from zoo.runs import Run

METRICS = ("attribute_match@5", "recall@1", "recall@10", "map@10")
ALPHAS = (0.9, 0.8, 0.6, 0.4, 0.2)
DIMENSIONS = (32, 128)
EXPANSIONS = (1, 3, 10)  # neighbours that are averaged with the query


def principal(embeddings: np.ndarray, train: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows in the axes of the train split's variance, (N, D), and the deviations (D,)."""
    mean = embeddings[train].mean(axis=0)
    _, deviations, axes = np.linalg.svd(embeddings[train] - mean, full_matrices=False)
    return (embeddings - mean) @ axes.T, deviations


def rankings(run: Run, catalog: Catalog) -> Iterator[tuple[str, Scorer]]:
    """Every way to rank, by name."""
    yield "embedding", CosineOrder(run.embeddings)
    for alpha in ALPHAS:
        yield f"blend {alpha}", BlendOrder(catalog, run.predictions, alpha)
    for count in EXPANSIONS:
        yield processed_name("expanded", count), ExpandedOrder(run.embeddings, count)
    rows, deviations = principal(np.asarray(run.embeddings), catalog.rows("train"))
    for count in DIMENSIONS:
        yield f"PCA to {count}", CosineOrder(unit(rows[:, :count]))
        yield f"PCA to {count}, whitened", CosineOrder(unit(rows[:, :count] / deviations[:count]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--plugins", type=Path, action="append", default=[])
    asked = parser.parse_args()
    zoo = open_zoo(asked.runs, asked.plugins)
    print("| ranking |", " | ".join(METRICS), "|")
    print("|---|" + "---|" * len(METRICS))
    for name, run in zoo.runs.items():
        for ranking, order in rankings(run, zoo.catalog):
            found = evaluate_retrieval(zoo.catalog, order).metrics
            print(f"| {name}, {ranking} |", " | ".join(f"{found[m]:.3f}" for m in METRICS), "|")


if __name__ == "__main__":
    main()
