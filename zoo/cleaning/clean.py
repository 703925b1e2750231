"""Find what is wrong with a catalogue, and write it down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from zoo.catalog import Catalog, write_report
from zoo.catalog.disagreement import disagreements
from zoo.catalog.listing import Listing, unpacked
from zoo.cleaning import pictures
from zoo.cleaning.differing_labels import differing_labels
from zoo.cleaning.examine import Examined, examine
from zoo.cleaning.outliers import outliers
from zoo.cleaning.page import write_page
from zoo.cleaning.section import Section
from zoo.cleaning.summary import disagreement_lines, summary
from zoo.errors import CatalogError
from zoo.plurals import numbered
from zoo.progress import Progress

HTML, CSV, PICTURES = "cleaning.html", "cleaning.csv", "pictures"


@dataclass(frozen=True)
class Embedded:
    """A trained backbone's embeddings, (N, D) unit rows, of a catalogue."""

    backbone: str
    catalog: Catalog
    embeddings: np.ndarray


def clean(
    listing: Listing,
    limit: int | None,
    embedded: Embedded | None,
    out: Path,
    progress: Progress,
) -> dict[str, Any]:
    """Write cleaning.html and cleaning.csv into `out`; returns the summary.

    Pictures that come as bytes are written there too; nothing else is, and nothing deleted.
    CatalogError when no picture can be used, or `embedded` is of another catalogue.
    """
    examined = examine(unpacked(listing, out / PICTURES), limit, progress)
    sections = [
        pictures.left_out(examined),
        pictures.tiny(examined),
        pictures.blank(examined),
        pictures.exact_copies(examined),
        pictures.near_duplicates(examined),
        pictures.torn(examined),
        differing_labels(examined),
    ]
    notes = ["no outliers by embedding: name a trained zoo of these pictures with --runs"]
    if embedded is not None:
        rows = shared_rows(examined, embedded.catalog)
        sections.append(outliers(embedded.catalog, embedded.embeddings, rows, progress))
        missing = len(examined.rows) - len(rows)
        notes = [
            f"outliers are {embedded.backbone}'s; not in that zoo: {numbered(missing, 'picture')}"
        ]
    report = summary(examined, sections, disagreements(examined.rows, examined.attributes))
    report |= {"notes": notes, "html": str(out / HTML), "csv": str(out / CSV)}
    _write(report, sections, out, progress)
    return report


def shared_rows(examined: Examined, catalog: Catalog) -> np.ndarray:
    """Rows of a zoo's catalogue with the same id and file as an examined one, (n,) int64."""
    known = set(zip(examined.rows["item_id"], examined.rows["sha256"], strict=True))
    items = zip(catalog.table["item_id"], catalog.table["sha256"], strict=True)
    rows = np.flatnonzero([item in known for item in items])
    if not len(rows):
        raise CatalogError(
            f"the zoo of {catalog.name!r} holds no picture of {examined.name!r}; name one that "
            "was trained on these pictures with --runs"
        )
    return rows


def _write(
    report: dict[str, Any], sections: Sequence[Section], out: Path, progress: Progress
) -> None:
    lines = [
        f"{report['usable']} of {numbered(report['listed'], 'picture')} can be used",
        *(f"{count} {kind}" for kind, count in report["findings"].items()),
        *(f"labels: {line}" for line in disagreement_lines(report["disagreement"])),
        *report["notes"],
    ]
    title = f"{report['catalog']}: pictures and labels to look at"
    write_page(out / HTML, title, lines, sections, progress)
    write_report((f for section in sections for f in section.findings), out, CSV)
