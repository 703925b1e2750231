"""The tab that puts many pictures through one backbone: tags, style, recommendations."""

from __future__ import annotations

from typing import Any

import gradio as gr

from zoo.page.kept import in_browser, reading, written
from zoo.page.language import _
from zoo.page.shared import HIDDEN, Fill, Shared
from zoo.page.use.handlers import KEY, PROFILES, UseHandlers
from zoo.page.use.layout import Source, keeping, recommended, source, tagged

ASKED: dict[str, Any] = {"api_visibility": "private", "concurrency_id": "search"}
# Minutes of work at most: one at a time, and not in the place of those who search.
LOOKED: dict[str, Any] = {
    "api_visibility": "private", "concurrency_id": "use-look", "concurrency_limit": 1
}  # fmt: skip


def use_tab(shared: Shared) -> Fill:
    """Lay the tab out and wire it; it is filled by what is returned."""
    do = UseHandlers(shared.state)
    chosen, looked = gr.State([]), gr.State(None)
    browser = in_browser(KEY)
    given = source()
    with gr.Row(elem_classes="ends"):
        backbone = gr.Dropdown(
            label=_("Backbone"), choices=[], min_width=260, elem_id="use-backbone"
        )
        button = gr.Button(_("Tag and profile"), variant="primary", elem_id="use-button")
    old = keeping()
    progress = gr.HTML(elem_id="use-progress")
    with gr.Column(visible=False) as result:
        seen, fit = tagged(), recommended()
        with gr.Row(elem_classes="ends"):
            name = gr.Textbox(
                label=_("Keep this profile in this browser as"),
                max_length=PROFILES.longest,
                max_lines=1,
                min_width=260,
                elem_id="use-name",
            )
            keep = gr.Button(_("Keep"), elem_id="use-keep")

    shown: list[Any] = [seen.summary, seen.matrix, seen.bars, seen.csv]
    wanted: list[Any] = [looked, fit.top, fit.alpha]

    def answer(event: Any) -> None:
        """Show what was looked at, and ask for what fits it."""
        there = event.success(lambda: (gr.Column(visible=True), ""), None, [result, fit.each_csv],
                              **HIDDEN)  # fmt: skip
        told = there.then(do.show, [looked, seen.threshold], shown, **HIDDEN)
        told.then(do.fits, wanted, fit.fits, **ASKED)

    _one_source(given, do, chosen)
    looking = button.click(do.look, [given.files, chosen, backbone], [progress, looked], **LOOKED)
    looking.failure(lambda: "", None, progress, **HIDDEN)
    answer(looking)
    of_kept = reading(browser, [old.names, browser])
    answer(old.load.click(do.open_kept, outputs=looked, **of_kept, **ASKED))
    # By the keyboard a slider is never released: what it was last set to is shown.
    seen.threshold.change(
        do.show, [looked, seen.threshold], shown, trigger_mode="always_last", **HIDDEN
    )
    for slider in (fit.top, fit.alpha):
        slider.change(do.fits, wanted, fit.fits, trigger_mode="always_last", **ASKED)
    fit.each.click(do.each, wanted, fit.each_csv, **ASKED)
    shared.ask_on_click(fit.fits)
    kept = gr.on(
        [keep.click, name.submit],
        do.keep,
        outputs=[browser, old.names, name],
        **reading(browser, [looked, name, browser]),
        **HIDDEN,
    )
    written(kept, browser)
    removed = old.remove.click(do.remove, outputs=[browser, old.names], **of_kept, **HIDDEN)
    written(removed, browser)

    # The browser says what it keeps when the page is there, and after every change.
    browser.change(do.kept_choices, [browser, old.names], old.names, **HIDDEN)

    def fill(event: Any) -> Any:
        event.then(do.picks, None, given.picks, **HIDDEN)
        return event.then(do.choices, backbone, backbone, **HIDDEN)

    return fill


def _one_source(given: Source, do: UseHandlers, chosen: gr.State) -> None:
    """A set is of uploads or of the catalogue: whoever begins one gives up the other."""
    moved = given.folder.upload(lambda found: found, given.folder, given.files, **HIDDEN)
    moved.then(lambda: [], None, chosen, **HIDDEN)
    given.files.upload(lambda: [], None, chosen, **HIDDEN)
    # Quick clicks all count, one after the other: each changes what the one before left.
    each: dict[str, Any] = {"trigger_mode": "multiple", "concurrency_id": "use-set",
                            "concurrency_limit": 1}  # fmt: skip
    for strip in (given.picks, given.items):
        added = strip.click(do.toggle, chosen, chosen, **each, **HIDDEN)
        added.success(lambda: None, None, given.files, **HIDDEN)
    chosen.change(do.set_of_items, chosen, given.items, **HIDDEN)
    given.shuffle.click(do.picks, None, given.picks, **HIDDEN)
