"""The named endpoints for programs: /models, /recommend, /tag, /leaderboard."""

from __future__ import annotations

import gradio as gr
from gradio.events import api

from zoo.page.api import Api


def endpoints(do: Api) -> None:
    """Register them; components that are never shown take the uploads, so gradio checks these."""
    api(do.models, api_name="models")
    api(do.leaderboard, api_name="leaderboard")
    with gr.Row(visible=False):
        pictures = gr.File(label="pictures", file_count="multiple")
        backbones = gr.JSON(label="backbones", value=[])
        backbone = gr.Textbox(label="backbone", value="")
        top = gr.Number(label="top", value=5)
        alpha = gr.Number(label="alpha", value=1.0)
        where = gr.JSON(label="where", value={})
        same = gr.Checkbox(label="same_category")
        exact = gr.Checkbox(label="exact")
        diversity = gr.Number(label="diversity", value=0.0)
        apart = gr.Checkbox(label="near_duplicates")
        result = gr.JSON(label="result")
        gr.Button("recommend").click(
            do.recommend,
            [pictures, backbones, top, alpha, where, same, exact, diversity, apart],
            result,
            api_name="recommend",
            concurrency_id="search",
        )
        gr.Button("tag").click(
            do.tag,
            [pictures, backbone],
            result,
            api_name="tag",
            concurrency_id="search",
        )
