"""The panel of details: one picture, what is said of it, where that is seen, why it is here."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from zoo.compare import Result, Zoo
from zoo.errors import ZooError
from zoo.page.compare.asked import Asked
from zoo.page.compare.facts import facts
from zoo.page.compare.heat_map import heat_maps
from zoo.page.compare.subject import subject_of
from zoo.page.compare.turn import NOW, Turn
from zoo.page.compare.why import why
from zoo.page.language import _, script_of
from zoo.page.shared import HIDDEN
from zoo.page.state import PageState
from zoo.page.told import told
from zoo.search.candidates import category_attribute
from zoo.training.targets import head_attributes

# For the HTML whose "Details" buttons open the panel.
ASK_DETAILS = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-details]');
  if (!button) return;
  button.classList.add('asked');
  trigger('select', {about: button.dataset.details});
});
"""
# The button that nothing came of does not go on waiting.
NOT_ASKED = """() => document.querySelectorAll('.details.asked').forEach(
  (button) => button.classList.remove('asked'))"""
OPENING = Path(__file__).with_name("details.js")
Answers = Callable[[Zoo, Asked], dict[str, Result]]


def drawing() -> str:
    """While the heat maps are made."""
    return f'<p class="quiet">{_("Drawing where each backbone looks …")}</p>'


class Details:
    """What the panel shows, over the state that all visitors share."""

    def __init__(self, state: PageState, answers: Answers) -> None:
        self._state, self._answers = state, answers
        self._numbers = itertools.count(1)  # so that asking twice for the same opens it twice

    @told
    def opened(self, about: str, head: str | None, *inputs: Any) -> tuple[Any, ...]:
        """The facts and the reasons; the choice of attributes; the heat maps to come."""
        zoo = self._state.trained()
        uploads, picked = inputs[:2]
        if not uploads and not picked:
            raise ZooError(_("nothing is asked for; click on a picture first"))
        subject = subject_of(zoo, about, uploads)
        results = self._answers(zoo, Asked.of(*inputs))
        reasons = ""
        if subject.row is not None:
            reasons = f"<h3>{_('Why it is here')}</h3>{why(zoo, results, subject.row)}"
        html = (
            f'<div class="sheet" data-asked="{next(self._numbers)}"><header>'
            f'<h2>{escape(subject.name)}</h2><button type="button" class="close" '
            f'aria-label="{_("Close the details")}">✕</button></header>'
            f"{facts(zoo, results, subject)}{reasons}</div>"
        )
        names = [attribute.name for attribute in head_attributes(zoo.catalog)]
        chosen = head if head in names else category_attribute(zoo.catalog)
        return html, gr.Radio(choices=names, value=chosen), drawing()

    @told
    def heat(
        self, turn: Turn, when: float, about: str, head: str | None, uploads: Any, names: list[str]
    ) -> Any:
        """Where every chosen backbone looks for one attribute, if none was chosen meanwhile."""
        zoo = self._state.trained()
        if not about or not head:
            return gr.skip()
        is_last = turn.begin(when)
        runs = [zoo.runs[name] for name in names if name in zoo.runs]
        drawn = heat_maps(zoo.catalog, runs, subject_of(zoo, about, uploads), head)
        return drawn if is_last() else gr.skip()


def details_panel(state: PageState, answers: Answers, answer: gr.HTML, inputs: list[Any]) -> None:
    """Lay the panel out; `answer` (made with js_on_load=ASK_DETAILS) opens it.

    `inputs` are those of the comparison: uploads, items, backbones and so on.
    """
    do = Details(state, answers)
    about, turn, when = gr.State(""), gr.State(Turn()), gr.Number(visible=False)
    with gr.Column(elem_id="details"):
        said = gr.HTML(js_on_load=script_of(OPENING))
        head = gr.Radio(label=_("Where each backbone looks for"), choices=[])
        heat = gr.HTML(elem_id="details-heat")
    searched: dict[str, Any] = {**HIDDEN, "concurrency_id": "search"}
    drawn = (do.heat, [turn, when, about, head, inputs[0], inputs[2]], heat)
    asked = answer.select(_about, None, about, **HIDDEN)
    opened = asked.then(do.opened, [about, head, *inputs], [said, head, heat], **searched)
    opened.failure(None, js=NOT_ASKED, **HIDDEN)
    chosen = head.input(drawing, None, heat, trigger_mode="always_last", **HIDDEN)
    for event in (opened.success, chosen.then):
        # Who chooses another attribute before there is a map gets that of the last.
        seen = event(*drawn, js=NOW, trigger_mode="always_last", **searched)
        seen.failure(lambda: "", None, heat, **HIDDEN)


def _about(event: gr.EventData) -> str:
    """What the clicked button stands for."""
    return str(event.about)
