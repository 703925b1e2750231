"""Train, embed or evaluate from the page; only where whoever runs it allows that."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import gradio as gr

from zoo.page.job import Job
from zoo.page.language import _
from zoo.page.models.order import NUMBERS, TASKS, TRAIN, Bound, Order, checked
from zoo.page.shared import HIDDEN, Fill
from zoo.page.state import PageState
from zoo.page.told import told
from zoo.training.settings import WEIGHTS, Settings

POLL = 2.0  # seconds


def read_only() -> str:
    """In place of the controls."""
    said = _(
        "This page only shows. Whoever runs it can train from here when it is started with "
        "<code>--manage</code>."
    )
    return f'<p class="quiet" id="read-only">{said}</p>'


def training_controls(state: PageState) -> Fill:
    """Lay the controls out and wire them; they are filled by what is returned."""
    with gr.Accordion(_("Train or evaluate a backbone"), open=True, elem_id="train"):
        with gr.Row():
            backbone = gr.Dropdown(label=_("Backbone"), choices=[], elem_id="train-backbone")
            task = gr.Radio(
                [(_(title), name) for name, title in TASKS.items()],
                value=TRAIN, label=_("What to do"),
            )  # fmt: skip
        with gr.Accordion(_("Settings of the training"), open=False):
            alike = _(
                "They begin with those of the runs there are: backbones compare fairly when they "
                "were trained alike."
            )
            gr.HTML(f'<p class="quiet">{alike}</p>')
            with gr.Row():
                weights = gr.Radio(list(WEIGHTS), value=WEIGHTS[0], label=_("Begin with weights"))
                restart = gr.Checkbox(label=_("Throw an unfinished training away and begin again"))
            with gr.Row():
                numbers = [_number(bound) for bound in NUMBERS.values()]
        with gr.Row():
            start = gr.Button(_("Start"), variant="primary", elem_id="train-start")
            cancel = gr.Button(_("Cancel"), variant="stop", interactive=False)
        work = gr.HTML(elem_id="train-work")

    @told
    def begin(*asked: Any) -> Any:
        order = _ordered(state, *asked)
        state.begin(order.command(state.folder, state.plugins), order.title)
        return look()

    def end() -> Any:
        if state.job is not None:
            state.job.stop()
        return look()

    def look() -> tuple[str, Any, Any]:
        busy = state.job is not None and state.job.running()
        return work_html(state.job), gr.Button(interactive=not busy), gr.Button(interactive=busy)

    @told
    def fill(before: list[Any], *now: Any) -> list[Any]:
        titles = [(b.title, name) for name, b in sorted(state.registry.backbones.items())]
        begun = _beginnings(state)
        return [gr.Dropdown(choices=titles), begun, *kept(before, now, begun)]

    seen, form = [work, start, cancel], [weights, *numbers]
    begun = gr.State([])  # what the form began with
    start.click(begin, [task, backbone, weights, restart, *numbers], seen, **HIDDEN)
    cancel.click(end, None, seen, **HIDDEN)
    gr.Timer(POLL).tick(look, None, seen, queue=False, **HIDDEN)
    return lambda event: event.then(fill, [begun, *form], [backbone, begun, *form], **HIDDEN)


def work_html(job: Job | None) -> str:
    """What the last job did or does, with the end of its output; empty when there was none."""
    if job is None:
        return ""
    said = f"<pre>{escape(chr(10).join(job.said()))}</pre>"
    if job.running():
        verb = _("Under way")
    elif job.stopped:
        verb = _("Cancelled")
    else:
        verb = _("Failed") if job.failure() else _("Done")
    # The output below is another every two seconds: it is not read out.
    return f'<div class="work"><b role="status">{verb}: {escape(job.title)}</b>{said}</div>'


def _ordered(
    state: PageState, task: Any, backbone: Any, weights: Any, restart: Any, *numbers: Any
) -> Order:
    alike = usual(state)
    return checked(state.registry, task, backbone, weights, restart, numbers, alike)


def _beginnings(state: PageState) -> list[Any]:
    """Weights and numbers that the form begins with."""
    settings = usual(state)
    weights = settings.weights if settings.weights in WEIGHTS else WEIGHTS[0]
    return [weights, *(getattr(settings, name) or 0 for name in NUMBERS)]


def kept(before: Sequence[Any], now: Sequence[Any], begun: Sequence[Any]) -> list[Any]:
    """The form as it begins now, but for what a visitor has changed `before`."""
    if not before:
        return list(begun)
    return [
        new if value == old else value for old, value, new in zip(before, now, begun, strict=True)
    ]


def usual(state: PageState) -> Settings:
    """The settings of the run that was trained last: what compares fairly has the same ones."""
    zoo = state.zoo()
    trained = [run.facts["trained"] for run in zoo.runs.values()] if zoo else []
    if not trained:
        return Settings()
    return Settings.from_dict(max(trained, key=lambda t: str(t["finished"]))["settings"])


def _number(bound: Bound) -> gr.Number:
    return gr.Number(
        label=_(bound.title),
        info=bound.span,
        value=bound.least,
        minimum=0 if bound.zero else bound.least,
        maximum=bound.most,
        precision=0,
        min_width=150,
    )
