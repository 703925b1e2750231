"""Draws one picture from its labels."""

from __future__ import annotations

import numpy as np
from PIL import Image

from zoo.catalog.sample.backdrops import make_backdrop
from zoo.catalog.sample.bottoms import make_bottom
from zoo.catalog.sample.camera import choose_pose, expose, soft_shadow
from zoo.catalog.sample.labels import SampleItem, choose_item
from zoo.catalog.sample.palette import cloth_colour
from zoo.catalog.sample.patterns import make_pattern
from zoo.catalog.sample.props import draw_occluder, draw_prop
from zoo.catalog.sample.sheet import Sheet
from zoo.catalog.sample.styling import draw_buttons, draw_styling
from zoo.catalog.sample.supports import draw_support
from zoo.catalog.sample.tailor import FINE, modelled, sew
from zoo.catalog.sample.tops import make_top

# What can be seen through throws little shadow.
SHADOWS = [round(255 * (v / 255) ** 2) for v in range(256)]


def draw_item(index: int, seed: int = 0, size: int = 192) -> tuple[Image.Image, SampleItem]:
    """Picture and labels of one item; the same for the same arguments, always."""
    item = choose_item(index, seed)
    rng = np.random.default_rng([seed, index, 1])
    scene = _scene(rng, item.labels, size)
    return expose(rng, scene), item


def _scene(rng: np.random.Generator, labels: dict[str, str | None], size: int) -> Image.Image:
    """Backdrop, support, garment, its details and things beside it, from back to front."""
    known = {name: value for name, value in labels.items() if value is not None}
    category, shape = known["category"], labels["shape"]
    garment = make_top(rng, category, shape) if shape else make_bottom(rng, category)
    side = size * FINE
    if known["fabric"] == "chiffon":
        garment.frill()
    pose = choose_pose(rng, side)
    base = cloth_colour(rng, known["colour"])
    behind, front = Sheet(side, pose), Sheet(side, pose)
    draw_support(rng, behind, garment)
    if rng.random() < 0.7:
        draw_prop(rng, behind, known["style"])
    draw_buttons(front, garment, base)
    draw_styling(rng, front, garment, known["style"], base)
    if rng.random() < 0.06:
        draw_occluder(rng, front)
    pattern = make_pattern(rng, known["pattern"], garment, pose, side, base)
    layers = (
        modelled(behind),
        sew(rng, garment, pattern, known["fabric"], base, pose, side),
        modelled(front, reach=0.02),
    )
    scene = make_backdrop(rng, size)
    for layer in layers:
        if layer.getbbox() is None:
            continue
        soft_shadow(rng, scene, layer.getchannel("A").point(SHADOWS))
        scene.paste(layer, (0, 0), layer)
    return scene
