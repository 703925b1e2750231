"""Small real objects shared by the tests: coloured shapes, and a zoo trained on them."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from zoo.building import make_zoo
from zoo.catalog import Catalog, read_catalog
from zoo.compare import Zoo, open_zoo
from zoo.plugins import load_plugins
from zoo.progress import Progress
from zoo.training.settings import Settings

ROOT = Path(__file__).parent.parent
PLUGINS = Path(__file__).parent / "plugins"
PRODUCTS = ROOT.parent / "shared" / "data" / "fashion-products"
COLOURS = {"red": (200, 40, 40), "green": (40, 160, 60), "blue": (50, 70, 200)}
FORMS = ("disc", "square")
TINY = Settings(
    weights="random",
    image_size=32,
    batch_size=16,
    epochs_frozen=1,
    epochs_unfrozen=4,
    seed=0,
    save_every=0,
)


def draw_shape(colour: str, form: str, number: int, size: int = 48) -> Image.Image:
    """A disc or square somewhere on a grey ground."""
    generator = np.random.default_rng((number, len(colour), len(form)))
    ground = int(generator.integers(120, 240))
    image = Image.new("RGB", (size, size), (ground, ground, ground))
    radius = int(generator.integers(10, 16))
    x, y = (int(v) for v in generator.integers(radius, size - radius, 2))
    box = (x - radius, y - radius, x + radius, y + radius)
    draw = ImageDraw.Draw(image)
    (draw.ellipse if form == "disc" else draw.rectangle)(box, fill=COLOURS[colour])
    return image


def write_shapes(folder: Path, each: int = 40) -> Path:
    """A CSV catalogue of `each` pictures per colour and form; returns the CSV."""
    (folder / "images").mkdir(parents=True)
    rows = []
    for colour in COLOURS:
        for form in FORMS:
            for number in range(each):
                name = f"images/{colour}-{form}-{number:03d}.png"
                draw_shape(colour, form, number).save(folder / name)
                rows.append([name, f"{colour} {form} {number}", form, colour])
    with (folder / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["image", "title", "category", "colour"], *rows])
    return folder / "labels.csv"


@pytest.fixture(scope="session")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_shapes(tmp_path_factory.mktemp("data") / "shapes")


@pytest.fixture(scope="session")
def catalog(shapes: Path) -> Catalog:
    return read_catalog(shapes)[0]


@pytest.fixture(scope="session")
def zoo_folder(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A zoo with two tiny trained backbones."""
    folder = tmp_path_factory.mktemp("runs") / "shapes"
    catalog.save(folder)
    backbones = load_plugins([PLUGINS]).select(["tiny_a", "tiny_b"])
    make_zoo(backbones, catalog, TINY, folder, Progress())
    return folder


@pytest.fixture
def zoo(zoo_folder: Path) -> Zoo:
    return open_zoo(zoo_folder, [PLUGINS])


@pytest.fixture
def place(zoo_folder: Path, tmp_path: Path) -> Path:
    """A copy of that zoo, to be changed."""
    return Path(shutil.copytree(zoo_folder, tmp_path / "zoo"))
