"""What the tab shows when there is no duel to judge."""

from __future__ import annotations

from html import escape

from zoo.compare import Zoo


def _card(title: str, text: str, button: str = "") -> str:
    return f'<div class="empty judge-start"><h3>{title}</h3><p>{text}</p>{button}</div>'


def _begin(said: str) -> str:
    return (
        '<button type="button" class="vote next" data-next="next" data-key="enter n">'
        f"{said}<kbd>Enter</kbd></button>"
    )


START = _card(
    "Which looks better to you?",
    "Two backbones answer the same picture, side by side, and you say whose answer you prefer. "
    "Their names stay hidden until you have voted, so only the pictures count.",
    _begin("Start"),
)
CHOOSE = _card("Your own picture", "Choose a picture above; it is asked for and never kept.")
DONE = _card(
    "All pairs are through",
    "You have seen every pair that answers this picture differently. Choose another picture above.",
)
ALIKE = _card(
    "Nothing to tell apart",
    "For every query that was drawn, the backbones answer with the same pictures in the same "
    "order.",
    _begin("Draw again"),
)


def start_html(zoo: Zoo | None, refused: str | None) -> str:
    """How to begin, or why nobody can vote here."""
    titles = [run.backbone.title for run in zoo.runs.values()] if zoo else []
    if len(titles) < 2:
        return _needs_two(titles)
    if refused:
        return _card("Voting is off", f"Votes cannot be kept: {escape(refused)}.")
    return START


def _needs_two(titles: list[str]) -> str:
    has = f"only {escape(titles[0])} is" if titles else "none is"
    return _card(
        "Two backbones are needed",
        f"A blind comparison is between two trained backbones; {has} trained yet. Train another "
        "with <code>python train.py</code>: this tab opens by itself when it is ready.",
    )
