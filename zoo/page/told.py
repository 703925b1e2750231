"""Expected failures as a visitor sees them; the only place here that catches ZooError."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import wraps
from html import escape
from typing import ParamSpec, TypeVar

import gradio as gr

from zoo.errors import ReplacedError, ZooError
from zoo.page.language import _

P = ParamSpec("P")
T = TypeVar("T")


def _shown(error: ZooError) -> gr.Error:
    # A toast is HTML, and names of files and classes may come from anywhere.
    said = escape(str(error), quote=False)
    return gr.Error(said, print_exception=False, title=_("Not done"))


def told(function: Callable[P, T]) -> Callable[P, T]:
    """Show an expected failure to the visitor as one line.

    What met a zoo that was replaced before all of it was opened is asked of the new one.
    """

    @wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            with suppress(ReplacedError):
                return function(*args, **kwargs)
            return function(*args, **kwargs)
        except ZooError as error:
            raise _shown(error) from error

    return wrapped


def told_while(function: Callable[P, Iterator[T]]) -> Callable[P, Iterator[T]]:
    """The same for a handler that says on the way how far it is."""

    @wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        try:
            yield from function(*args, **kwargs)
        except ZooError as error:
            raise _shown(error) from error

    return wrapped
