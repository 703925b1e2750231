"""The board on which both maps are drawn; board.js brings it to life."""

from __future__ import annotations

from zoo.page.language import _

TOOLS = """
<div class="map-tools" role="toolbar" aria-label="{what}">
  <button type="button" data-mode="move" aria-pressed="false">{move}</button>
  <button type="button" data-mode="box" aria-pressed="false">{box}</button>
  <button type="button" data-mode="lasso" aria-pressed="false">{lasso}</button>
  <span class="map-gap"></span>
  <button type="button" data-do="closer" aria-label="{closer}">+</button>
  <button type="button" data-do="farther" aria-label="{farther}">&#8722;</button>
  <button type="button" data-do="fit">{fit}</button>
  <button type="button" data-do="clear">{clear}</button>
</div>
"""
FIGURE = """
<figure class="map-figure" data-side="{side}">
  <figcaption><b></b> <span class="quiet"></span></figcaption>
  <div class="map-frame"></div>
</figure>
"""


def board_html() -> str:
    """Tools, legend, both maps, and a line for what is selected."""
    tools = TOOLS.format(
        what=_("What dragging does, and zoom"),
        move=_("Move"),
        box=_("Select a box"),
        lasso=_("Lasso"),
        closer=_("Zoom in"),
        farther=_("Zoom out"),
        fit=_("Show all"),
        clear=_("Clear selection"),
    )
    classes = _("Classes; each selects its items in both maps")
    figures = "".join(FIGURE.format(side=side) for side in ("left", "right"))
    return (
        f'<div class="maps">{tools}<p class="quiet map-hint"></p>'
        f'<div class="map-legend" role="group" aria-label="{classes}"></div>'
        f'<div class="map-pair">{figures}</div><p class="map-said" role="status"></p></div>'
    )
