"""A slider beside whose bar a number can be typed."""

from __future__ import annotations

import gradio as gr

from zoo.page.stubs import without_stubs

with without_stubs():  # it would write one of this class beside this file

    class Slider(gr.Slider):
        """Empty, its number counts as the one at the start; beyond an end, as that end.

        Gradio's own fails on both, which happen while a number is typed.
        """

        def preprocess(self, payload: float | None) -> float:
            given = self.value if payload is None else payload
            return super().preprocess(min(max(given, self.minimum), self.maximum))
