"""What tells the backbones of a zoo apart: compared query by query, on true labels."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from zoo.catalog.near_duplicates import pixel_embeddings
from zoo.compare import Zoo
from zoo.evaluation.front import pareto_front
from zoo.evaluation.pairs import PairedDifference, compare, compare_all
from zoo.evaluation.per_query import PIXELS, PerQuery, keep, kept
from zoo.evaluation.rankings import CosineOrder
from zoo.evaluation.retrieval import evaluate_retrieval
from zoo.pipeline import pixels_scores
from zoo.run_files import SCORES

MATCH, PRECISION = "attribute_match@5", "map@10"  # the first decides
_measuring = threading.Lock()  # visitors who come together wait for one measurement


def per_query(zoo: Zoo, names: Iterable[str]) -> dict[str, PerQuery]:
    """What each query scored, by backbone or PIXELS: all of them measured on one catalogue.

    What a run made before that was kept, and what of several was measured on another catalogue
    than the zoo has now, is measured (again).
    """
    with _measuring:
        found = {
            name: zoo.measured.get(name) or kept(zoo.folder, name, _scores(zoo, name))
            for name in names
        }
        catalogs = {one.catalog if one else None for one in found.values()}
        now = zoo.catalog.fingerprint()
        alike = len(catalogs) == 1 and None not in catalogs
        measured = {
            name: one if one and (alike or one.catalog == now) else _measured(zoo, name)
            for name, one in found.items()
        }
        zoo.measured.update(measured)
        return measured


def _scores(zoo: Zoo, name: str) -> str:
    """What tells the scores that the leaderboard has of this backbone, or of PIXELS."""
    if name == PIXELS:
        return pixels_scores(zoo.baselines)
    return str(zoo.run(name).facts["files"][SCORES]["sha256"])


def _measured(zoo: Zoo, name: str) -> PerQuery:
    embeddings = (
        pixel_embeddings(zoo.catalog.thumbnails()) if name == PIXELS else zoo.run(name).embeddings
    )
    retrieval = evaluate_retrieval(zoo.catalog, CosineOrder(embeddings))
    measured = retrieval.per_query.on(zoo.catalog.fingerprint())
    if zoo.writable:  # a zoo that is only read is measured by each process that opens it
        keep(zoo.folder, name, _scores(zoo, name), measured)
    return measured


def decide(zoo: Zoo, report: dict[str, Any]) -> dict[str, Any]:
    """Which backbone is best and which is the fastest worth having, for `evaluate_report`'s facts.

    Every two are compared by a paired bootstrap over the queries; `apart` says that the 95 %
    interval of their difference leaves out zero. `fastest` is of those apart from the pixels
    baseline and above it.
    """
    measured = per_query(zoo, [*sorted(zoo.runs), PIXELS])
    pixels = measured.pop(PIXELS)
    order = sorted(measured, key=lambda n: -_match(report, n))
    pairs = compare_all({name: measured[name] for name in order}, (MATCH, PRECISION))
    against = [compare((n, "pixels"), (measured[n], pixels), MATCH) for n in order]
    above = [pair.first for pair in against if pair.better]
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


def _is_level(pair: PairedDifference, best: str) -> bool:
    return pair.first == best and pair.metric == MATCH and not pair.apart


def _described(pair: PairedDifference) -> dict[str, Any]:
    return {**asdict(pair), "apart": pair.apart}
