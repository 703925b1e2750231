"""The tab that predicts the attributes of uploaded pictures."""

from __future__ import annotations

import gradio as gr

from zoo.page.handlers import Handlers


def tag_tab(do: Handlers) -> gr.Dropdown:
    """Lay the tab out and wire it; returns the choice of backbone, which others fill."""
    with gr.Row():
        files = gr.File(
            label="Pictures", file_count="multiple", file_types=["image"], elem_id="tag-files"
        )
        with gr.Column():
            backbone = gr.Dropdown(label="Backbone", choices=[], elem_id="tag-backbone")
            button = gr.Button("Tag", variant="primary", elem_id="tag-button")
    summary = gr.HTML(elem_id="tag-summary")
    table = gr.Dataframe(headers=["picture"], interactive=False, wrap=True, elem_id="tag-table")
    button.click(do.tag_table, [files, backbone], [table, summary], api_visibility="private")
    return backbone
