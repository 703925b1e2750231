"""The arguments of a program's question: JSON that may be anything, checked one by one."""

from __future__ import annotations

from typing import Any

from zoo.errors import ZooError
from zoo.page.language import _

LONGEST = 40  # letters of a wrong value that are said back


def number(name: str, value: Any) -> float:
    """A number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(name, value, _("a number"))
    return float(value)


def whole(name: str, value: Any) -> int:
    """A whole number; 5.0 is one."""
    if not number(name, value).is_integer():
        raise _wrong(name, value, _("a whole number"))
    return int(value)


def yes(name: str, value: Any) -> bool:
    """True or false; null is false."""
    if value is not None and not isinstance(value, bool):
        raise _wrong(name, value, _("true or false"))
    return bool(value)


def names(name: str, value: Any) -> list[str]:
    """A list of names; null is none."""
    if value is not None and not _are_texts(value):
        raise _wrong(name, value, _("a list of names"))
    return list(value or ())


def classes_by_attribute(name: str, value: Any) -> dict[str, list[str]]:
    """Attribute -> any of these classes; null is none, a class by itself a list of one."""
    found = {} if value is None else value
    if not isinstance(found, dict):
        raise _wrong(name, value, _("an object of attributes and classes"))
    listed = {key: [one] if isinstance(one, str) else one for key, one in found.items()}
    for key, classes in listed.items():
        if not _are_texts(classes):
            raise _wrong(f"{name} {key}", classes, _("a class or a list of classes"))
    return listed


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _wrong(name: str, value: Any, wanted: str) -> ZooError:
    said = _("{name} {value} is not {wanted}")
    return ZooError(said.format(name=name, value=repr(value)[:LONGEST], wanted=wanted))
