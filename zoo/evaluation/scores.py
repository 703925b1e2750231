"""scores.json of one backbone and the baselines of one catalogue: what the leaderboard shows."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from zoo.catalog import Catalog
from zoo.catalog.near_duplicates import pixel_embeddings
from zoo.evaluation.intervals import bootstrap_interval
from zoo.evaluation.per_query import PerQuery
from zoo.evaluation.postprocessing import score_processed
from zoo.evaluation.rankings import BlendOrder, CosineOrder, RandomOrder
from zoo.evaluation.retrieval import Retrieval, Scorer, evaluate_retrieval
from zoo.features.encoder import Features
from zoo.training.metrics import classification, multi_label

BLEND = 0.8  # of similarity, in the ranking that is scored beside the embedding's own


def score_backbone(catalog: Catalog, features: Features) -> tuple[dict[str, Any], PerQuery]:
    """Classification and retrieval on the test split; `features` are of the whole catalogue.

    The second is what the ranking by similarity alone scored query by query.
    """
    test, train = catalog.rows("test"), catalog.training_rows()
    scores: dict[str, Any] = {
        name: {} for name in ("accuracy", "top3", "macro_f1", "majority", "items", "intervals")
    }
    for column, attribute in enumerate(catalog.singles):
        labels = catalog.codes(attribute.name)
        result = classification(labels[test], features.classes[test, column], labels[train])
        if result is None:
            continue
        for name, value in asdict(result).items():
            scores[name][attribute.name] = value
        known = labels[test] >= 0
        right = (features.best[test, column] == labels[test])[known].astype(float)
        scores["intervals"][attribute.name] = bootstrap_interval(right)
    scores["multi"] = {}
    for attribute, chances in zip(catalog.multis, features.multis, strict=True):
        labels = catalog.multi_labels(attribute.name)[test]
        found = multi_label(labels, chances[test].astype(np.float32))
        if found is not None:
            scores["multi"][attribute.name] = asdict(found)
    cosine, blend = CosineOrder(features.embeddings), BlendOrder(catalog, features, BLEND)
    retrieval = evaluate_retrieval(catalog, cosine)
    scores["retrieval"] = describe(retrieval)
    scores["blend"] = {"alpha": BLEND, "retrieval": describe(evaluate_retrieval(catalog, blend))}
    scores["processed"] = {
        p.kind: {"setting": p.setting, "retrieval": describe(p.retrieval)}
        for p in score_processed(catalog, features.embeddings)
    }
    return scores, retrieval.per_query


def score_baselines(catalog: Catalog) -> dict[str, Retrieval]:
    """Retrieval of random order and of 12 x 12 thumbnails, on the same queries."""
    thumbnails = pixel_embeddings(catalog.thumbnails())
    orders: dict[str, Scorer] = {"random": RandomOrder(seed=0), "pixels": CosineOrder(thumbnails)}
    return {name: evaluate_retrieval(catalog, order) for name, order in orders.items()}


def describe(retrieval: Retrieval) -> dict[str, Any]:
    """A Retrieval as JSON: the metrics by name, and what they rest on."""
    drawn = {"drawn_from": retrieval.drawn_from} if retrieval.drawn_from > retrieval.queries else {}
    return {
        **retrieval.metrics,
        "intervals": {k: list(v) for k, v in retrieval.intervals.items()},
        "per_attribute": retrieval.per_attribute,
        "queries": retrieval.queries,
        "database": retrieval.database,
        "near_duplicates": retrieval.near_duplicates,
        **drawn,
    }
