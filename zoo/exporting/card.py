"""What a program must know of an exported network: preprocessing, classes, outputs."""

from __future__ import annotations

import json
from typing import Any

from zoo.runs import Run
from zoo.training.targets import head_attributes

FORMAT = 1
KEY = "zoo"  # of the metadata that holds the card as JSON
INPUT, EMBEDDING = "pictures", "embedding"


def output_of(attribute: str) -> str:
    """The name of an attribute's output: its class probabilities."""
    return f"probabilities/{attribute}"


def card(run: Run) -> dict[str, Any]:
    """The facts of a run that belong into any file made of it."""
    transform, trained = run.transform, run.facts["trained"]
    return {
        "format": FORMAT,
        "backbone": {
            "name": run.name,
            "title": run.backbone.title,
            "source": run.backbone.source,
            "dimension": trained["dimension"],
        },
        "preprocessing": {
            "colours": "RGB",
            "shorter_side": transform.resized,
            "interpolation": transform.interpolation,
            "centre_crop": transform.size,
            "mean": list(transform.mean),
            "std": list(transform.std),
        },
        "attributes": {a.name: list(a.classes) for a in head_attributes(run.catalog)},
        "several_classes": [a.name for a in run.catalog.multis],
        "trained_on": {"catalogue": run.catalog.name, "items": len(run.catalog)},
        "weights_at_the_start": trained["weights"]["kind"],
    }


def as_metadata(facts: dict[str, Any]) -> dict[str, str]:
    """The card as both formats keep it: texts by name."""
    return {KEY: json.dumps(facts, ensure_ascii=False)}
