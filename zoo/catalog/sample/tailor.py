"""Puts a garment together: cloth on every panel, seams and buttons, light and shadow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from zoo.catalog.sample.cloth import FABRICS, drape, fuzz, knit, openwork
from zoo.catalog.sample.garment import Garment, Panel
from zoo.catalog.sample.outline import ellipse
from zoo.catalog.sample.palette import CREAM, brightness
from zoo.catalog.sample.patterns import Box, Pattern
from zoo.catalog.sample.sheet import RGB, Field, Pose, Sheet, shade

COARSE = 4  # light is worked out on every fourth pixel each way


def sew(
    rng: np.random.Generator,
    garment: Garment,
    pattern: Pattern,
    fabric: str,
    base: RGB,
    pose: Pose,
    side: int,
) -> Image.Image:
    """The garment alone, on a transparent picture."""
    cloth = Image.new("RGB", (side, side), base)
    whole, see_through = Image.new("L", (side, side)), Image.new("L", (side, side))
    plain = shade(base, 0.92 if brightness(base) > 0.2 else 1.1)
    for panel in garment.panels:
        mask, box = _mask(panel, pose, side)
        if mask is None:
            continue
        piece = Image.new("RGB", mask.size, plain) if panel.plain else pattern.cut(box, panel.grain)
        cloth.paste(piece, box[:2], mask)
        whole.paste(255, box, mask)
        see_through.paste(0 if panel.plain else 255, box, mask)
    shadow, gleam = _light(rng, garment, fabric, pose, side)
    relief = _seams(garment, pose, side)
    alpha = whole
    if fabric == "wool":
        stitches = knit(pose, side, float(rng.uniform(0.13, 0.17)))
        relief = ImageChops.multiply(relief, stitches)
        alpha = _hairy(rng, whole, pose)
    elif fabric == "lace":
        left, thread = openwork(pose, side, float(rng.uniform(0.26, 0.32)))
        relief = ImageChops.multiply(relief, thread)
        alpha = Image.composite(ImageChops.multiply(whole, left), whole, see_through)
    elif fabric == "chiffon":
        veil = ImageChops.multiply(whole, _large(FABRICS["chiffon"].opacity + shadow, side))
        alpha = Image.composite(veil, whole, see_through)
    dark = ImageChops.multiply(relief, _large(1 - shadow, side))
    lit = ImageChops.multiply(cloth, Image.merge("RGB", (dark, dark, dark)))
    bright = _large(gleam, side)
    lit = ImageChops.screen(lit, Image.merge("RGB", (bright, bright, bright)))
    lit.putalpha(alpha)
    _buttons(garment, base, pose, lit)
    return lit


def _mask(panel: Panel, pose: Pose, side: int) -> tuple[Image.Image | None, Box]:
    """The panel's shape and the part of the picture that it lies in; None if outside."""
    points = pose.project(panel.outline)
    xs, ys = zip(*points, strict=True)
    box = (max(0, int(min(xs))), max(0, int(min(ys))),
           min(side, int(max(xs)) + 2), min(side, int(max(ys)) + 2))  # fmt: skip
    if box[0] >= box[2] or box[1] >= box[3]:
        return None, box
    mask = Image.new("L", (box[2] - box[0], box[3] - box[1]))
    ImageDraw.Draw(mask).polygon([(x - box[0], y - box[1]) for x, y in points], fill=255)
    return mask, box


def _large(field: Field, side: int) -> Image.Image:
    """A coarse field of 0 to 1 as a picture of full size."""
    coarse = Image.fromarray((np.clip(field, 0, 1) * 255).astype(np.uint8))
    return coarse.resize((side, side), Image.Resampling.BICUBIC)


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
        points = [(x / COARSE, y / COARSE) for x, y in pose.project(panel.outline)]
        mask = Image.new("L", (small, small))
        ImageDraw.Draw(mask).polygon(points, fill=255)
        blurred = mask.filter(ImageFilter.GaussianBlur(reach))
        soft = np.asarray(blurred, np.float32) / 255
        inside = np.asarray(mask) > 0
        dy, dx = np.gradient(soft)
        facing = -(dx * np.cos(towards) + dy * np.sin(towards)) * reach
        cast = 1 - (1 - shadow) * (1 - 0.42 * soft)
        rim = 0.26 * (1 - np.clip(2 * soft - 1, 0, 1)) + 0.5 * np.clip(-facing, 0, 0.5)
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
        pen.line(pose.project(seam.line), fill=round(255 * (1 - seam.depth)), width=width)
    return relief.filter(ImageFilter.BoxBlur(1))


def _hairy(rng: np.random.Generator, whole: Image.Image, pose: Pose) -> Image.Image:
    """The garment's shape with a fuzzy edge."""
    soft = whole.filter(ImageFilter.BoxBlur(max(1.0, 0.028 * pose.unit)))
    grain = fuzz(rng, whole.width).point(lambda v: v // 2)
    edge = ImageChops.subtract(soft, grain).point(_steep())
    return ImageChops.lighter(edge, ImageChops.multiply(whole, soft))


def _steep() -> Sequence[int]:
    return [min(255, max(0, (v - 40) * 6)) for v in range(256)]


def _buttons(garment: Garment, base: RGB, pose: Pose, lit: Image.Image) -> None:
    colour = CREAM if brightness(base) < 0.55 else shade(base, 0.42)
    pen = ImageDraw.Draw(lit)
    for x, y, radius in garment.buttons:
        pen.polygon(pose.project(ellipse(x, y, radius * 1.25, radius * 1.25)),
                    fill=shade(base, 0.5))  # fmt: skip
        pen.polygon(pose.project(ellipse(x, y, radius, radius)), fill=colour)
        pen.polygon(pose.project(ellipse(x, y, radius * 0.35, radius * 0.35)),
                    fill=shade(colour, 0.6))  # fmt: skip


def modelled(sheet: Sheet, reach: float = 0.04) -> Image.Image:
    """What is on a sheet, with soft light and shadow so that it does not look cut from paper."""
    image = sheet.image
    alpha = image.getchannel("A").reduce(COARSE)
    soft = alpha.filter(ImageFilter.GaussianBlur(max(1.0, reach * sheet.pose.unit / COARSE)))
    field = np.asarray(soft, np.float32) / 255
    dy, dx = np.gradient(field)
    dark = 0.24 * (1 - np.clip(2 * field - 1, 0, 1)) + np.clip(dx + dy, 0, 0.15)
    shadow = _large(1 - dark.astype(np.float32), sheet.side)
    lit = ImageChops.multiply(image.convert("RGB"), Image.merge("RGB", (shadow,) * 3))
    lit.putalpha(image.getchannel("A"))
    return lit
