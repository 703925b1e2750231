"""Pictures from outside the catalogue: a file, a folder of them, or a CSV with their paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from zoo.catalog.listing import Finding
from zoo.catalog.readers.csv_columns import find_roles
from zoo.catalog.readers.csv_rows import read_rows
from zoo.catalog.readers.entries import is_hidden, is_utf8, not_a_picture, not_utf8
from zoo.catalog.readers.places import IMAGES, may_be_file, with_slashes
from zoo.errors import ZooError
from zoo.pictures import EXTENSIONS, UNREAD


@dataclass(frozen=True)
class PictureTable:
    """A row a picture, in the order of the source; `columns` and `cells` are the source's own."""

    paths: tuple[Path, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]
    findings: tuple[Finding, ...] = ()  # lines of a CSV that could not be read, files left out
    from_csv: bool = False


def pictures_in(source: Path) -> PictureTable:
    """What there is to look at; ZooError when there is no such thing or no picture in it."""
    if source.is_file() and source.suffix.lower() == ".csv":
        return _of_csv(source)
    if source.is_file():
        return _of_paths([source])
    if not source.is_dir():
        raise ZooError(f"{source}: no such folder or file")
    files = sorted(_visible(source))
    found = [path for path in files if path.suffix.lower() in EXTENSIONS]
    if not found:
        raise ZooError(f"{source}: no picture in it ({', '.join(sorted(EXTENSIONS))})")
    unread = tuple(
        not_a_picture(ascii(str(path))[1:-1]) for path in files if path.suffix.lower() in UNREAD
    )
    table = _of_paths(found)
    return replace(table, findings=table.findings + unread)


def _visible(folder: Path) -> Iterator[Path]:
    """All that lies in a folder and those in it, hidden ones aside."""
    for path in folder.rglob("*"):
        if not any(is_hidden(part) for part in path.relative_to(folder).parts):
            yield path


def _of_paths(paths: list[Path]) -> PictureTable:
    named = [path for path in paths if is_utf8(str(path.absolute()))]
    strange = sorted(set(paths).difference(named))
    findings = tuple(not_utf8(str(path.absolute())) for path in strange)
    if not named:
        raise ZooError(f"{findings[0].subject}: {findings[0].kind}; rename it")
    cells = tuple((str(path),) for path in named)
    return PictureTable(tuple(named), ("path",), cells, findings)


def _of_csv(file: Path) -> PictureTable:
    findings: list[Finding] = []
    table = read_rows(file, findings)
    if table.empty:
        raise ZooError(f"{file}: no row in it")
    column = find_roles(file, table.columns).path
    empty = table[column].fillna("").str.strip() == ""
    findings += [
        Finding("row without a picture", str(file), f"row {row + 1}: {column} is empty")
        for row in empty.to_numpy().nonzero()[0].tolist()
    ]
    table = table[~empty]
    if table.empty:
        raise ZooError(f"{file}: no row with a picture, the column {column} is empty")
    return PictureTable(
        tuple(_located(file.parent, text) for text in table[column]),
        tuple(str(name) for name in table.columns),
        tuple(tuple(row) for row in table.itertuples(index=False, name=None)),
        tuple(findings),
        from_csv=True,
    )


def _located(folder: Path, text: str) -> Path:
    """The picture beside the table or in its images/ folder; the first, where neither is one."""
    inside = with_slashes(text)
    places = (folder / inside, folder / IMAGES / inside)
    return next((place for place in places if may_be_file(str(place))), places[0])
