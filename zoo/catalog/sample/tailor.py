"""Puts a garment together: cloth on every panel, seams and buttons, light and shadow."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from zoo.catalog.sample.cloth import drape, fuzz, knit, openwork
from zoo.catalog.sample.garment import Garment, Panel
from zoo.catalog.sample.palette import brightness
from zoo.catalog.sample.patterns import Pattern
from zoo.catalog.sample.sheet import RGB, Field, Pose, Sheet, flat, shade
from zoo.pictures import Box

FINE = 2  # edges are drawn larger and averaged, so that they are smooth
COARSE = 2  # light is worked out on every second pixel each way
VEIL = 0.55  # how much chiffon hides
_STEEP = [min(255, max(0, (v - 40) * 6)) for v in range(256)]


def sew(
    rng: np.random.Generator,
    garment: Garment,
    pattern: Pattern,
    fabric: str,
    base: RGB,
    pose: Pose,
    side: int,
) -> Image.Image:
    """The garment alone, on a transparent picture that is smaller than `side` by FINE."""
    cloth, whole, open_weave = _pieces(garment, pattern, base, pose, side)
    seams = _seams(garment, pose, side)
    side, pose = side // FINE, pose.shrunk(FINE)
    shadow, gleam = _light(rng, garment, fabric, pose, side)
    relief, alpha = _texture(rng, fabric, seams, whole, open_weave, shadow, pose)
    dark = ImageChops.multiply(relief, _large(1 - shadow, side))
    lit = ImageChops.multiply(cloth, Image.merge("RGB", (dark, dark, dark)))
    bright = _large(gleam, side)
    lit = ImageChops.screen(lit, Image.merge("RGB", (bright, bright, bright)))
    lit.putalpha(alpha)
    return lit


def _pieces(
    garment: Garment, pattern: Pattern, base: RGB, pose: Pose, side: int
) -> tuple[Image.Image, Image.Image, Image.Image]:
    """The cloth, where it is, and where it is of the fabric proper rather than of trim."""
    cloth = Image.new("RGB", (side, side), base)
    whole, open_weave = Image.new("L", (side, side)), Image.new("L", (side, side))
    plain = shade(base, 0.92 if brightness(base) > 0.2 else 1.1)
    for panel in garment.panels:
        mask, box = _mask(panel, pose, side)
        if mask is None:
            continue
        piece = Image.new("RGB", mask.size, plain) if panel.plain else pattern.cut(box, panel.grain)
        cloth.paste(piece, box[:2], mask)
        whole.paste(255, box, mask)
        open_weave.paste(0 if panel.plain else 255, box, mask)
    return cloth.reduce(FINE), whole.reduce(FINE), open_weave.reduce(FINE)


def _mask(panel: Panel, pose: Pose, side: int) -> tuple[Image.Image | None, Box]:
    """The panel's shape and the part of the picture that it lies in; None if outside."""
    points = pose.project(panel.outline)
    left, upper = (max(0, int(v)) for v in points.min(axis=0))
    right, lower = (min(side, int(v) + 2) for v in points.max(axis=0))
    if left >= right or upper >= lower:
        return None, (0, 0, 0, 0)
    mask = Image.new("L", (right - left, lower - upper))
    ImageDraw.Draw(mask).polygon(flat(points - (left, upper)), fill=255)
    return mask, (left, upper, right, lower)


def _texture(
    rng: np.random.Generator,
    fabric: str,
    relief: Image.Image,
    whole: Image.Image,
    open_weave: Image.Image,
    shadow: Field,
    pose: Pose,
) -> tuple[Image.Image, Image.Image]:
    """Relief and opacity of a garment as its fabric makes them."""
    side = whole.width
    if fabric == "wool":
        stitches = knit(pose, side, float(rng.uniform(0.13, 0.17)))
        return ImageChops.multiply(relief, stitches), _hairy(rng, whole, pose)
    if fabric == "lace":
        left, thread = openwork(pose, side, float(rng.uniform(0.28, 0.34)))
        holed = Image.composite(ImageChops.multiply(whole, left), whole, open_weave)
        return ImageChops.multiply(relief, thread), holed
    if fabric == "chiffon":
        veil = ImageChops.multiply(whole, _large(VEIL + shadow, side))
        return relief, Image.composite(veil, whole, open_weave)
    return relief, whole


