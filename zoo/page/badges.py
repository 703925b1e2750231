"""Small labels that several tabs show."""

from __future__ import annotations

from html import escape

from zoo.runs import Run

ORIGINS = {
    "random": "random weights at the start",
    "pretrained": "pretrained weights",
    "file": "weights from a file",
    "none": "no weights",
}


def badge(text: str, kind: str = "") -> str:
    """A small label."""
    return f'<span class="badge {kind}">{escape(text)}</span>'


def run_badges(run: Run) -> str:
    """Where the weights came from and how far they were trained."""
    trained = run.facts["trained"]
    kind = trained["weights"]["kind"]
    epochs = trained["epochs"]
    return "".join(
        (
            badge(ORIGINS[kind], "warn" if kind == "random" else ""),
            badge(f"{epochs} epoch{'s' if epochs != 1 else ''}"),
            badge(f"{trained['transform']['size']} px"),
        )
    )
