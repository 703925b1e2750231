"""What the events of the comparison do."""

from __future__ import annotations

from typing import Any

import gradio as gr

from zoo.compare import Result, Zoo
from zoo.page.compare import tiles
from zoo.page.compare.asked import Asked, filter_texts
from zoo.page.compare.ranks import columns
from zoo.page.compare.takeaway import permalink
from zoo.page.compare.turn import Turn
from zoo.page.language import _
from zoo.page.state import PageState
from zoo.page.thumbnails import inline
from zoo.page.titles import choices
from zoo.page.told import told
from zoo.page.uploads import contents

UNCHANGED = [gr.skip()] * 3  # the answer, what was asked, its link


def empty_html() -> str:
    """What stands in place of an answer before anything is asked."""
    said = _("Upload pictures, click one of the catalogue, or draw one at random.")
    return f'<div class="empty">{said}</div>'


def nobody_html() -> str:
    """What stands in place of an answer where nobody is asked."""
    return f'<div class="empty">{_("No backbone is chosen: tick at least one.")}</div>'


class CompareHandlers:
    """The comparison over the state that all visitors share."""

    def __init__(self, state: PageState) -> None:
        self._state = state

    @told
    def compare(self, turn: Turn, when: float, *controls: Any) -> list[Any]:
        """What is on screen, what was asked, and its link; nothing if more was asked meanwhile."""
        is_last = turn.begin(when)
        shown = self._answered(Asked.of(*controls)) if is_last() else UNCHANGED
        return shown if is_last() else UNCHANGED

    def _answered(self, asked: Asked) -> list[Any]:
        if not asked.uploads and not asked.items:
            return [empty_html(), None, ""]
        if not asked.backbones:
            return [nobody_html(), asked, ""]
        return [self._columns(asked), asked, permalink(asked)]

    def _columns(self, asked: Asked) -> str:
        """The answer of every chosen backbone, side by side."""
        zoo = self._state.trained()
        results = self.answers(zoo, asked)
        if asked.uploads:
            pictures = contents(asked.uploads)
            shown = [
                (inline(data), name, f"upload:{number}")
                for number, (name, data) in enumerate(pictures.items())
            ]
            card = tiles.query_card(shown, {})
        else:
            card = self._picked_card(zoo, [zoo.catalog.row_of(item) for item in asked.items])
        return card + columns(zoo, results, self._urls(zoo, results))

    def answers(self, zoo: Zoo, asked: Asked) -> dict[str, Result]:
        """What every chosen backbone answers; ZooError where none is chosen."""
        return asked.answers(zoo, contents(asked.uploads), self._state.remembered)

    def compare_picked(self, turn: Turn, when: float, *controls: Any) -> list[Any]:
        """The answer to an item; uploads, which take an item's place, are answered as they come."""
        return self.compare(turn, when, *controls) if Asked.of(*controls).items else UNCHANGED

    def emptied(self, turn: Turn, when: float, *controls: Any) -> list[Any]:
        """No answer, nothing that was asked and no link, once all uploads have been cleared."""
        asked = Asked.of(*controls)
        return UNCHANGED if asked.uploads or asked.items else self.compare(turn, when, *controls)

    def compare_anew(
        self, turn: Turn, when: float, asked: Asked | None, *controls: Any
    ) -> list[Any]:
        """The same of another zoo, where something was asked of the one before."""
        return self.compare(turn, when, *controls) if asked else UNCHANGED

    def _picked_card(self, zoo: Zoo, rows: list[int]) -> str:
        urls = self._state.thumbnails.urls(zoo.catalog, rows)
        labels = zoo.catalog.labels_of(rows[0]) if len(rows) == 1 else {}
        known = {a.name: labels[a.name][0] for a in zoo.catalog.singles if a.name in labels}
        ids = zoo.catalog.table["item_id"]
        shown = [(urls[r], zoo.catalog.name_of(r), f"item:{ids.iat[r]}") for r in rows]
        return tiles.query_card(shown, known)

    def _urls(self, zoo: Zoo, results: dict[str, Result]) -> dict[int, str]:
        rows = [i.row for r in results.values() for i in r.answer.items]
        return self._state.thumbnails.urls(zoo.catalog, rows)

    def cleared(self, picked: list[str]) -> Any:
        """The uploads, given up when an item of the catalogue is asked for."""
        return None if picked else gr.skip()

    def added(self, uploads: list[Any] | None, photo: str | None) -> tuple[Any, None, list[str]]:
        """The uploads with a photo more, and the camera ready for the next."""
        return [*(uploads or []), *([(photo, None)] if photo else [])], None, []

    @told
    def choices(self, ticked: list[str], known: list[str]) -> tuple[Any, Any, list[str]]:
        """The backbones and filter values there are, for their components.

        What a visitor ticked stays, and those are ticked that were not `known` to him yet.
        """
        zoo = self._state.zoo()
        if zoo is None:
            return gr.CheckboxGroup(choices=[], value=[]), gr.Dropdown(choices=[]), []
        names = sorted(zoo.runs)
        chosen = [name for name in names if name in ticked or name not in known]
        return (
            gr.CheckboxGroup(choices=choices(zoo), value=chosen),
            gr.Dropdown(choices=list(filter_texts(zoo.catalog))),
            names,
        )
