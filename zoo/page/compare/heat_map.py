"""Heat maps as pictures: one for each backbone, for the class it predicts."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
from PIL import Image, ImageOps

from zoo.catalog import Catalog
from zoo.heat import Look, look, on_picture
from zoo.page.compare.subject import Subject
from zoo.page.compare.truth import sign, truth
from zoo.page.language import _, marked
from zoo.page.thumbnails import data_address
from zoo.pictures import decode
from zoo.runs import Run

SIDE = 320  # pixels of a heat map's longer side
FAINT, STRONG = 0.08, 0.75  # how much of the colour covers the coldest and the hottest place
# Hotter is darker and redder: seen on the white grounds of catalogues, by the colour-blind too.
STOPS = (0.0, 0.5, 1.0)
COLOURS = ((255, 230, 150), (249, 140, 45), (190, 0, 40))
WHAT = marked(
    "The redder a part of the picture, the more it speaks for the class that this backbone "
    "predicts. One that is right while it looks at the background may be right by luck."
)
HOW = marked("Grad-CAM (Selvaraju et al. 2017) of the last feature map")


def heat_maps(catalog: Catalog, runs: Sequence[Run], subject: Subject, attribute: str) -> str:
    """Every backbone's heat map of one attribute."""
    picture = ImageOps.contain(decode(subject.data, at_least=SIDE, box=subject.box), (SIDE, SIDE))
    figures = "".join(_figure(catalog, run, subject, attribute, picture) for run in runs)
    return (
        f'<p class="quiet">{_(WHAT)}</p><div class="heats">{figures}</div>'
        f'<p class="quiet"><span class="scale" aria-hidden="true"></span> '
        f"{_('speaks little … much.')} {_(HOW)}; {_('what a backbone crops away is pale.')}</p>"
    )


def _figure(
    catalog: Catalog, run: Run, subject: Subject, attribute: str, picture: Image.Image
) -> str:
    found = look(run, subject.data, attribute, subject.box)
    title = run.backbone.title
    right = sign(found.predicted, truth(catalog, subject.row, attribute))
    caption = (
        f"<figcaption><b>{escape(title)}</b><span><bdi>{escape(found.predicted)}</bdi> "
        f"<i>{found.confidence:.0%}</i> {right}</span>"
    )
    if found.heat is None:
        return (
            f'<figure class="heat">{caption}</figcaption><p class="quiet">'
            f"{_('keeps no map of the picture, so there is nothing to draw.')}</p></figure>"
        )
    alt = _("where {backbone} finds {value}").format(backbone=title, value=found.predicted)
    return (
        f'<figure class="heat"><img src="{_drawn(picture, found, run)}" alt="{escape(alt)}">'
        f"{caption}<small>{_fineness(found)}</small></figcaption></figure>"
    )


def _fineness(found: Look) -> str:
    if found.heat is not None and not found.heat.any():
        return _("empty map: no part stands out")
    return _("{n} × {n} places").format(n=found.places)


def _drawn(picture: Image.Image, found: Look, run: Run) -> str:
    """The picture with the heat over it; pale where the network does not see it."""
    assert found.heat is not None
    width, height = picture.size
    heat = on_picture(found.heat, run, width, height)[..., None]
    colour = np.stack(
        [np.interp(heat[..., 0], STOPS, channel) for channel in zip(*COLOURS, strict=True)], axis=-1
    )
    cover = FAINT + (STRONG - FAINT) * heat
    blended = (1 - cover) * np.asarray(picture, dtype=np.float32) + cover * colour
    pale = 165 + 0.35 * np.asarray(picture.convert("L").convert("RGB"), dtype=np.float32)
    blended = np.where(_seen(run, width, height)[..., None], blended, pale.clip(0, 235))
    return data_address(Image.fromarray(blended.round().astype(np.uint8)))


def _seen(run: Run, width: int, height: int) -> np.ndarray:
    """Which pixels the network sees, (height, width) bool."""
    left, top, right, bottom = (round(edge) for edge in run.transform.kept(width, height))
    seen = np.zeros((height, width), dtype=bool)
    seen[top:bottom, left:right] = True
    return seen
