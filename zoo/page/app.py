"""The page as a whole: its tabs, and when each is filled anew."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from zoo.page.api import Api
from zoo.page.compare_tab import HIDDEN, compare_tab
from zoo.page.endpoints import endpoints
from zoo.page.handlers import Handlers
from zoo.page.state import PageState
from zoo.page.tag_tab import tag_tab

CSS = Path(__file__).with_name("style.css")
TITLE = "Fashion model zoo"
POLL = 2.0  # seconds


def theme() -> gr.themes.Base:
    """System fonts only: nothing is fetched from elsewhere."""
    fonts = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
    return gr.themes.Soft(
        primary_hue="indigo", neutral_hue="slate", font=fonts, font_mono=["monospace"]
    )


def build(state: PageState) -> gr.Blocks:
    """The page over one zoo."""
    do = Handlers(state)
    page: gr.Blocks = gr.Blocks(
        title=TITLE, analytics_enabled=False, delete_cache=(3600, 86400), fill_width=True
    )
    with page:
        gr.HTML(
            f'<div class="zoo-head"><h1>{TITLE}</h1><p class="quiet">The same picture, every '
            "backbone: see what each recommends, then read what the numbers say.</p></div>"
        )
        progress = gr.HTML(elem_id="progress")
        version = gr.State("")
        with gr.Tab("Compare", id="compare"):
            compare = compare_tab(do)
        with gr.Tab("Leaderboard", id="leaderboard"):
            board = gr.HTML(elem_id="leaderboard")
            with gr.Row():
                retrieval = gr.Plot(show_label=False)
                accuracy = gr.Plot(show_label=False)
        with gr.Tab("Tag", id="tag"):
            tag_backbone = tag_tab(do)
        with gr.Tab("Models", id="models"):
            cards = gr.HTML(elem_id="models")
        endpoints(Api(state))

        # The timer only looks; all is filled anew when the version changes: as runs appear.
        timer = gr.Timer(POLL)
        for look in (timer.tick, page.load):
            look(do.progress, None, progress, **HIDDEN)
            look(do.version, None, version, **HIDDEN)
        filled = version.change(do.choices, None, [compare.backbones, compare.filters], **HIDDEN)
        compare.begin(filled)
        filled.then(do.picks, None, compare.picks, **HIDDEN)
        filled.then(do.board, None, [board, retrieval, accuracy], **HIDDEN)
        filled.then(do.models_html, None, cards, **HIDDEN)
        filled.then(do.tag_choices, None, tag_backbone, **HIDDEN)
    page.queue(max_size=64, default_concurrency_limit=4)
    return page
