"""What the details are about: an item of the catalogue, or an uploaded picture."""

from __future__ import annotations

from dataclasses import dataclass

from zoo.compare import Zoo
from zoo.errors import ZooError
from zoo.page.language import _, marked
from zoo.page.uploads import contents
from zoo.pictures import Box, read_bytes

GONE = marked("that picture is no longer asked about; click on Details again")


@dataclass(frozen=True)
class Subject:
    """A picture with a name, and where it is."""

    name: str
    data: bytes  # the file's
    box: Box | None = None  # the part of the picture that is used
    row: int | None = None  # in the catalogue; None for an upload
    upload: int = 0  # its number among the uploads, where it is one


def subject_of(zoo: Zoo, about: str, uploads: list[tuple[str, str | None]] | None) -> Subject:
    """The picture that "item:" and an id, or "upload:" and a number from 0, stands for."""
    kind, __, which = about.partition(":")
    if kind == "item":
        return _item(zoo, zoo.catalog.row_of(which))
    if kind == "upload" and which.isdecimal() and int(which) < len(uploads or ()):
        ((name, data),) = contents([(uploads or [])[int(which)][0]]).items()
        return Subject(name, data, upload=int(which))
    raise ZooError(_(GONE))


def _item(zoo: Zoo, row: int) -> Subject:
    name = zoo.catalog.name_of(row)
    return Subject(name, read_bytes(zoo.catalog.path(row)), zoo.catalog.boxes()[row], row)
