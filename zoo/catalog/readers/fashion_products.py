"""Fashion Product Images as published on Kaggle: styles.csv beside images/<id>.jpg."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from zoo.catalog.listing import Finding, Listing
from zoo.catalog.readers.entries import (
    STYLES,
    catalogue_name,
    is_picture,
    misnamed,
    not_a_picture,
    visible,
)
from zoo.catalog.readers.text import read_text
from zoo.errors import CatalogError

IMAGES = "images"
TITLE = "productDisplayName"
ATTRIBUTES = {
    "article_type": "articleType",
    "category": "subCategory",
    "colour": "baseColour",
    "gender": "gender",
    "season": "season",
    "usage": "usage",
}
KEY = ("article_type", "colour")
UNKNOWN = frozenset({"", "NA"})


class FashionProducts:
    """Fashion Product Images (Param Aggarwal): six attributes of 44,000 products."""

    name = "fashion-products"
    layout = f"a folder with {STYLES} and {IMAGES}/<id>.jpg"

    def recognises(self, path: Path) -> bool:
        """Whether there is a styles.csv, or `path` is one."""
        return (path / STYLES).is_file() or (path.is_file() and path.name == STYLES)

    def read(self, path: Path) -> Listing:
        """A row for each product that has a picture; surplus commas belong to the title."""
        folder = path.parent if path.is_file() else path
        findings: list[Finding] = []
        products = list(_products(folder / STYLES, findings))
        pictures = _pictures(folder / IMAGES, findings)
        rows = [_row(p, pictures[p["id"]]) for p in products if p["id"] in pictures]
        findings += _unmatched(products, pictures)
        columns = ["item_id", "path", "title", *ATTRIBUTES]
        return Listing(
            name=catalogue_name(folder),
            reader=self.name,
            source=path,
            root=folder,
            attributes=tuple(ATTRIBUTES),
            key=KEY,
            rows=pd.DataFrame(rows, columns=columns),
            findings=tuple(findings),
        )


def _products(path: Path, findings: list[Finding]) -> Iterator[dict[str, str]]:
    text, encoding = read_text(path)
    findings += encoding
    # Line by line: a stray quote in one title must not swallow the lines after it.
    lines = io.StringIO(text, newline=None)
    header = [column.strip() for column in _fields(path, 1, next(lines, ""))]
    missing = [c for c in ("id", *ATTRIBUTES.values(), TITLE) if c not in header]
    if missing:
        raise CatalogError(
            f"{path}: no column {', '.join(missing)}; found: {', '.join(header) or 'none'}"
        )
    for number, line in enumerate(lines, start=2):
        if not line.strip():
            continue
        fields = _fields(path, number, line)
        if len(fields) < len(header):
            kind, detail = "row with missing columns", f"{len(fields)} of {len(header)}"
            findings.append(Finding(kind, f"{path.name} line {number}", detail))
        yield _product(header, fields)


def _fields(path: Path, number: int, line: str) -> list[str]:
    try:
        return next(csv.reader([line.rstrip("\n")]), [])
    except csv.Error as error:
        raise CatalogError(f"{path}: line {number}: {error}") from error


def _product(header: list[str], fields: list[str]) -> dict[str, str]:
    last = len(header) - 1
    fields = [*fields[:last], ",".join(fields[last:])]
    padded = fields + [""] * (len(header) - len(fields))
    return {column: field.strip() for column, field in zip(header, padded, strict=True)}


def _pictures(folder: Path, findings: list[Finding]) -> dict[str, str]:
    """Names of picture files by product id."""
    if not folder.is_dir():
        raise CatalogError(f"{folder}: no such folder; it should hold the pictures, <id>.jpg")
    findings += misnamed(folder.parent, folder)
    found: dict[str, str] = {}
    for entry in visible(folder):
        if is_picture(entry):
            found.setdefault(Path(entry.name).stem, entry.name)
        else:
            findings.append(not_a_picture(f"{folder.name}/{entry.name}"))
    return found


def _row(product: dict[str, str], picture: str) -> dict[str, str | None]:
    labels = {name: product[column] for name, column in ATTRIBUTES.items()}
    return {
        "item_id": product["id"],
        "path": f"{IMAGES}/{picture}",
        "title": product[TITLE] or None,
        **{name: None if label in UNKNOWN else label for name, label in labels.items()},
    }


def _unmatched(products: list[dict[str, str]], pictures: dict[str, str]) -> list[Finding]:
    ids = {product["id"] for product in products}
    bare = [p["id"] for p in products if p["id"] not in pictures]
    strays = [i for i in pictures if i not in ids]
    return [
        *(Finding("row without picture", i, f"no {IMAGES}/{i}.jpg") for i in bare),
        *(Finding("picture without row", f"{IMAGES}/{pictures[i]}") for i in strays),
    ]
