"""What is behind a garment; its colours have nothing to do with the garment's."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from zoo.catalog.sample.palette import any_colour
from zoo.catalog.sample.sheet import RGB, mix, shade


def make_backdrop(rng: np.random.Generator, side: int) -> Image.Image:
    """A picture of that size without the garment."""
    makers = (_plain, _studio, _planks, _tiles, _street, _foliage)
    return makers[int(rng.choice(6, p=[0.4, 0.32, 0.07, 0.07, 0.07, 0.07]))](rng, side)


def _plain(rng: np.random.Generator, side: int) -> Image.Image:
    return Image.new("RGB", (side, side), any_colour(rng, 0.25, 1.0))


def _studio(rng: np.random.Generator, side: int) -> Image.Image:
    """A paper roll: bright behind the garment, darker towards a corner."""
    wall = any_colour(rng, 0.45, 1.0)
    y, x = np.mgrid[0:1:24j, 0:1:24j]
    distance = np.hypot(x - rng.uniform(0.3, 0.7), y - rng.uniform(0.2, 0.6))
    glow = 1.05 - rng.uniform(0.2, 0.5) * distance
    glow -= 0.12 * (y > rng.uniform(0.72, 0.9))
    field = np.clip(np.asarray(wall)[None, None] * glow[..., None], 0, 255).astype(np.uint8)
    return Image.fromarray(field).resize((side, side), Image.Resampling.BICUBIC)


def _planks(rng: np.random.Generator, side: int) -> Image.Image:
    wood = mix((168, 122, 82), any_colour(rng, 0.25, 0.9), float(rng.uniform(0.0, 0.6)))
    image = Image.new("RGB", (side, side), wood)
    pen = ImageDraw.Draw(image)
    height = side * float(rng.uniform(0.11, 0.17))
    for row in range(int(side / height) + 1):
        y, x = row * height, -float(rng.uniform(0, 0.6)) * side
        while x < side:
            end = x + side * float(rng.uniform(0.5, 0.8))
            tone = shade(wood, float(rng.uniform(0.86, 1.08)))
            pen.rectangle((x, y, end, y + height), fill=tone, outline=shade(wood, 0.66))
            for _ in range(2):
                grain = y + height * float(rng.uniform(0.2, 0.8))
                pen.line((x + 2, grain, end - 2, grain), fill=shade(tone, 0.92))
            x = end
    return image.rotate(90) if rng.random() < 0.4 else image


def _tiles(rng: np.random.Generator, side: int) -> Image.Image:
    """A brick or tile wall."""
    tile = any_colour(rng, 0.35, 0.95)
    joint = mix(tile, (235, 235, 230), 0.5) if rng.random() < 0.6 else shade(tile, 0.7)
    image = Image.new("RGB", (side, side), joint)
    pen = ImageDraw.Draw(image)
    height = side * float(rng.uniform(0.09, 0.2))
    width = height * float(rng.choice([1.0, 2.0]))
    gap = max(1.0, side * 0.01)
    for row in range(int(side / height) + 2):
        for column in range(-1, int(side / width) + 2):
            x, y = (column + 0.5 * (row % 2) * (width > height)) * width, row * height
            tone = shade(tile, float(rng.uniform(0.93, 1.05)))
            pen.rectangle((x, y, x + width - gap, y + height - gap), fill=tone)
    return image


def _blurred(image: Image.Image, side: int, radius: float) -> Image.Image:
    soft = image.filter(ImageFilter.GaussianBlur(radius))
    return soft.resize((side, side), Image.Resampling.BICUBIC)


def _street(rng: np.random.Generator, side: int) -> Image.Image:
    """Houses, pavement and lights, out of focus."""
    image = Image.new("RGB", (96, 96), any_colour(rng, 0.5, 0.95))
    pen = ImageDraw.Draw(image)
    for _ in range(6):
        x, width = float(rng.uniform(-10, 90)), float(rng.uniform(12, 34))
        pen.rectangle((x, float(rng.uniform(5, 45)), x + width, 80), fill=any_colour(rng, 0.2, 0.8))
    pen.rectangle((0, float(rng.uniform(68, 82)), 96, 96), fill=any_colour(rng, 0.3, 0.6))
    for _ in range(10):
        x, y, r = (float(rng.uniform(*span)) for span in ((0, 96), (0, 70), (2, 5)))
        glow: RGB = mix((255, 236, 190), any_colour(rng, 0.6, 1.0), 0.4)
        pen.ellipse((x - r, y - r, x + r, y + r), fill=glow)
    return _blurred(image, side, float(rng.uniform(2.5, 4.5)))


def _foliage(rng: np.random.Generator, side: int) -> Image.Image:
    """Leaves and patches of light, out of focus."""
    leaf = mix((86, 126, 70), any_colour(rng, 0.25, 0.8), float(rng.uniform(0.0, 0.6)))
    image = Image.new("RGB", (96, 96), shade(leaf, 0.7))
    pen = ImageDraw.Draw(image)
    for _ in range(60):
        x, y = (float(v) for v in rng.uniform(-5, 101, 2))
        rx, ry = (float(v) for v in rng.uniform(3, 9, 2))
        tone = shade(leaf, float(rng.uniform(0.5, 1.35)))
        pen.ellipse((x - rx, y - ry, x + rx, y + ry), fill=tone)
    return _blurred(image, side, float(rng.uniform(1.8, 3.5)))
