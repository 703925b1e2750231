"""The tab where a query meets every backbone."""

from __future__ import annotations

from typing import Any

import gradio as gr

from zoo.page.compare.details import ASK_DETAILS, details_panel
from zoo.page.compare.finding import QueryFinder
from zoo.page.compare.handlers import CompareHandlers, empty_html
from zoo.page.compare.layout import source
from zoo.page.compare.ranking import ranking
from zoo.page.compare.saved import KEY, saved_queries
from zoo.page.compare.takeaway import take_away_bar
from zoo.page.compare.turn import NOW, Turn
from zoo.page.kept import in_browser
from zoo.page.language import _
from zoo.page.shared import HIDDEN, NOTHING, PICK_ITEM, Fill, Shared, show_answer


def compare_tab(shared: Shared) -> Fill:
    """Lay the tab out and wire it; it is filled by what is returned."""
    do, finding, picked = CompareHandlers(shared.state), QueryFinder(shared.state), shared.picked
    asked, kept = gr.State(None), in_browser(KEY)  # what is on screen; what was saved of it
    known = gr.State([])  # backbones that this visitor could choose from
    turn, when = gr.State(Turn()), gr.Number(visible=False)
    given = source()
    uploads, words, picks = given.uploads, given.words, given.picks
    with gr.Row():
        backbones = gr.CheckboxGroup(
            label=_("Backbones"), choices=[], min_width=300, elem_id="backbones"
        )
        with gr.Column(min_width=300):
            sliders, boxes, filters = ranking()
            bar_place = gr.Column()
    top, alpha, diversity = sliders
    same, exact, apart = boxes
    answer = gr.HTML(
        empty_html(), js_on_load=PICK_ITEM + ASK_DETAILS, elem_id="answer", min_height=320
    )

    inputs: list[Any] = [
        uploads, picked, backbones, top, alpha, filters, same, exact, diversity, apart
    ]  # fmt: skip
    compared: dict[str, Any] = {
        "api_visibility": "private",
        "concurrency_id": "search",
        "show_progress": "minimal",
        "show_progress_on": answer,
        "js": NOW,
        # Who asks again before there is an answer, or drags a slider, gets that of the last.
        "trigger_mode": "always_last",
    }

    with bar_place:
        link = take_away_bar(shared.state, asked)
    questions, shown = [turn, when, *inputs], [answer, asked, link]
    details_panel(shared.state, do.answers, answer, inputs)

    def ask_again(event: Any) -> Any:
        return event.then(do.compare, questions, shown, **compared)

    with given.saved:
        fill_saved = saved_queries(shared.state, kept, asked, [uploads, *inputs[1:]], ask_again)

    # Whoever sets the item that is asked for, here or in another tab, is answered.
    cleared = picked.change(do.cleared, picked, uploads, **HIDDEN)
    cleared.then(do.compare_picked, questions, shown, **compared)
    gone = link.select(
        finding.gone_to, None, [uploads, *inputs[1:]], trigger_mode="multiple", **HIDDEN
    )
    ask_again(gone.success(show_answer, None, shared.tabs, **HIDDEN))
    ask_again(uploads.upload(lambda: [], None, picked, **HIDDEN))
    # A picture is still among the uploads when its removal is told.
    ask_again(uploads.delete(None, None, None, js=NOTHING, **HIDDEN))
    # All of them at once are no removal, only a change.
    uploads.change(do.emptied, questions, shown, js=NOW, **HIDDEN)
    ask_again(
        given.photo.input(
            do.added, [uploads, given.photo], [uploads, given.photo, picked], **HIDDEN
        )
    )
    given.draw.click(finding.random_item, [filters, picked], picked, **HIDDEN)
    given.shuffle.click(finding.others, words, picks, **HIDDEN)
    words.change(finding.first, words, picks, trigger_mode="always_last", **HIDDEN)
    shared.ask_on_click(picks)
    shared.ask_on_click(answer)
    # Sliders too at every step, by mouse or by keys; that they are set back is a release alone.
    changed = [control.input for control in (backbones, filters, *boxes, *sliders)]
    changed += [control.release for control in sliders]
    gr.on(changed, do.compare, questions, shown, **compared)

    def fill(event: Any) -> Any:
        chosen = event.then(do.choices, [backbones, known], [backbones, filters, known], **HIDDEN)
        # Another backbone may have come. Whatever becomes of it: the first query of a visitor, and
        # all other tabs, hang on what was chosen.
        chosen.then(do.compare_anew, [turn, when, asked, *inputs], shown, **compared)
        restored = chosen.then(
            finding.restored, [uploads, picked], inputs[1:], api_visibility="private"
        )
        fill_saved(chosen)
        chosen.then(finding.first, words, picks, **HIDDEN)
        return restored

    return fill
