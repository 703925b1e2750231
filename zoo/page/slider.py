"""A slider beside whose bar a number can be typed."""

from __future__ import annotations

from typing import Any

import gradio as gr


def slider(low: float, high: float, start: float, **look: Any) -> gr.Slider:
    """An empty box counts as `start`, a number beyond an end as that end."""
    made = gr.Slider(low, high, start, **look)
    read = made.preprocess

    def preprocess(payload: float | None) -> float:
        return read(start if payload is None else min(max(payload, low), high))

    # By itself gradio fails on both. It would write a stub beside the file of a subclass.
    made.preprocess = preprocess  # type: ignore[method-assign]
    return made
