"""What the page's events do."""

from __future__ import annotations

import random
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from zoo.compare import Result, Zoo, count_classes
from zoo.errors import ZooError
from zoo.page import leaderboard, models, tiles
from zoo.page.state import PageState
from zoo.page.thumbnails import inline
from zoo.page.told import told
from zoo.page.uploads import MOST_PICTURES, contents
from zoo.reports import evaluate_report
from zoo.search.recommender import Ask, category_attribute

PICKS = 24
EMPTY = (
    '<div class="empty">Upload pictures, click one of the catalogue, or draw one at random.</div>'
)


class Handlers:
    """The page's functions over the state that all visitors share."""

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
        if not backbones:
            raise ZooError("no backbone is chosen; tick at least one")
        ready = [name for name in backbones if name in zoo.runs]
        ask = Ask(
            int(top), float(alpha), _where(filters), same, exact, float(diversity), near_duplicates
        )
        if uploads:
            pictures = contents([path for path, _ in uploads])
            results = zoo.recommend(pictures, ask, ready)
            card = tiles.query_card([(inline(d), n) for n, d in pictures.items()], {})
        else:
            rows = [zoo.catalog.row_of(item) for item in picked]
            results = zoo.recommend_items(rows, ask, ready)
            card = self._picked_card(zoo, rows)
        return card + tiles.columns(zoo, results, self._urls(zoo, results))

    def _picked_card(self, zoo: Zoo, rows: list[int]) -> str:
        urls = self._state.thumbnails.urls(zoo.catalog, rows)
        table = zoo.catalog.table
        known = {
            a.name: str(table[a.name].iat[rows[0]])
            for a in zoo.catalog.singles
            if len(rows) == 1 and zoo.catalog.codes(a.name)[rows[0]] >= 0
        }
        return tiles.query_card([(urls[r], str(table["title"].iat[r])) for r in rows], known)

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
        urls = self._state.thumbnails.urls(zoo.catalog, rows)
        table = zoo.catalog.table
        buttons = "".join(
            f'<button type="button" data-item="{escape(str(table["item_id"].iat[row]))}" '
            f'title="{escape(str(table["title"].iat[row]))}"><img src="{escape(urls[row])}" '
            f'alt="{escape(str(table["title"].iat[row]))}" loading="lazy"></button>'
            for row in rows
            if urls[row]
        )
        return f'<div class="strip-pick">{buttons}</div>'

    def clicked(self, event: gr.EventData) -> list[str]:
        """The item on which somebody clicked."""
        return [str(event.item)]

    @told
    def version(self) -> str:
        """Changes whenever the page has to be filled anew."""
        return repr(self._state.version())

    @told
    def progress(self) -> str:
        """What a training is doing."""
        job = self._state.job
        failure = job.failure() if job else None
        return models.progress_html(
            self._state.registry, self._state.zoo(), self._state.progress(), failure
        )

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

    @told
    def tag_choices(self) -> Any:
        """The trained backbones, for the tagging tab."""
        zoo = self._state.zoo()
        titles = [(r.backbone.title, name) for name, r in sorted(zoo.runs.items())] if zoo else []
        return gr.Dropdown(choices=titles, value=titles[0][1] if titles else None)

    @told
    def board(self) -> tuple[str, Any, Any]:
        """The leaderboard: table and two plots."""
        zoo = self._state.zoo()
        if zoo is None or not zoo.runs:
            return '<div class="empty">No backbone is trained yet.</div>', None, None
        report = evaluate_report(zoo)
        titles = {name: run.backbone.title for name, run in zoo.runs.items()}
        return (
            leaderboard.leaderboard_html(report, titles),
            leaderboard.retrieval_plot(report, titles),
            leaderboard.accuracy_plot(report, titles),
        )

    @told
    def models_html(self) -> str:
        """The models tab."""
        return models.models_html(self._state.registry, self._state.zoo())

    @told
    def tag_table(self, files: list[str] | None, backbone: str | None) -> tuple[Any, str]:
        """A row per picture with class and confidence, and the commonest categories."""
        if not files:
            raise ZooError("no picture; upload some first")
        zoo = self._state.trained()
        tagged, skipped = zoo.tag([Path(f) for f in files[:MOST_PICTURES]], backbone or None)
        names = [a.name for a in zoo.catalog.singles]
        rows = [
            [
                Path(t.path).name,
                *(f"{t.attributes[n][0]} ({t.attributes[n][1]:.0%})" for n in names),
            ]
            for t in tagged
        ]
        counts = count_classes(tagged, category_attribute(zoo.catalog), 3)
        said = ", ".join(f"{escape(value)} {number}" for value, number in counts)
        left_out = "".join(
            f"<li>{escape(s.reason.replace(s.path, Path(s.path).name))}</li>" for s in skipped
        )
        summary = f"<p>Most common: <b>{said or 'nothing'}</b>. All classes are predicted.</p>"
        if left_out:
            summary += f'<ul class="problems">{left_out}</ul>'
        return gr.Dataframe(headers=["picture", *names], value=rows), summary


def _where(filters: Sequence[str] | None) -> dict[str, list[str]]:
    """The chosen "attribute: class" texts as conditions."""
    where: dict[str, list[str]] = {}
    for text in filters or ():
        name, _, value = text.partition(": ")
        where.setdefault(name, []).append(value)
    return where
