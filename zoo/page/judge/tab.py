"""The tab where people vote between two backbones without knowing which is which."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from zoo.page.judge.handlers import UPLOAD, JudgeHandlers
from zoo.page.language import _, marked
from zoo.page.shared import HIDDEN, Fill, Shared

KEYS = (Path(__file__).parent / "keys.js").read_text("utf-8")
POOLS = {
    "test": marked("Test pictures"),
    "all": marked("All pictures"),
    UPLOAD: marked("My picture"),
}


def judge_tab(shared: Shared) -> Fill:
    """Lay the tab out and wire it; it is filled by what is returned."""
    do = JudgeHandlers(shared.state)
    ballot = gr.State(None)
    with gr.Row(elem_id="judge-query"):
        pool = gr.Radio(
            choices=[(_(title), name) for name, title in POOLS.items()],
            value="test",
            label=_("Queries"),
            container=False,
            elem_id="judge-pool",
        )
        upload = gr.UploadButton(
            _("Choose a picture"), file_types=["image"], visible=False, elem_id="judge-upload"
        )
        # Single letters are keys of some people's own tools: then they are to be let alone.
        gr.Checkbox(
            label=_("Answer by keys"),
            value=True,
            interactive=True,
            container=False,
            elem_id="judge-keys",
        )
    shown = gr.HTML(js_on_load=KEYS, elem_id="judge")
    with gr.Accordion(_("Results so far"), open=False, elem_id="judge-results") as fold:
        results = gr.HTML()

    drawing: dict[str, Any] = {
        "api_visibility": "private",
        "concurrency_id": "search",
        "show_progress": "minimal",
    }
    inputs, outputs = [pool, upload, ballot], [shown, ballot]
    # A second press of Next before there is an answer counts as none: a duel would be passed over.
    shown.submit(do.draw, inputs, outputs, **drawing)
    # Of pools and pictures the last counts, so they share one draw.
    asked = gr.on(
        [pool.input, upload.upload], do.chosen, pool, upload, trigger_mode="always_last", **HIDDEN
    )
    asked.then(do.draw, inputs, outputs, trigger_mode="always_last", **drawing)
    voted = shown.select(do.vote, ballot, shown, **HIDDEN)
    voted.then(do.results, None, [fold, results], **HIDDEN)
    shared.ask_on_click(shown)

    def fill(event: Any) -> Any:
        opened = event.then(do.opening, ballot, shown, **HIDDEN)
        return opened.then(do.results, None, [fold, results], **HIDDEN)

    return fill
