"""The parts of the tab that uses one backbone, laid out."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from zoo.page.language import _
from zoo.page.shared import PICK_ITEM
from zoo.page.slider import Slider
from zoo.style import MOST_PICTURES


@dataclass(frozen=True)
class Source:
    """Where the pictures of a set come from: uploads, or items of the catalogue."""

    files: gr.File
    folder: gr.UploadButton
    picks: gr.HTML
    shuffle: gr.Button
    items: gr.HTML


@dataclass(frozen=True)
class Keeping:
    """The profiles that the browser keeps."""

    names: gr.Dropdown
    load: gr.Button
    remove: gr.Button


@dataclass(frozen=True)
class Tagged:
    """What the backbone says of the set."""

    summary: gr.HTML
    threshold: gr.Slider
    matrix: gr.HTML
    csv: gr.HTML
    bars: gr.HTML


@dataclass(frozen=True)
class Recommended:
    """What the backbone recommends for the set, and for each of its pictures."""

    top: gr.Slider
    alpha: gr.Slider
    fits: gr.HTML
    each: gr.Button
    each_csv: gr.HTML


def source() -> Source:
    """Uploads on the left, the catalogue on the right."""
    with gr.Row():
        with gr.Column(scale=2, min_width=300):
            files = gr.File(
                label=_("Your pictures (up to {n})").format(n=MOST_PICTURES),
                file_count="multiple",
                file_types=["image"],
                height=170,
                elem_id="use-files",
            )
            folder = gr.UploadButton(_("A whole folder"), file_count="directory", size="sm")
        with gr.Column(scale=3, min_width=300):
            said = _("or make a set of the catalogue: click pictures")
            gr.HTML(f'<p class="quiet">{said}</p>')
            picks = gr.HTML(js_on_load=PICK_ITEM, elem_id="use-picks")
            shuffle = gr.Button(_("Other pictures"), size="sm")
            items = gr.HTML(js_on_load=PICK_ITEM, elem_id="use-items")
    return Source(files, folder, picks, shuffle, items)


def keeping() -> Keeping:
    """What was kept before, out of the way."""
    with gr.Accordion(_("Kept profiles"), open=False), gr.Row(elem_classes="ends"):
        return Keeping(
            gr.Dropdown(
                label=_("Kept by this browser"), choices=[], min_width=260, elem_id="use-names"
            ),
            gr.Button(_("Open"), elem_id="use-load"),
            gr.Button(_("Remove"), elem_id="use-remove"),
        )


def tagged() -> Tagged:
    """The matrix, and the bars of its classes below it."""
    with gr.Row():
        with gr.Column(scale=3, min_width=300):
            summary = gr.HTML(elem_id="use-summary")
        with gr.Column(scale=2, min_width=280):
            threshold = Slider(
                0,
                1,
                0.5,
                step=0.05,
                label=_("Unsure below this confidence"),
                elem_id="use-threshold",
            )
    matrix = gr.HTML()
    csv = gr.HTML(elem_id="use-tags")
    how = _("How many pictures have each class; the pale part is unsure.")
    gr.HTML(f'<h3>{_("The style of the set")}</h3><p class="quiet">{how}</p>')
    bars = gr.HTML(elem_id="use-bars")
    return Tagged(summary, threshold, matrix, csv, bars)


def recommended() -> Recommended:
    """Items for the whole set, and a CSV for each of its pictures."""
    gr.HTML(f"<h3>{_('What it recommends for the whole set')}</h3>")
    with gr.Row():
        top = Slider(1, 24, 12, step=1, label=_("Items"), min_width=280)
        alpha = Slider(
            0,
            1,
            1,
            step=0.05,
            label=_("Blend"),
            info=_("1: by similarity of looks; 0: by attribute match"),
            min_width=280,
        )
    fits = gr.HTML(js_on_load=PICK_ITEM, elem_id="use-fits")
    with gr.Row(elem_classes="ends"):
        each = gr.Button(_("For each picture by itself, as CSV"), elem_id="use-each")
        each_csv = gr.HTML(elem_id="use-each-link")
    return Recommended(top, alpha, fits, each, each_csv)
