"""The tab where a query meets every backbone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from zoo.page.handlers import EMPTY, Handlers

HIDDEN: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
# A click on any tile is a query for that item.
PICK_ITEM = """
element.addEventListener('click', (event) => {
  const tile = event.target.closest('[data-item]');
  if (tile) trigger('click', {item: tile.dataset.item});
});
"""


@dataclass(frozen=True)
class CompareTab:
    """The parts that others fill, and how to ask for the answer anew."""

    backbones: gr.CheckboxGroup
    filters: gr.Dropdown
    picks: gr.HTML
    begin: Callable[[Any], Any]  # after an event: answer the query, or draw a first one


def compare_tab(do: Handlers) -> CompareTab:
    """Lay the tab out and wire it."""
    picked = gr.State([])
    with gr.Row():
        with gr.Column(scale=2, min_width=300):
            uploads = gr.Gallery(
                label="Your pictures (several make a style profile)",
                type="filepath",
                sources=["upload", "clipboard"],
                interactive=True,
                height=210,
                columns=4,
                object_fit="contain",
                elem_id="uploads",
            )
            with gr.Row():
                draw = gr.Button("Random query", variant="primary", elem_id="random")
                shuffle = gr.Button("Other pictures", elem_id="shuffle")
        with gr.Column(scale=3, min_width=300):
            gr.HTML('<p class="quiet">or click a picture of the catalogue</p>')
            picks = gr.HTML(js_on_load=PICK_ITEM, elem_id="picks")
    backbones = gr.CheckboxGroup(label="Backbones", choices=[], elem_id="backbones")
    with gr.Accordion("Filters and ranking", open=False, elem_id="options"):
        with gr.Row():
            filters = gr.Dropdown(
                label="Only items with (one attribute twice: either)",
                choices=[],
                multiselect=True,
                elem_id="filters",
            )
            top = gr.Slider(1, 24, 5, step=1, label="Results per backbone", elem_id="top")
            alpha = gr.Slider(
                0,
                1,
                1,
                step=0.05,
                label="Blend",
                info="1: by similarity of looks; 0: by attribute match",
                elem_id="alpha",
            )
            diversity = gr.Slider(
                0,
                1,
                0,
                step=0.05,
                label="Variety",
                info="0: the nearest; higher: fewer that resemble each other",
                elem_id="diversity",
            )
        with gr.Row():
            same = gr.Checkbox(label="Same category only", elem_id="same")
            exact = gr.Checkbox(label="Exact search (no Annoy)", elem_id="exact")
            apart = gr.Checkbox(label="Near-duplicates one by one", elem_id="near_duplicates")
    answer = gr.HTML(EMPTY, js_on_load=PICK_ITEM, elem_id="answer", min_height=320)

    inputs: list[Any] = [
        uploads, picked, backbones, top, alpha, filters, same, exact, diversity, apart
    ]  # fmt: skip
    compared: dict[str, Any] = {
        "api_visibility": "private",
        "concurrency_id": "search",
        "show_progress": "minimal",
    }

    def ask_again(event: Any) -> Any:
        return event.then(do.compare, inputs, answer, **compared)

    def query_item(event: Any) -> Any:
        return ask_again(event.then(lambda: None, None, uploads, **HIDDEN))

    query_item(draw.click(do.random_item, None, picked, **HIDDEN))
    query_item(picks.click(do.clicked, None, picked, **HIDDEN))
    query_item(answer.click(do.clicked, None, picked, **HIDDEN))
    shuffle.click(do.picks, None, picks, **HIDDEN)
    ask_again(uploads.upload(lambda: [], None, picked, **HIDDEN))
    for control in (backbones, filters, same, exact, apart):
        control.input(do.compare, inputs, answer, **compared)
    for slider in (top, alpha, diversity):
        slider.release(do.compare, inputs, answer, **compared)

    def begin(event: Any) -> Any:
        return ask_again(event.then(do.first_query, [uploads, picked], picked, **HIDDEN))

    return CompareTab(backbones, filters, picks, begin)
