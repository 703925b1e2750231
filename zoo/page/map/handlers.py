"""What the events of the map do."""

from __future__ import annotations

from html import escape
from typing import Any

import gradio as gr
import numpy as np

from zoo.compare import Zoo
from zoo.errors import ZooError
from zoo.mapping.classes import colourings
from zoo.mapping.layout import aligned
from zoo.mapping.maps import has_map, read_map
from zoo.page.badges import badge
from zoo.page.language import _
from zoo.page.map.making import Making
from zoo.page.map.packing import class_facts, map_facts
from zoo.page.picks import pick_strip
from zoo.page.state import PageState
from zoo.page.titles import choices
from zoo.page.told import told
from zoo.search.candidates import category_attribute

PICKS = 24


class MapHandlers:
    """The maps over the state that all visitors share."""

    def __init__(self, state: PageState) -> None:
        self._state = state
        self._making = Making(state)

    @told
    def choices(self, left: str | None, right: str | None, by: str | None) -> tuple[Any, Any, Any]:
        """The backbones and attributes there are; what a visitor chose is kept."""
        zoo = self._state.zoo()
        if zoo is None or not zoo.runs:
            return gr.Dropdown(choices=[]), gr.Dropdown(choices=[]), gr.Dropdown(choices=[])
        titles = choices(zoo)
        names = sorted(zoo.runs)
        attributes = colourings(zoo.catalog)
        usual = category_attribute(zoo.catalog)
        return (
            gr.Dropdown(choices=titles, value=left if left in names else names[0]),
            gr.Dropdown(choices=titles, value=right if right in names else names[:2][-1]),
            gr.Dropdown(choices=attributes, value=by if by in attributes else usual),
        )

    @told
    def maps(self, seen: bool, left: str | None, right: str | None) -> Any:
        """Both maps, the right one turned onto the left one; nothing before the tab is seen."""
        zoo = self._state.zoo()
        if not seen:
            return gr.skip()
        if zoo is None or left not in zoo.runs or right not in zoo.runs:
            return gr.HTML(left=None, right=None)
        runs = [zoo.run(left), zoo.run(right)]
        made = [read_map(run) for run in runs]
        places = [one.places if one else None for one in made]
        if places[0] is not None and places[1] is not None:
            places[1] = aligned(places[1], places[0])
        facts = [map_facts(*parts) for parts in zip(runs, made, places, strict=True)]
        return gr.HTML(left=facts[0], right=facts[1])

    @told
    def classes(self, seen: bool, by: str | None) -> Any:
        """The classes of the attribute that colours the maps."""
        zoo = self._state.zoo()
        if not seen:
            return gr.skip()
        if zoo is None or not by:
            return gr.HTML(classes=None)
        return gr.HTML(classes=class_facts(zoo.catalog, by))

    @told
    def make(self, left: str | None, right: str | None) -> tuple[str, Any]:
        """Have all missing maps made, those that are looked at first."""
        zoo = self._state.trained()
        names = dict.fromkeys([n for n in (left, right) if n in zoo.runs] + sorted(zoo.runs))
        missing = [name for name in names if not has_map(zoo.runs[name])]
        if missing:
            self._making.start(missing)
        return self.look()

    @told
    def look(self) -> tuple[str, Any]:
        """How far the making is; the clock runs while it is under way."""
        return self._making.html(), gr.Timer(active=self._making.running())

    @told
    def there(self) -> str:
        """Changes whenever a map is made."""
        zoo = self._state.zoo()
        runs = zoo.runs.values() if zoo else ()
        return repr((self._state.version(), [run.name for run in runs if has_map(run)]))

    @told
    def card(self, point: dict[str, Any]) -> str:
        """The item whose point was clicked: picture, attributes, the way to the comparison."""
        zoo = self._state.trained()
        row = _rows(zoo, [point["row"]], point["catalog"])[0]
        item, name = str(zoo.catalog.table["item_id"].iat[row]), escape(zoo.catalog.name_of(row))
        url = self._state.thumbnails.urls(zoo.catalog, [row])[row]
        picture = f'<img src="{escape(url)}" alt="{name}">' if url else _("picture cannot be read")
        ask = _("Compare what resembles it")
        return (
            f'<div class="map-card"><div class="map-picture">{picture}</div><div><h3>{name}</h3>'
            f'<div class="badges">{_known(zoo, row)}</div><button type="button" class="map-ask" '
            f'data-item="{escape(item)}">{ask}</button></div></div>'
        )

    @told
    def chosen(self, selection: dict[str, Any]) -> str:
        """The first of the selected items, as pictures to click on."""
        if not selection["rows"]:
            return ""
        zoo = self._state.trained()
        rows = _rows(zoo, selection["rows"], selection["catalog"])[:PICKS]
        count = int(selection["count"])
        more = count - len(rows)
        said = _("All selected; click one to compare.")
        if more:
            said = _("The first {n} of {of} selected; click one to compare.").format(
                n=len(rows), of=f"{count:,}"
            )
        return f'<p class="quiet">{said}</p>' + pick_strip(self._state, zoo, rows)


def _rows(zoo: Zoo, rows: Any, catalog: str) -> list[int]:
    """Rows that a page told of; ZooError when they are of another catalogue."""
    found = np.asarray(rows, dtype=np.int64)
    there = found.ndim == 1 and ((found >= 0) & (found < len(zoo.catalog))).all()
    if catalog != zoo.catalog.fingerprint() or not there:
        raise ZooError(_("the catalogue has changed; load the page again"))
    return [int(row) for row in found]


def _known(zoo: Zoo, row: int) -> str:
    """The true labels of one item."""
    labels = zoo.catalog.labels_of(row)
    known = [f"{name}: {', '.join(classes)}" for name, classes in labels.items() if classes]
    return "".join(badge(text) for text in known) or badge(_("not labelled"))
