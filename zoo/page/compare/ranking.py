"""The controls of an answer: in what order, with what left out."""

from __future__ import annotations

import gradio as gr

from zoo.page.compare.asked import TOP
from zoo.page.compare.link import MOST_RESULTS
from zoo.page.language import _
from zoo.page.slider import Slider

Sliders = tuple[Slider, Slider, Slider]
Boxes = tuple[gr.Checkbox, gr.Checkbox, gr.Checkbox]


def ranking() -> tuple[Sliders, Boxes, gr.Dropdown]:
    """Results, blend, variety; same category, exact, near-duplicates; filters."""
    with gr.Accordion(_("Filters and ranking"), open=False, elem_id="options"):
        with gr.Row():
            filters = gr.Dropdown(
                label=_("Only items with (one attribute twice: either)"),
                choices=[],
                multiselect=True,
                elem_id="filters",
            )
            top = Slider(
                1, MOST_RESULTS, TOP, step=1, label=_("Results per backbone"), elem_id="top"
            )
            alpha = Slider(
                0,
                1,
                1,
                step=0.05,
                label=_("Blend"),
                info=_("1: by similarity of looks; 0: by attribute match"),
                elem_id="alpha",
            )
            diversity = Slider(
                0,
                1,
                0,
                step=0.05,
                label=_("Variety"),
                info=_("0: the nearest; higher: fewer that resemble each other"),
                elem_id="diversity",
            )
        with gr.Row():
            same = gr.Checkbox(label=_("Same category only"), elem_id="same")
            exact = gr.Checkbox(label=_("Exact search (no index)"), elem_id="exact")
            apart = gr.Checkbox(label=_("Near-duplicates one by one"), elem_id="near_duplicates")
    return (top, alpha, diversity), (same, exact, apart), filters
