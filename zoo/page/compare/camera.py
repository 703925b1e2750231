"""A camera beside the uploads; the browser asks for it when it is first used."""

from __future__ import annotations

import gradio as gr


def camera() -> gr.Image:
    """Lay it out, folded away; a photo taken is its value."""
    with gr.Accordion("Use the camera", open=False, elem_id="camera"):
        return gr.Image(
            sources=["webcam"],
            type="filepath",
            show_label=False,
            height=240,
            buttons=[],
            elem_id="photo",
        )
