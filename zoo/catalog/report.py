"""What was left out or changed while a catalogue was read: counted, and listed in a file."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from zoo.catalog.listing import Finding
from zoo.files import written_whole

REPORT = "catalog_report.csv"


def summarise(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings there are of each kind, most first."""
    return dict(Counter(finding.kind for finding in findings).most_common())


def write_report(findings: Iterable[Finding], folder: Path, name: str = REPORT) -> Path:
    """Write a CSV (kind, subject, detail) whole; returns its path."""
    path = folder / name
    with written_whole(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["kind", "subject", "detail"])
        writer.writerows((f.kind, f.subject, f.detail) for f in findings)
    return path
