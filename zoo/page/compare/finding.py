"""Queries out of the catalogue: found by words, or drawn at random."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from html import escape
from typing import Any
from urllib.parse import parse_qsl

import gradio as gr
import numpy as np

from zoo.catalog import Catalog
from zoo.compare import Zoo
from zoo.errors import ZooError
from zoo.page.compare import link
from zoo.page.compare.asked import conditions
from zoo.page.language import _, ngettext
from zoo.page.picks import pick_strip
from zoo.page.state import PageState
from zoo.page.told import told
from zoo.queries import draw
from zoo.search.words import Words

PICKS = 20
Choose = Callable[[np.ndarray], list[int]]  # of the rows that were found, those to show


class QueryFinder:
    """What finds a query, over the state that all visitors share."""

    def __init__(self, state: PageState) -> None:
        self._state = state
        self._words: tuple[Catalog, Words] | None = None

    @told
    def first(self, text: str) -> str:
        """The first items in which every word of the text occurs; any at random for no word."""
        return self._strip(text, _first) if text.strip() else self.others(text)

    @told
    def others(self, text: str) -> str:
        """Other items in which every word of the text occurs."""
        return self._strip(text, _any)

    def _strip(self, text: str, choose: Choose) -> str:
        zoo = self._state.zoo()
        if zoo is None:
            return ""
        found = self._found(zoo.catalog, text)
        if not len(found):
            return _nothing(text)
        shown = choose(found)
        strip = pick_strip(self._state, zoo, shown)
        return _count(len(found), len(zoo.catalog), len(shown)) * bool(text.strip()) + strip

    def _found(self, catalog: Catalog, text: str) -> np.ndarray:
        """Rows with these words; the texts are put together when a catalogue is first searched."""
        if not text.strip():
            return np.arange(len(catalog))
        words = self._words
        if words is None or words[0] is not catalog:
            words = self._words = (catalog, Words(catalog))
        return words[1].rows(text)

    @told
    def random_item(self, filters: list[str] | None, picked: list[str]) -> list[str]:
        """Another item of the catalogue, drawn at random among those that fit the filters."""
        catalog = self._state.trained().catalog
        return [draw(catalog, conditions(catalog, filters), picked)]

    @told
    def restored(
        self, uploads: list[Any] | None, picked: list[str], request: gr.Request
    ) -> list[Any]:
        """For who has just come: what the address asks for, and else a random item."""
        zoo = self._state.zoo()
        if uploads or picked or zoo is None or not zoo.runs:
            return [gr.skip()] * len(link.NAMES)
        parameters = dict(request.query_params)
        if link.asks(parameters):
            return settings(zoo, parameters)
        return [[draw(zoo.catalog, {}, [])], *[gr.skip()] * (len(link.NAMES) - 1)]

    @told
    def gone_to(self, event: gr.EventData) -> list[Any]:
        """No uploads, and all controls as in the address that the browser went back to."""
        parameters = dict(parse_qsl(str(event.query)))
        if "items" not in parameters:
            raise ZooError(_("uploaded pictures cannot be brought back; choose them again"))
        return [None, *settings(self._state.trained(), parameters)]


def settings(zoo: Zoo, parameters: Mapping[str, str]) -> list[Any]:
    """The values of all controls that an address asks for; what is wrong in it is told."""
    asked, problems = link.read(parameters, zoo)
    if problems:
        left_out = _("left out of what was linked: {problems}").format(problems=link.said(problems))
        gr.Warning(escape(left_out), 20)
    items = asked.items or (draw(zoo.catalog, conditions(zoo.catalog, asked.filters)),)
    return [list(items), *asked.controls()[1:]]


def _first(found: np.ndarray) -> list[int]:
    return [int(row) for row in found[:PICKS]]


def _any(found: np.ndarray) -> list[int]:
    return [int(found[place]) for place in random.sample(range(len(found)), min(PICKS, len(found)))]


def _count(found: int, items: int, shown: int) -> str:
    more = _("; {n} are shown").format(n=shown) if shown < found else ""
    said = ngettext("<b>{found}</b> of {n} item found", "<b>{found}</b> of {n} items found", items)
    said = said.format(found=f"{found:,}", n=f"{items:,}")
    return f'<p class="quiet" role="status">{said}{more}</p>'


def _nothing(text: str) -> str:
    none = _("No item with “{words}”").format(words=escape(text.strip()))
    remedy = _(
        "Every word has to occur in its title, its id or its labels: try fewer words, "
        "or a part of one."
    )
    return f'<div class="empty" role="status"><b>{none}</b><br>{remedy}</div>'
