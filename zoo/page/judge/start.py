"""What the tab shows when there is no duel to judge."""

from __future__ import annotations

from html import escape

from zoo.compare import Zoo
from zoo.page.language import _


def _card(title: str, text: str, button: str = "") -> str:
    return f'<div class="empty judge-start"><h3>{title}</h3><p>{text}</p>{button}</div>'


def _begin(said: str) -> str:
    return (
        '<button type="button" class="vote next" data-next="next" data-key="enter n">'
        f"{said}<kbd>{_('Enter')}</kbd></button>"
    )


def start() -> str:
    """What it is about, and the button that begins it."""
    return _card(
        _("Which looks better to you?"),
        _(
            "Two backbones answer the same picture, side by side, and you say whose answer you "
            "prefer. Their names stay hidden until you have voted, so only the pictures count."
        ),
        _begin(_("Start")),
    )


def choose() -> str:
    """Before an own picture is there."""
    return _card(
        _("Your own picture"), _("Choose a picture above; it is asked for and never kept.")
    )


def done() -> str:
    """After the last pair for an own picture."""
    return _card(
        _("All pairs are through"),
        _(
            "You have seen every pair that answers this picture differently. Choose another "
            "picture above."
        ),
    )


def alike() -> str:
    """Where no duel is to be had."""
    return _card(
        _("Nothing to tell apart"),
        _(
            "For every query that was drawn, the backbones answer with the same pictures in the "
            "same order."
        ),
        _begin(_("Draw again")),
    )


def start_html(zoo: Zoo | None, refused: str | None) -> str:
    """How to begin, or why nobody can vote here."""
    titles = [run.backbone.title for run in zoo.runs.values()] if zoo else []
    if len(titles) < 2:
        return _needs_two(titles)
    if refused:
        return _card(
            _("Voting is off"), _("Votes cannot be kept: {reason}.").format(reason=escape(refused))
        )
    return start()


def _needs_two(titles: list[str]) -> str:
    has = _("none is trained yet")
    if titles:
        has = _("only {backbone} is trained yet").format(backbone=escape(titles[0]))
    return _card(
        _("Two backbones are needed"),
        _(
            "A blind comparison is between two trained backbones; {has}. Train another with "
            "<code>python train.py</code>: this tab opens by itself when it is ready."
        ).format(has=has),
    )
