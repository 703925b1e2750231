"""What the events of the comparison do."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import gradio as gr

from zoo.compare import Result, Zoo
from zoo.errors import ZooError
from zoo.page.compare import tiles
from zoo.page.compare.ranks import columns
from zoo.page.picks import pick_strip
from zoo.page.state import PageState
from zoo.page.thumbnails import inline
from zoo.page.told import told
from zoo.page.uploads import contents
from zoo.search.recommender import Ask

PICKS = 24
EMPTY = (
    '<div class="empty">Upload pictures, click one of the catalogue, or draw one at random.</div>'
)


class CompareHandlers:
    """The comparison over the state that all visitors share."""

    def __init__(self, state: PageState) -> None:
        self._state = state

    @told
    def compare(
        self,
        uploads: list[tuple[str, str | None]] | None,
        picked: list[str],
        backbones: list[str],
        top: float,
        alpha: float,
        filters: list[str],
        same: bool,
        exact: bool,
        diversity: float,
        near_duplicates: bool,
    ) -> Any:
        """The answer of every chosen backbone, side by side; nothing new without a query."""
        if not uploads and not picked:
            return gr.skip()
        zoo = self._state.trained()
        results = self.answers(
            uploads, picked, backbones, top, alpha, filters, same, exact, diversity, near_duplicates
        )
        if uploads:
            pictures = contents([path for path, _ in uploads])
            shown = [
                (inline(data), name, f"upload:{number}")
                for number, (name, data) in enumerate(pictures.items())
            ]
            card = tiles.query_card(shown, {})
        else:
            card = self._picked_card(zoo, [zoo.catalog.row_of(item) for item in picked])
        return card + columns(zoo, results, self._urls(zoo, results))

    def answers(
        self,
        uploads: list[tuple[str, str | None]] | None,
        picked: list[str],
        backbones: list[str],
        top: float,
        alpha: float,
        filters: list[str],
        same: bool,
        exact: bool,
        diversity: float,
        near_duplicates: bool,
    ) -> dict[str, Result]:
        """What every chosen backbone answers; ZooError where none is chosen."""
        zoo = self._state.trained()
        if not backbones:
            raise ZooError("no backbone is chosen; tick at least one")
        ready = [name for name in backbones if name in zoo.runs]
        ask = Ask(
            int(top), float(alpha), _where(filters), same, exact, float(diversity), near_duplicates
        )
        if uploads:
            return zoo.recommend(contents([path for path, _ in uploads]), ask, ready)
        return zoo.recommend_items([zoo.catalog.row_of(item) for item in picked], ask, ready)

    def _picked_card(self, zoo: Zoo, rows: list[int]) -> str:
        urls = self._state.thumbnails.urls(zoo.catalog, rows)
        table = zoo.catalog.table
        known = {
            a.name: str(table[a.name].iat[rows[0]])
            for a in zoo.catalog.singles
            if len(rows) == 1 and zoo.catalog.codes(a.name)[rows[0]] >= 0
        }
        shown = [
            (urls[r], str(table["title"].iat[r]), f"item:{table['item_id'].iat[r]}") for r in rows
        ]
        return tiles.query_card(shown, known)

    def _urls(self, zoo: Zoo, results: dict[str, Result]) -> dict[int, str]:
        rows = [i.row for r in results.values() for i in r.answer.items]
        return self._state.thumbnails.urls(zoo.catalog, rows)

    @told
    def random_item(self) -> list[str]:
        """One item of the catalogue, drawn at random."""
        zoo = self._state.trained()
        return [str(zoo.catalog.table["item_id"].iat[random.randrange(len(zoo.catalog))])]

    @told
    def first_query(self, uploads: list[Any] | None, picked: list[str]) -> list[str]:
        """The query there is; a random item for a visitor who has just come."""
        zoo = self._state.zoo()
        if uploads or picked or zoo is None or not zoo.runs:
            return picked
        return self.random_item()

    @told
    def picks(self) -> str:
        """Some items of the catalogue to click on."""
        zoo = self._state.zoo()
        if zoo is None:
            return ""
        rows = random.sample(range(len(zoo.catalog)), min(PICKS, len(zoo.catalog)))
        return pick_strip(self._state, zoo, rows)

    def cleared(self, picked: list[str], uploads: list[Any] | None) -> Any:
        """The uploads, given up when an item of the catalogue is asked for."""
        return None if picked else uploads

    @told
    def choices(self) -> tuple[Any, Any]:
        """The backbones and filter values there are, for their components."""
        zoo = self._state.zoo()
        if zoo is None:
            return gr.CheckboxGroup(choices=[], value=[]), gr.Dropdown(choices=[])
        titles = [(run.backbone.title, name) for name, run in sorted(zoo.runs.items())]
        filters = [f"{a.name}: {value}" for a in zoo.catalog.singles for value in a.classes]
        return (
            gr.CheckboxGroup(choices=titles, value=sorted(zoo.runs)),
            gr.Dropdown(choices=filters),
        )


def _where(filters: Sequence[str] | None) -> dict[str, list[str]]:
    """The chosen "attribute: class" texts as conditions."""
    where: dict[str, list[str]] = {}
    for text in filters or ():
        name, _, value = text.partition(": ")
        where.setdefault(name, []).append(value)
    return where
