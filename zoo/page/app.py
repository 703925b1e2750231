"""The page as a whole: its tabs, and when each is filled anew."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from zoo.page.api import Api
from zoo.page.compare.tab import compare_tab
from zoo.page.endpoints import endpoints
from zoo.page.judge.tab import judge_tab
from zoo.page.language import _, marked
from zoo.page.leaderboard.tab import leaderboard_tab
from zoo.page.map.tab import map_tab
from zoo.page.models.tab import models_tab
from zoo.page.programs.tab import programs_tab
from zoo.page.shared import COMPARE, HIDDEN, NOTHING, Fill, Shared
from zoo.page.state import PageState
from zoo.page.under_way import progress_of
from zoo.page.use.tab import use_tab

FOLDER = Path(__file__).parent
TITLE = marked("Fashion model zoo")
POLL = 2.0  # seconds
LOOKS_EVERY = 0.01  # seconds
MOST_WAITING = 64  # requests; further visitors are told that the page is busy
TABS = (
    (COMPARE, marked("Compare"), compare_tab),
    ("leaderboard", marked("Leaderboard"), leaderboard_tab),
    ("judge", marked("Judge"), judge_tab),
    ("map", marked("Map"), map_tab),
    ("use", marked("Use"), use_tab),
    ("models", marked("Models"), models_tab),
    ("programs", marked("API"), programs_tab),
)


def css() -> str:
    """The page's own style sheet, then those of its tabs."""
    sheets = [FOLDER / "style.css", *sorted(FOLDER.glob("*/style.css"))]
    return "".join(sheet.read_text("utf-8") for sheet in sheets)


def theme() -> gr.themes.Base:
    """System fonts only: nothing is fetched from elsewhere."""
    fonts = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]
    indigo = gr.themes.colors.indigo
    # One shade darker where words stand on it or are of it: the theme's own is too pale to read.
    darker = gr.themes.Color(
        **{f"c{n}": getattr(indigo, f"c{n}") for n in (50, 100, 200, 300, 400, 700, 800, 900, 950)},
        c500=indigo.c600,
        c600=indigo.c700,
        name="darker_indigo",
    )
    soft = gr.themes.Soft(
        primary_hue=darker, neutral_hue="slate", font=fonts, font_mono=["monospace"]
    )
    return soft.set(
        background_fill_primary=soft.background_fill_primary,  # `set` takes it back to white
        button_primary_background_fill_hover="*primary_600",  # by itself paler
    )


def build(state: PageState) -> gr.Blocks:
    """The page over one zoo."""
    page: gr.Blocks = gr.Blocks(
        title=_(TITLE), analytics_enabled=False, delete_cache=(3600, 86400), fill_width=True
    )
    with page:
        what = _(
            "The same picture, every backbone: see what each recommends, then read what the "
            "numbers say."
        )
        gr.HTML(f'<div class="zoo-head"><h1>{_(TITLE)}</h1><p class="quiet">{what}</p></div>')
        progress = gr.HTML(elem_id="progress")
        version = gr.State("")
        picked, clicked = gr.State([]), gr.State(0.0)
        fills: list[Fill] = []
        with gr.Tabs() as tabs:
            shared = Shared(state, tabs, picked, clicked)
            for name, label, tab in TABS:
                with gr.Tab(_(label), id=name):
                    fills.append(tab(shared))
        endpoints(Api(state))

        # The timer only looks, and past the queue: what every visitor asks every two seconds must
        # not fill it. A change of what it sees asks for the version, and all is filled anew when
        # that has changed: as runs appear.
        timer = gr.Timer(POLL)
        timer.tick(lambda: progress_of(state), None, progress, queue=False, **HIDDEN)
        for look in (progress.change, page.load):
            look(lambda: repr(state.version()), None, version, **HIDDEN)
        # The first tab is what a visitor sees: the others are filled behind its answer.
        seen = fills[0](version.change(None, None, None, js=NOTHING, **HIDDEN))
        for fill in fills[1:]:
            fill(seen)
    page.queue(max_size=MOST_WAITING, default_concurrency_limit=4)
    # By itself the queue looks a thousand times a second whether somebody asks: an idle page would
    # keep a tenth of a core busy.
    page._queue.sleep_when_free = LOOKS_EVERY
    return page
