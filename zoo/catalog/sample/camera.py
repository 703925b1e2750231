"""How a picture is taken: pose in the frame, light, lens and sensor."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageFilter

from zoo.catalog.sample.sheet import Pose


def choose_pose(rng: np.random.Generator, side: int) -> Pose:
    """Size, place, turn, lean and perspective of the garment in the frame."""
    scale = float(rng.uniform(0.84, 0.98)) / 2
    turn = float(np.radians(np.clip(rng.normal(0, 4), -12, 12)))
    flip = 1.0 if rng.random() < 0.5 else -1.0
    shear, stretch = rng.uniform(-0.05, 0.05), rng.uniform(0.95, 1.05)
    cos, sin = np.cos(turn), np.sin(turn)
    model = np.array([[flip * stretch, shear, 0], [0, 1 / stretch, 0],
                      [*rng.uniform(-0.04, 0.04, 2), 1]])  # fmt: skip
    rotate = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    play = (0.5 - scale) * 0.6 + 0.03
    x, y = 0.5 + rng.uniform(-play, play, 2)
    place = np.array([[side * scale, 0, side * x], [0, side * scale, side * y], [0, 0, 1]])
    return Pose(place @ rotate @ model)


def soft_shadow(rng: np.random.Generator, backdrop: Image.Image, alpha: Image.Image) -> None:
    """Darken the backdrop where things on it keep the light away."""
    side = backdrop.width
    blur = alpha.reduce(2).filter(ImageFilter.GaussianBlur(float(rng.uniform(1, 3)) * side / 384))
    strength = float(rng.uniform(0.25, 0.55))
    mask = blur.point(lambda v: round(v * strength)).resize((side, side))
    dx, dy = (
        round(float(v) * side) for v in (rng.uniform(-0.035, 0.035), rng.uniform(0.005, 0.04))
    )
    backdrop.paste((16, 16, 22), (dx, dy), mask)


def expose(rng: np.random.Generator, picture: Image.Image) -> Image.Image:
    """Light falling on the scene, then lens blur, sensor noise and compression."""
    side = picture.width
    if rng.random() < 0.3:
        picture = picture.filter(
            ImageFilter.GaussianBlur(float(rng.uniform(0.3, 0.9)) * side / 192)
        )
    y, x = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j].astype(np.float32)
    turn, fall = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.28)
    light = 1 + np.float32(fall) * (x * np.float32(np.cos(turn)) + y * np.float32(np.sin(turn)))
    light -= np.float32(rng.uniform(0, 0.11)) * (x * x + y * y)
    warmth = rng.normal(0, 0.06)
    gains = np.array([1 + warmth, 1 + rng.normal(0, 0.015), 1 - warmth], dtype=np.float32)
    gains *= np.float32(rng.uniform(0.86, 1.16))
    pixels = np.asarray(picture, dtype=np.float32) * (light[..., None] * gains)
    grain = rng.standard_normal((side, side, 1), dtype=np.float32)
    pixels += grain * np.float32(rng.uniform(0.5, 4.5))
    taken = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return _compressed(taken, int(rng.integers(60, 93)))


def _compressed(picture: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")
