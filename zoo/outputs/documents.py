"""What the commands and the endpoints say: the promised JSON shapes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from zoo.catalog.catalog import split_counts
from zoo.compare import Result, Skipped, Tags, Zoo
from zoo.deciding import decide
from zoo.indexing import DEFAULT
from zoo.run_files import since
from zoo.runs import Run
from zoo.search.ask import Item
from zoo.training.settings import ALIKE, Settings

INDEX_SETTINGS = {"trees", "search_k", "kind", "partitions", "nprobes", "refine", "asked"}


def item_report(zoo: Zoo, item: Item, run: Run) -> dict[str, Any]:
    """One recommended item with its labels and whether each is the catalogue's own."""
    table = zoo.catalog.table
    labels = run.recommender.labels
    return {
        "rank": item.rank,
        "item_id": str(table["item_id"].iat[item.row]),
        "path": str(zoo.catalog.path(item.row)),
        "title": str(table["title"].iat[item.row]),
        "similarity": round(item.similarity, 6),
        "match": item.match,
        "match_of": item.match_of,
        "matched": list(item.matched),
        "unmatched": list(item.unmatched),
        "score": round(item.score, 6),
        "exact_copy": item.exact_copy,
        "alike": [str(table["item_id"].iat[row]) for row in item.alike],
        "attributes": {
            attribute.name: {
                "class": attribute.classes[labels.classes[item.row, column]],
                "predicted": not bool(labels.true[item.row, column]),
            }
            for column, attribute in enumerate(zoo.catalog.singles)
        },
    }


def recommend_report(zoo: Zoo, queries: list[str], results: dict[str, Result]) -> dict[str, Any]:
    """{"queries": [...], "results": {backbone: {...}}}."""
    return {
        "queries": queries,
        "results": {
            name: {
                "latency_ms": round(result.latency_ms, 2),
                "approximate": result.answer.approximate,
                "weights": zoo.runs[name].facts["trained"]["weights"]["kind"],
                "predicted": [tags_report(tags) for tags in result.predicted],
                "items": [item_report(zoo, i, zoo.runs[name]) for i in result.answer.items],
            }
            for name, result in results.items()
        },
    }


def without_folders(zoo: Zoo, report: dict[str, Any]) -> dict[str, Any]:
    """A report of `recommend_report` with paths as the catalogue has them: for strangers."""
    table = zoo.catalog.table
    shown = {item["item_id"] for r in report["results"].values() for item in r["items"]}
    known = table.loc[table["item_id"].isin(shown), ["item_id", "path"]].itertuples(index=False)
    # Pictures that lie elsewhere have absolute paths; their folders are the server's business.
    paths = {i: Path(path).name if Path(path).is_absolute() else str(path) for i, path in known}
    results = {
        name: {**r, "items": [{**item, "path": paths[item["item_id"]]} for item in r["items"]]}
        for name, r in report["results"].items()
    }
    return {**report, "results": results}


def tags_report(tags: Tags) -> dict[str, Any]:
    """One picture's predicted attributes; `multi` has those with any number of classes."""
    return {
        "path": tags.path,
        "multi": {
            name: [{"class": value, "confidence": round(chance, 4)} for value, chance in found]
            for name, found in tags.multis.items()
        },
        "attributes": {
            name: {"class": value, "confidence": round(confidence, 4)}
            for name, (value, confidence) in tags.attributes.items()
        },
    }


def skipped_report(skipped: list[Skipped]) -> list[dict[str, str]]:
    """Pictures that could not be used."""
    return [{"path": s.path, "reason": s.reason} for s in skipped]


def evaluate_report(zoo: Zoo) -> dict[str, Any]:
    """The leaderboard: per backbone its scores, index and speed; the baselines beside them."""
    return {
        "catalog": {
            "name": zoo.catalog.name,
            "items": len(zoo.catalog),
            "splits": split_counts(zoo.catalog.table["split"]),
            "attributes": [a.name for a in zoo.catalog.singles],
            "key": list(zoo.catalog.key),
            "since_measured": next((s for r in zoo.runs.values() if (s := since(r.facts))), {}),
            "disagreement": zoo.catalog.provenance.get("disagreement", {}),
        },
        "backbones": {name: _scores(run) for name, run in sorted(zoo.runs.items())},
        "baselines": zoo.baselines,
        "problems": [{"origin": p.origin, "error": p.error} for p in zoo.problems],
    }


def full_report(zoo: Zoo) -> dict[str, Any]:
    """The leaderboard and what it decides; old zoos are measured query by query once."""
    report = evaluate_report(zoo)
    return {**report, "decision": decide(zoo, report)}


def _scores(run: Run) -> dict[str, Any]:
    trained, embedded, indexed = (run.facts[s] for s in ("trained", "embedded", "indexed"))
    settings = Settings.from_dict(trained["settings"]).as_dict()
    return {
        "multi": {},
        "processed": {},  # runs of earlier versions have none
        **run.scores,
        "calibration": trained.get("calibration", {}),
        "index": {
            "recall@10": indexed["recall"],
            "query_ms": indexed["query_ms"],
            "exact_ms": indexed.get("exact_ms", 0.0),
            "build_s": indexed["build_s"],
            "bytes": indexed["bytes"],
            "name": indexed.get("index", DEFAULT),
            "title": run.index_title,
            **{k: v for k, v in indexed.items() if k in INDEX_SETTINGS},
        },
        "images_per_s": embedded["images_per_s"],
        "runtime": embedded.get("runtime", "torch"),
        "training_images_per_s": trained["images_per_s"],
        "training_s": trained["seconds"],
        "weights": trained["weights"]["kind"],
        "epochs": trained["epochs"],
        "settings": {name: settings[name] for name in ALIKE},
        "image_size": trained["transform"]["size"],
        "dimension": trained["dimension"],
        "parameters": trained["parameters"],
        "device": trained["device"],
        "precision": trained["precision"],
    }
