"""A camera beside the uploads; the browser asks for it when it is first used."""

from __future__ import annotations

import gradio as gr


def camera() -> gr.Image:
    """Lay it out; a photo taken is its value."""
    return gr.Image(
        sources=["webcam"],
        type="filepath",
        label="Take a photo",
        height=200,
        buttons=[],
        elem_id="photo",
    )
