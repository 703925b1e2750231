"""DeepFashion's labels: names of categories and attributes, and which picture has which."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd

from zoo.catalog.listing import Finding
from zoo.catalog.readers.counted import parse_count, parse_header, read_counted, require_count
from zoo.catalog.readers.deepfashion_files import CLOTHES_TYPES
from zoo.catalog.readers.text import UTF16_MARKS, read_text
from zoo.errors import CatalogError
from zoo.plurals import numbered

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
ABSENT, ONE, ZERO = b"n", b"1", b"0"


@dataclass(frozen=True)
class Category:
    """One of the fifty categories, and where it is worn: upper, lower or full."""

    name: str
    worn: str


@dataclass(frozen=True)
class Label:
    """One attribute of the lists and the group, our attribute, of which it is a class."""

    name: str
    group: str


def read_categories(path: Path, findings: list[Finding]) -> list[Category]:
    """list_category_cloth.txt; category 1 of the other lists is the first one."""
    table = read_counted(path, ("category_name", "category_type"), findings)
    pairs = zip(table["category_name"], table["category_type"], strict=True)
    return [Category(name, _typed(path, name, kind, CLOTHES_TYPES)) for name, kind in pairs]


def read_labels(path: Path, groups: Mapping[str, str], findings: list[Finding]) -> list[Label]:
    """list_attr_cloth.txt, in the order of the columns of labels; `groups` by attribute type."""
    table = read_counted(path, ("attribute_name", "attribute_type"), findings)
    pairs = zip(table["attribute_name"], table["attribute_type"], strict=True)
    return [Label(name, _typed(path, name, kind, groups)) for name, kind in pairs]


def _typed(path: Path, name: str, kind: str, known: Mapping[str, str]) -> str:
    if kind not in known:
        types = ", ".join(f"{number} {meaning}" for number, meaning in known.items())
        raise CatalogError(f"{path}: unknown type {kind!r} of {name!r}; known: {types}")
    return known[kind]


def category_at(path: Path, categories: Sequence[Category], text: str, subject: str) -> Category:
    """The category of a label counted from 1; CatalogError names the subject of a wrong one."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= len(categories)):
        raise CatalogError(
            f"{path}: {subject}: category {text!r} is not within 1..{len(categories)}"
        )
    return categories[int(text) - 1]


class LabelLists:
    """Rows of one label per attribute gathered into a list of classes per group and picture.

    A label is 1 (has), -1 (has not) or 0 (unknown; in the fine lists: has not). Of a group, 0
    beside a 1 counts as has not, and is counted; 0 without any 1 leaves the group unknown.
    """

    def __init__(self, path: Path, labels: Sequence[Label], zero_is_unknown: bool) -> None:
        self._path, self._zero_is_unknown = path, zero_is_unknown
        self._names = [label.name for label in labels]
        self.groups = list(dict.fromkeys(label.group for label in labels))
        self._group_of = [self.groups.index(label.group) for label in labels]
        self.lists: list[list[list[str] | None]] = [[] for _ in self.groups]
        self._beside: Counter[int] = Counter()

    def add(self, line: int, cells: bytes) -> None:
        """Take the labels of one picture, separated by blanks; `line` is for the message."""
        values = cells.replace(b"-1", ABSENT).split()
        packed = b"".join(values)
        if len(values) != len(self._names):
            raise CatalogError(
                f"{self._path}: line {line}: {numbered(len(values), 'label')} for "
                f"{numbered(len(self._names), 'attribute')}"
            )
        if len(packed) != len(values) or packed.translate(None, ABSENT + ONE + ZERO):
            wrong = next(v for v in cells.split() if v not in (b"-1", b"0", b"1"))
            shown = wrong[:20].decode("utf-8", "replace")
            raise CatalogError(f"{self._path}: line {line}: label {shown!r} is not -1, 0 or 1")
        row: list[list[str] | None] = [[] for _ in self.groups]
        place = packed.find(ONE)
        while place >= 0:
            has = row[self._group_of[place]]
            if has is not None and self._names[place] not in has:
                has.append(self._names[place])
            place = packed.find(ONE, place + 1)
        if self._zero_is_unknown and ZERO in packed:
            self._hide_unknown(row, packed)
        for column, has in zip(self.lists, row, strict=True):
            column.append(has)

    def _hide_unknown(self, row: list[list[str] | None], packed: bytes) -> None:
        zeros = {self._group_of[i] for i, value in enumerate(packed) if value == ZERO[0]}
        for group in zeros:
            if row[group]:
                self._beside[group] += 1
            else:
                row[group] = None

    def findings(self) -> list[Finding]:
        """How many pictures have zeros that count as absent, per group."""
        return [
            Finding(
                "attribute with labels of 0 taken as absent",
                self.groups[group],
                f"labels of 0 (unknown) beside labels of 1 in {numbered(count, 'picture')}",
            )
            for group, count in sorted(self._beside.items())
        ]

    def frame(self, index: Iterable[Any]) -> pd.DataFrame:
        """A column of lists per group; `index` names the rows."""
        names = pd.Index(list(index))
        columns = zip(self.groups, self.lists, strict=True)
        frame: pd.DataFrame = pd.DataFrame(
            {group: pd.Series(has, names, dtype=object) for group, has in columns}
        )
        return frame


def read_label_lists(path: Path, labels: Sequence[Label], findings: list[Finding]) -> pd.DataFrame:
    """list_attr_img.txt, line by line: a column per group, a row per picture, by its name."""
    lists = LabelLists(path, labels, zero_is_unknown=True)
    names: list[str] = []
    try:
        with _opened(path, findings) as file:
            count = parse_count(path, _text(file.readline().removeprefix(BYTE_ORDER_MARK)))
            parse_header(path, _text(file.readline()), ("image_name", "attribute_labels"))
            for number, line in enumerate(file, start=3):
                name, *cells = line.split(None, 1) or (b"",)
                if name:  # a blank line has none
                    names.append(_text(name))
                    lists.add(number, cells[0] if cells else b"")
    except OSError as error:
        raise CatalogError(f"{path}: cannot be read: {error.strerror or error}") from error
    require_count(path, count, len(names))
    findings += lists.findings()
    return lists.frame(names)


def _opened(path: Path, findings: list[Finding]) -> BinaryIO:
    """The bytes of a file; of one in UTF-16, which line ends do not split, as UTF-8."""
    with path.open("rb") as file:
        start = file.read(2)
    if start not in UTF16_MARKS:
        return path.open("rb")
    text, encoding = read_text(path)
    findings += encoding
    return io.BytesIO(text.encode())


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
