"""The answers to one query as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

PLAIN = (
    "rank",
    "item_id",
    "title",
    "path",
    "similarity",
    "match",
    "match_of",
    "score",
    "exact_copy",
)
LISTS = ("matched", "unmatched", "alike")  # written as a;b


def recommended_csv(report: dict[str, Any], attributes: Sequence[str]) -> str:
    """A report of `recommend_report` as a row per backbone and item.

    Each attribute has two columns: the item's class, and whether that is only predicted.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    labels = [column for name in attributes for column in (name, f"{name}_predicted")]
    writer.writerow(["query", "backbone", "approximate", *PLAIN, *LISTS, *labels])
    query = ";".join(report["queries"])
    for backbone, result in report["results"].items():
        for item in result["items"]:
            writer.writerow([query, backbone, result["approximate"], *_cells(item, attributes)])
    return out.getvalue()


def _cells(item: dict[str, Any], attributes: Sequence[str]) -> list[Any]:
    known = [item["attributes"][name] for name in attributes]
    labels = [cell for label in known for cell in (label["class"], label["predicted"])]
    return [*(item[name] for name in PLAIN), *(";".join(item[name]) for name in LISTS), *labels]
