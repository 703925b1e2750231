"""How far long work is, as HTML."""

from __future__ import annotations

from typing import Any


def share_of(progress: dict[str, Any]) -> float:
    """How much of a step is done, 0..1."""
    return min(1.0, float(progress["done"] / max(1, progress["total"])))


def bar_html(what: str, share: float, step: str = "", note: str = "") -> str:
    """What is done and its share 0..1; all texts are HTML.

    Of it only `what` is read out: the rest is another every two seconds.
    """
    of = f" <span>{step}</span>" if step else ""
    more = f'<span class="quiet">{note}</span>' if note else ""
    return (
        f'<div class="job"><b role="status">{what}</b>{of}'
        f'<progress value="{share:.3f}" max="1">{share:.0%}</progress>{more}</div>'
    )
