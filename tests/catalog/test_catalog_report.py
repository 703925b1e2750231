from __future__ import annotations

import csv
from pathlib import Path

import pytest

from zoo.catalog import summarise, write_report
from zoo.catalog.listing import Finding
from zoo.errors import ZooError

FINDINGS = [
    Finding("row without picture", "7", "no images/7.jpg"),
    Finding("rare class", 'tone="odd", so', "1\n2"),
    Finding("rare class", "tone=été"),
]


def test_counts_are_most_first() -> None:
    assert list(summarise(FINDINGS).items()) == [("rare class", 2), ("row without picture", 1)]
    assert summarise([]) == {}


def test_report_reads_back(tmp_path: Path) -> None:
    path = write_report(FINDINGS, tmp_path / "new")
    assert path == tmp_path / "new" / "catalog_report.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["kind", "subject", "detail"]
    assert [Finding(*row) for row in rows[1:]] == FINDINGS
    assert list(path.parent.iterdir()) == [path]


def test_report_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "catalog_report.csv").mkdir()
    with pytest.raises(ZooError, match="cannot write"):
        write_report(FINDINGS, tmp_path)
