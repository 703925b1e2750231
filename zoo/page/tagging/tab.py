"""The tab that predicts the attributes of uploaded pictures."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from zoo.compare import count_classes
from zoo.errors import ZooError
from zoo.page.shared import HIDDEN, Fill, Shared
from zoo.page.state import PageState
from zoo.page.told import told
from zoo.page.uploads import MOST_PICTURES
from zoo.search.recommender import category_attribute


def tagging_tab(shared: Shared) -> Fill:
    """Lay the tab out and wire it; it is filled by what is returned."""
    do = TagHandlers(shared.state)
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
    return lambda event: event.then(do.tag_choices, None, backbone, **HIDDEN)


class TagHandlers:
    """Tagging over the state that all visitors share."""

    def __init__(self, state: PageState) -> None:
        self._state = state

    @told
    def tag_choices(self) -> Any:
        """The trained backbones, for the tagging tab."""
        zoo = self._state.zoo()
        titles = [(r.backbone.title, name) for name, r in sorted(zoo.runs.items())] if zoo else []
        return gr.Dropdown(choices=titles, value=titles[0][1] if titles else None)

    @told
    def tag_table(self, files: list[str] | None, backbone: str | None) -> tuple[Any, str]:
        """A row per picture with class and confidence, and the commonest categories."""
        if not files:
            raise ZooError("no picture; upload some first")
        zoo = self._state.trained()
        tagged, skipped = zoo.tag([Path(f) for f in files[:MOST_PICTURES]], backbone or None)
        names = [a.name for a in zoo.catalog.singles]
        rows = [
            [
                Path(t.path).name,
                *(f"{t.attributes[n][0]} ({t.attributes[n][1]:.0%})" for n in names),
            ]
            for t in tagged
        ]
        counts = count_classes(tagged, category_attribute(zoo.catalog), 3)
        said = ", ".join(f"{escape(value)} {number}" for value, number in counts)
        left_out = "".join(
            f"<li>{escape(s.reason.replace(s.path, Path(s.path).name))}</li>" for s in skipped
        )
        summary = f"<p>Most common: <b>{said or 'nothing'}</b>. All classes are predicted.</p>"
        if left_out:
            summary += f'<ul class="problems">{left_out}</ul>'
        return gr.Dataframe(headers=["picture", *names], value=rows), summary
