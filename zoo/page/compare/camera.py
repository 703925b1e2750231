"""A camera beside the uploads; the browser asks for it when it is first used."""

from __future__ import annotations

import gradio as gr

from zoo.page.language import _


def camera() -> gr.Image:
    """Lay it out; a photo taken is its value."""
    return gr.Image(
        sources=["webcam"],
        type="filepath",
        label=_("Take a photo"),
        height=200,
        buttons=[],
        elem_id="photo",
    )
