"""Small labels that several tabs show."""

from __future__ import annotations

from html import escape

from zoo.page.language import _, marked, ngettext
from zoo.runs import Run

ORIGINS = {
    "random": marked("random weights at the start"),
    "pretrained": marked("pretrained weights"),
    "file": marked("weights from a file"),
    "none": marked("no weights"),
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
            badge(_(ORIGINS[kind]), "warn" if kind == "random" else ""),
            badge(ngettext("{n} epoch", "{n} epochs", epochs).format(n=epochs)),
            badge(f"{trained['transform']['size']} px"),
        )
    )
