"""How far long work is, as HTML."""

from __future__ import annotations


def bar_html(what: str, share: float, step: str = "", note: str = "") -> str:
    """What is done and its share 0..1; all texts are HTML."""
    of = f" <span>{step}</span>" if step else ""
    more = f'<span class="quiet">{note}</span>' if note else ""
    return (
        f'<div class="job" role="status"><b>{what}</b>{of}'
        f'<progress value="{share:.3f}" max="1">{share:.0%}</progress>{more}</div>'
    )
