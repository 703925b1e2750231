"""Failures a user can mend: one line that names the thing, the bad value and the remedy."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

MOST = 300  # characters of what another package says


class ZooError(Exception):
    """An expected failure; only `main()` and the page's handlers catch it."""


class CatalogError(ZooError):
    """The catalogue on disk is missing, empty, ambiguous or cannot be learnt from."""


class PictureError(ZooError):
    """One picture cannot be used; the message says why."""


class PluginError(ZooError):
    """A plugin could not be taken up."""


class WeightsError(ZooError):
    """Weights are out of reach or do not fit the network."""


class RunError(ZooError):
    """A run directory is unfinished, damaged, or belongs to something else."""


class ReplacedError(RunError):
    """Another run has taken the place of the one that was opened; asking again finds it."""


class LossError(ZooError):
    """A loss that is no finite number: nothing is learnt from here on."""


class ExportError(ZooError):
    """A network could not be written in another format."""


def one_line(error: BaseException) -> str:
    """What another package's error says, short enough to stand within a message."""
    said = " ".join(str(error).split()) or type(error).__name__
    return said if len(said) <= MOST else f"{said[:MOST]}…"


def typed(path: Path) -> str:
    """A path as part of a command that is to be typed: quoted where it has to be."""
    return shlex.quote(str(path))


def unknown(what: str, value: str, known: Iterable[str]) -> str:
    """The message for a name that is not one of the known ones, with the nearest of them."""
    names = sorted(known)
    said = f"unknown {what} {value!r}; available: {', '.join(names) or 'none'}"
    by_small_letters = {name.casefold(): name for name in names}
    near = get_close_matches(value.casefold(), by_small_letters, n=1)
    return f"{said}; nearest: {by_small_letters[near[0]]}" if near else said
