"""Recommendations as files for strangers."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from zoo.compare import Zoo
from zoo.outputs.answers import recommended_csv
from zoo.outputs.documents import recommend_report, without_folders
from zoo.search.ask import Ask


def test_a_row_per_backbone_and_item(zoo: Zoo) -> None:
    results = zoo.recommend_items([0, 1], Ask(top=3, near_duplicates=True))
    report = recommend_report(zoo, ["one", "two"], results)
    rows = list(csv.DictReader(io.StringIO(recommended_csv(report, ["category", "colour"]))))
    assert [(r["backbone"], r["rank"]) for r in rows] == [
        (name, str(rank)) for name in ("tiny_a", "tiny_b") for rank in (1, 2, 3)
    ]
    item = report["results"]["tiny_a"]["items"][0]
    assert rows[0]["query"] == "one;two"
    assert rows[0]["item_id"] == item["item_id"]
    assert rows[0]["colour"] == item["attributes"]["colour"]["class"]
    assert rows[0]["colour_predicted"] == "False"
    assert rows[0]["matched"] == ";".join(item["matched"])


def test_an_answer_without_items_has_its_header(zoo: Zoo) -> None:
    text = recommended_csv({"queries": ["q"], "results": {"a": {"items": []}}}, ["colour"])
    assert text.count("\n") == 1
    assert text.endswith("colour,colour_predicted\n")


def test_no_folder_of_the_server_is_told(zoo: Zoo) -> None:
    results = zoo.recommend_items([0], Ask(top=2), ["tiny_a"])
    first, second = (item.row for item in results["tiny_a"].answer.items)
    table = zoo.catalog.table.copy()
    table.loc[first, "path"] = "/somewhere/else/added.png"
    zoo.catalog = replace(zoo.catalog, table=table)
    items = without_folders(zoo, recommend_report(zoo, ["q"], results))["results"]["tiny_a"][
        "items"
    ]
    assert [item["path"] for item in items] == ["added.png", table["path"].iat[second]]
