"""The tab of the backbones there are."""

from __future__ import annotations

import gradio as gr

from zoo.page.models.cards import models_html
from zoo.page.shared import HIDDEN, Fill, Shared
from zoo.page.told import told


def models_tab(shared: Shared) -> Fill:
    """Lay the tab out; it is filled by what is returned."""
    state = shared.state
    cards = gr.HTML(elem_id="models")

    @told
    def fill() -> str:
        return models_html(state.registry, state.zoo())

    return lambda event: event.then(fill, None, cards, **HIDDEN)
