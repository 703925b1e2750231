"""Addresses that bring a comparison back: written short, read with suspicion."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any
from urllib.parse import quote, urlencode

from zoo.compare import Zoo
from zoo.errors import ZooError
from zoo.page.compare.asked import Asked, conditions
from zoo.page.language import _

NAMES = tuple(field.name for field in fields(Asked) if field.name != "uploads")
MOST_RESULTS = 24
MOST_PARTS = 32  # of a list; the rest is not looked at
MOST_TOLD, LONGEST = 5, 120  # of what is wrong in an address: parts, and letters of each
YES, NO = ("1", "true"), ("0", "false")


def written(asked: Asked) -> str:
    """The query part of an address: the items, the backbones, and what is not as usual.

    Uploaded pictures are not in it.
    """
    usual = Asked()
    values: dict[str, str] = {}
    for name in NAMES:
        value = getattr(asked, name)
        if value == getattr(usual, name) or (name == "items" and asked.uploads):
            continue
        values[name] = _joined(value) if isinstance(value, tuple) else f"{value:g}"
    return urlencode(values, safe=",:", quote_via=quote)


def read(parameters: Mapping[str, str], zoo: Zoo) -> tuple[Asked, list[str]]:
    """What an address asks for, and what of it this zoo cannot do, which is left out."""
    found: dict[str, Any] = {}
    problems: list[str] = []
    for name, check in LISTS.items():
        found[name], bad = _checked(zoo, _split(parameters.get(name, "")), check)
        problems += bad
    for name, reader in SINGLES.items():
        try:
            if name in parameters:
                found[name] = reader(parameters[name])
        except ZooError as error:
            problems.append(f"{name} {error}")
    found["backbones"] = found["backbones"] or tuple(sorted(zoo.runs))
    return Asked(**found), problems


def said(problems: list[str]) -> str:
    """What is wrong in an address, no longer than can be read, whatever somebody put in it."""
    told = [p if len(p) <= LONGEST else f"{p[: LONGEST - 1]}…" for p in problems[:MOST_TOLD]]
    more = len(problems) - len(told)
    return "; ".join([*told, *([_("{n} more").format(n=more)] if more else [])])


def _checked(
    zoo: Zoo, parts: list[str], check: Callable[[Zoo, str], None]
) -> tuple[tuple[str, ...], list[str]]:
    """The parts that are known, each once, and why the others are not."""
    good: list[str] = []
    problems: list[str] = []
    for part in dict.fromkeys(parts[:MOST_PARTS]):
        try:
            check(zoo, part)
            good.append(part)
        except ZooError as error:
            problems.append(str(error))
    return tuple(good), problems


def asks(parameters: Mapping[str, str]) -> bool:
    """Whether an address says anything of a comparison."""
    return any(name in parameters for name in NAMES)


def _joined(parts: tuple[str, ...]) -> str:
    """Parts with commas between them, and a backslash before their own."""
    return ",".join(re.sub(r"([\\,])", r"\\\1", part) for part in parts)


def _split(text: str) -> list[str]:
    parts = re.findall(r"(?:\\.|[^,\\])+", text)
    return [re.sub(r"\\(.)", r"\1", part) for part in parts]


def _item(zoo: Zoo, text: str) -> None:
    zoo.catalog.row_of(text)


def _backbone(zoo: Zoo, text: str) -> None:
    if text not in zoo.runs:
        raise ZooError(_("no trained backbone {name}").format(name=repr(text)))


def _filter(zoo: Zoo, text: str) -> None:
    conditions(zoo.catalog, [text])


def _top(text: str) -> int:
    if not re.fullmatch("[0-9]{1,4}", text) or not 1 <= int(text) <= MOST_RESULTS:
        whole = _("{value} is not a whole number within 1..{most}")
        raise ZooError(whole.format(value=repr(text), most=MOST_RESULTS))
    return int(text)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise ZooError(_("{value} is not a number within 0..1").format(value=repr(text)))
    return share


def _yes(text: str) -> bool:
    if text.lower() not in (*YES, *NO):
        raise ZooError(_("{value} is neither 1 nor 0").format(value=repr(text)))
    return text.lower() in YES


LISTS = {"items": _item, "backbones": _backbone, "filters": _filter}
SINGLES: dict[str, Callable[[str], Any]] = {
    "top": _top,
    "alpha": _share,
    "same": _yes,
    "exact": _yes,
    "diversity": _share,
    "near_duplicates": _yes,
}
