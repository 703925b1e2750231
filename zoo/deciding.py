"""What tells the backbones of a zoo apart: compared query by query, on true labels."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from zoo.catalog.near_duplicates import pixel_embeddings
from zoo.compare import Zoo
from zoo.evaluation.front import pareto_front
from zoo.evaluation.pairs import Pair, compare, compare_all
from zoo.evaluation.per_query import PIXELS, PerQuery, keep, kept
from zoo.evaluation.rankings import CosineOrder
from zoo.evaluation.retrieval import Scorer, evaluate_retrieval
from zoo.pipeline import ensure_baselines, pixels_scores
from zoo.runs import SCORES, Run

MATCH, PRECISION = "attribute_match@5", "map@10"  # the first decides
_measuring = threading.Lock()  # visitors who come together wait for one measurement


def per_query(zoo: Zoo, run: Run) -> PerQuery:
    """What each query scored in this run; measured once for a run made before that was kept."""
    scores = str(run.facts["files"][SCORES]["sha256"])
    return _measured(zoo, run.name, scores, lambda: CosineOrder(run.embeddings))


def pixels_per_query(zoo: Zoo) -> PerQuery:
    """What each query scored with thumbnails alone."""
    scores = pixels_scores(ensure_baselines(zoo.catalog, zoo.folder))
    thumbnails = zoo.catalog.thumbnails
    return _measured(zoo, PIXELS, scores, lambda: CosineOrder(pixel_embeddings(thumbnails())))


def _measured(zoo: Zoo, name: str, scores: str, order: Callable[[], Scorer]) -> PerQuery:
    with _measuring:
        known = kept(zoo.folder, name, scores)
        if known is not None:
            return known
        measured = evaluate_retrieval(zoo.catalog, order()).per_query
        if os.access(zoo.folder, os.W_OK):  # a zoo that is only read is measured each time
            keep(zoo.folder, name, scores, measured)
        return measured


def decide(zoo: Zoo, report: dict[str, Any]) -> dict[str, Any]:
    """Which backbone is best and which is the fastest worth having, for `evaluate_report`'s facts.

    Every two are compared by a paired bootstrap over the queries; `apart` says that the 95 %
    interval of their difference leaves out zero. `fastest` is of those apart from the pixels
    baseline and above it.
    """
    measured = {name: per_query(zoo, run) for name, run in sorted(zoo.runs.items())}
    pixels = pixels_per_query(zoo)
    order = sorted(measured, key=lambda n: -_match(report, n))
    pairs = compare_all({name: measured[name] for name in order}, (MATCH, PRECISION))
    against = [compare((n, "pixels"), (measured[n], pixels), MATCH) for n in order]
    above = [pair.first for pair in against if pair.low > 0]
    speeds = {n: report["backbones"][n]["images_per_s"] for n in order}
    speeds = {n: float(speed) for n, speed in speeds.items() if speed}
    return {
        "metric": MATCH,
        "order": order,
        "level_with_best": [p.second for p in pairs if _is_level(p, order[0])],
        "above_pixels": above,
        "fastest": max((n for n in above if n in speeds), key=lambda n: speeds[n], default=None),
        "front": pareto_front({n: (speed, _match(report, n)) for n, speed in speeds.items()}),
        "pairs": [_described(pair) for pair in pairs],
        "against_pixels": [_described(pair) for pair in against],
    }


def _match(report: dict[str, Any], name: str) -> float:
    return float(report["backbones"][name]["retrieval"][MATCH])


def _is_level(pair: Pair, best: str) -> bool:
    return pair.first == best and pair.metric == MATCH and not pair.apart


def _described(pair: Pair) -> dict[str, Any]:
    return {**asdict(pair), "apart": pair.apart}
