"""The parts of the tab that uses one backbone, laid out."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from zoo.page.shared import PICK_ITEM
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
                label=f"Your pictures (up to {MOST_PICTURES})",
                file_count="multiple",
                file_types=["image"],
                height=170,
                elem_id="use-files",
            )
            folder = gr.UploadButton(
                "A whole folder", file_count="directory", size="sm", elem_id="use-folder"
            )
        with gr.Column(scale=3, min_width=300):
            gr.HTML('<p class="quiet">or make a set of the catalogue: click pictures</p>')
            picks = gr.HTML(js_on_load=PICK_ITEM, elem_id="use-picks")
            shuffle = gr.Button("Other pictures", size="sm", elem_id="use-shuffle")
            items = gr.HTML(js_on_load=PICK_ITEM, elem_id="use-items")
    return Source(files, folder, picks, shuffle, items)


def keeping() -> Keeping:
    """What was kept before, out of the way."""
    with gr.Accordion("Kept profiles", open=False, elem_id="use-kept"), gr.Row(elem_classes="ends"):
        return Keeping(
            gr.Dropdown(
                label="Kept by this browser", choices=[], min_width=260, elem_id="use-names"
            ),
            gr.Button("Open", elem_id="use-load"),
            gr.Button("Remove", elem_id="use-remove"),
        )


def tagged() -> Tagged:
    """The matrix, and the bars of its classes below it."""
    with gr.Row():
        with gr.Column(scale=3, min_width=300):
            summary = gr.HTML(elem_id="use-summary")
        with gr.Column(scale=2, min_width=280):
            threshold = gr.Slider(
                0, 1, 0.5, step=0.05, label="Unsure below this confidence", elem_id="use-threshold"
            )
    matrix = gr.HTML(elem_id="use-matrix")
    csv = gr.HTML(elem_id="use-tags")
    gr.HTML(
        "<h3>The style of the set</h3>"
        '<p class="quiet">How many pictures have each class; the pale part is unsure.</p>'
    )
    bars = gr.HTML(elem_id="use-bars")
    return Tagged(summary, threshold, matrix, csv, bars)


def recommended() -> Recommended:
    """Items for the whole set, and a CSV for each of its pictures."""
    gr.HTML("<h3>What it recommends for the whole set</h3>")
    with gr.Row():
        top = gr.Slider(1, 24, 12, step=1, label="Items", min_width=280, elem_id="use-top")
        alpha = gr.Slider(
            0,
            1,
            1,
            step=0.05,
            label="Blend",
            info="1: by similarity of looks; 0: by attribute match",
            min_width=280,
            elem_id="use-alpha",
        )
    fits = gr.HTML(js_on_load=PICK_ITEM, elem_id="use-fits")
    with gr.Row(elem_classes="ends"):
        each = gr.Button("For each picture by itself, as CSV", elem_id="use-each")
        each_csv = gr.HTML(elem_id="use-each-link")
    return Recommended(top, alpha, fits, each, each_csv)
