"""The tab of the backbones there are."""

from __future__ import annotations

from typing import Any

import gradio as gr

from zoo.inventory import machine, models
from zoo.page.models.cards import machine_html, models_html
from zoo.page.models.training import read_only, training_controls
from zoo.page.shared import HIDDEN, Fill, Shared
from zoo.page.told import told


def models_tab(shared: Shared) -> Fill:
    """Lay the tab out; it is filled by what is returned."""
    state = shared.state
    machines = gr.HTML(elem_id="machine")
    cards = gr.HTML(elem_id="models")
    if not state.managed:
        gr.HTML(read_only())
    fill_controls = training_controls(state) if state.managed else None

    @told
    def fill() -> tuple[str, str]:
        zoo = state.zoo()
        there = models(state.registry, state.folder, zoo)
        return machine_html(machine(state.folder)), models_html(there, state.registry, zoo)

    def fill_all(event: Any) -> Any:
        filled = event.then(fill, None, [machines, cards], **HIDDEN)
        return fill_controls(filled) if fill_controls else filled

    return fill_all
