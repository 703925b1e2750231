"""Where a query comes from, laid out."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from zoo.page.compare.camera import camera
from zoo.page.language import _
from zoo.page.shared import PICK_ITEM


@dataclass(frozen=True)
class Source:
    """Uploads on the left, the catalogue on the right."""

    uploads: gr.Gallery
    draw: gr.Button
    shuffle: gr.Button
    photo: gr.Image
    saved: gr.Column  # where the saved queries go
    words: gr.Textbox
    picks: gr.HTML


def source() -> Source:
    """Lay it out."""
    with gr.Row():
        with gr.Column(scale=2, min_width=300):
            uploads = gr.Gallery(
                label=_("Your pictures (several make a style profile)"),
                type="filepath",
                sources=["upload", "clipboard"],
                file_types=["image"],
                interactive=True,
                height=160,
                columns=4,
                object_fit="contain",
                elem_id="uploads",
            )
            with gr.Row():
                draw = gr.Button(_("Random query"), variant="primary", elem_id="random")
                shuffle = gr.Button(_("Other pictures"), elem_id="shuffle")
            with gr.Accordion(_("Camera, saved queries"), open=False):
                photo = camera()
                saved = gr.Column()
        with gr.Column(scale=3, min_width=300):
            words = gr.Textbox(
                label=_("Or click a picture of the catalogue"),
                placeholder=_("Search titles, ids and labels"),
                elem_id="find",
            )
            picks = gr.HTML(js_on_load=PICK_ITEM, elem_id="picks")
    return Source(uploads, draw, shuffle, photo, saved, words, picks)