def _large(field: Field, side: int) -> Image.Image:
    """A coarse field of 0 to 1 as a picture of full size."""
    coarse = Image.fromarray((np.clip(field, 0, 1) * 255).astype(np.uint8))
    return coarse.resize((side, side), Image.Resampling.BILINEAR)


def _light(
    rng: np.random.Generator, garment: Garment, fabric: str, pose: Pose, side: int
) -> tuple[Field, Field]:
    """Shadow and gleam of the garment's volume and folds, coarse."""
    small = -(-side // COARSE)
    shadow = np.zeros((small, small), np.float32)
    gleam = np.zeros((small, small), np.float32)
    reach = max(1.0, 0.07 * pose.unit / COARSE)
    towards = rng.uniform(-2.6, -0.5)  # the light comes from above
    for panel in garment.panels:
        mask = Image.new("L", (small, small))
        ImageDraw.Draw(mask).polygon(flat(pose.project(panel.outline) / COARSE), fill=255)
        blurred = mask.filter(ImageFilter.GaussianBlur(reach))
        soft = np.asarray(blurred, np.float32) / 255
        inside = np.asarray(mask) > 0
        dy, dx = np.gradient(soft)
        facing = -(dx * np.cos(towards) + dy * np.sin(towards)) * reach
        cast = 1 - (1 - shadow) * (1 - 0.42 * soft)
        rim = 0.2 * (1 - np.clip(2 * soft - 1, 0, 1)) + 0.5 * np.clip(-facing, 0, 0.5)
        shadow = np.where(inside, rim + (1 - panel.tone), cast)
        gleam = np.where(inside, 0.16 * np.clip(facing, 0, 1), gleam)
    x, y = pose.grid(small * COARSE, COARSE)
    folds, ridges = drape(rng, garment, fabric, x, y)
    return 1 - (1 - np.clip(shadow, 0, 1)) * (1 - folds), gleam + ridges


def _seams(garment: Garment, pose: Pose, side: int) -> Image.Image:
    """Lines in the cloth, as shade."""
    relief = Image.new("L", (side, side), 255)
    pen = ImageDraw.Draw(relief)
    for seam in garment.seams:
        width = max(1, round(seam.width * pose.unit))
        pen.line(flat(pose.project(seam.line)), fill=round(255 * (1 - seam.depth)), width=width)
    return relief.reduce(FINE)


def _hairy(rng: np.random.Generator, whole: Image.Image, pose: Pose) -> Image.Image:
    """The garment's shape with a fuzzy edge."""
    soft = whole.filter(ImageFilter.BoxBlur(max(1.0, 0.028 * pose.unit)))
    grain = fuzz(rng, whole.width).point(lambda v: v // 2)
    edge = ImageChops.subtract(soft, grain).point(_STEEP)
    return ImageChops.lighter(edge, ImageChops.multiply(whole, soft))


def modelled(sheet: Sheet, reach: float = 0.04) -> Image.Image:
    """What is on a sheet, smaller by FINE, with soft light so that it does not look cut out."""
    image = sheet.image.reduce(FINE)
    alpha = image.getchannel("A")
    blur = max(1.0, reach * sheet.pose.unit / FINE / COARSE)
    field = (
        np.asarray(alpha.reduce(COARSE).filter(ImageFilter.GaussianBlur(blur)), np.float32) / 255
    )
    dy, dx = np.gradient(field)
    dark = 0.24 * (1 - np.clip(2 * field - 1, 0, 1)) + np.clip(dx + dy, 0, 0.15)
    shadow = _large((1 - dark).astype(np.float32), image.width)
    lit = ImageChops.multiply(image.convert("RGB"), Image.merge("RGB", (shadow,) * 3))
    lit.putalpha(alpha)
    return lit
