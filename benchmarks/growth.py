"""Whether extraction takes the same time and memory per picture, however many there are.

Files to embeddings by `zoo.features.extract.extract`, as `zoo train` and `zoo embed` run it: the
cache of decoded pictures off, shards on disk, torch on the CPU. The backbone is the tests' tiny
one at a small picture size, so that 100,000 pictures take minutes: what is measured is everything
around the forward. A few hundred drawn files are listed again and again up to each size; each is
read and decoded every time. Every size has a process of its own, whose peak of memory is its own;
small sizes are done several times, and the median counts. Exit status 1 when time or memory is not
flat.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from machine import made_on, peak_mib, pictures_of

from zoo import devices
from zoo.backbones import Transform
from zoo.catalog import Attribute
from zoo.catalog.sample import ATTRIBUTES, draw_sample
from zoo.features.decoding import PictureReader
from zoo.features.encoder import Encoder
from zoo.features.extract import EMBEDDINGS, extract
from zoo.features.pixels import PixelSource
from zoo.features.runtime import TorchRuntime
from zoo.plugins import load_plugins
from zoo.progress import Progress
from zoo.training.model import embedding_width
from zoo.training.settings import Settings
from zoo.training.train import build_model

PLUGINS = Path(__file__).parent.parent / "tests" / "plugins"
BACKBONE = "tiny_b"
SIZES = (1_000, 10_000, 100_000)
FILES, PICTURE = 256, 96  # drawn files, and their pixels a side
AT_LEAST = 10_000  # pictures of a measurement; smaller sizes are repeated up to it
FLAT = 0.10
MIB = 1 << 20


@dataclass(frozen=True)
class Measured:
    """One size."""

    items: int
    wall_ms: float  # per picture, the median of the rounds
    cpu_ms: float  # the same of processor time, which other programs do not lengthen
    rounds: int
    before_mib: float  # resident before the first picture that counts
    peak_mib: float
    map_mib: float  # the embeddings' own memory map, which is as large as they are

    @property
    def without_map_mib(self) -> float:
        """The peak without the embeddings' map."""
        return self.peak_mib - self.map_mib


def make_encoder(image_size: int) -> tuple[Encoder, Transform]:
    """The tiny backbone with the heads of the drawn sample, on the CPU, and its transform."""
    backbone = load_plugins([PLUGINS]).get(BACKBONE)
    transform = backbone.transform(image_size)
    attributes = [Attribute(name, tuple(classes)) for name, classes in ATTRIBUTES.items()]
    width = embedding_width(backbone.network(), transform)
    settings = Settings(weights="random", image_size=image_size)
    model = build_model(backbone, attributes, settings, width)
    runtime = TorchRuntime(model, transform, devices.choose("cpu"))
    return Encoder(runtime, len(attributes)), transform


def resident_mib() -> float:
    """Memory in use now; where the system does not say, the peak so far."""
    pages = Path("/proc/self/statm")
    if pages.is_file():
        return int(pages.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MIB
    return peak_mib()


def measure(items: int, pictures: Path, image_size: int, at_least: int = AT_LEAST) -> Measured:
    """Extract so many pictures, again where they are few."""
    files = pictures_of(pictures)
    encoder, transform = make_encoder(image_size)
    walls, cpus, map_bytes = [], [], 0
    with tempfile.TemporaryDirectory() as scratch:
        warm = PixelSource(PictureReader(files, transform), 0)
        extract(encoder, warm, len(files), Path(scratch) / "warm", Progress(), "warm-up")
        repeated = [files[n % len(files)] for n in range(items)]
        source = PixelSource(PictureReader(repeated, transform), 0)
        before, rounds = resident_mib(), max(1, at_least // items)
        for number in range(rounds):
            folder = Path(scratch) / str(number)
            wall, cpu = time.perf_counter(), time.process_time()
            extract(encoder, source, items, folder, Progress(), f"{items} pictures")
            walls.append((time.perf_counter() - wall) / items * 1000)
            cpus.append((time.process_time() - cpu) / items * 1000)
            map_bytes = (folder / EMBEDDINGS).stat().st_size
    wall_ms, cpu_ms = median(walls), median(cpus)
    return Measured(items, wall_ms, cpu_ms, rounds, before, peak_mib(), map_bytes / MIB)


def spread(values: Sequence[float]) -> float:
    """How far the highest is above the lowest, as a share of it."""
    return max(values) / min(values) - 1


def verdict(what: str, values: Sequence[float]) -> tuple[str, bool]:
    """Whether the values are flat, as a line."""
    kept = spread(values) <= FLAT
    return f"- {what}: highest {spread(values):.1%} above lowest; flat: {kept}", kept


def report(found: Sequence[Measured]) -> bool:
    """Print the table; whether time and memory are flat."""
    print(
        "| pictures | rounds | ms per picture | processor ms per picture | pictures/s | "
        "peak, MiB | embeddings' map, MiB | peak without it, MiB | above the start, MiB |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for m in found:
        print(
            f"| {m.items} | {m.rounds} | {m.wall_ms:.3f} | {m.cpu_ms:.3f} | "
            f"{1000 / m.wall_ms:.0f} | {m.peak_mib:.0f} | {m.map_mib:.1f} | "
            f"{m.without_map_mib:.0f} | {m.without_map_mib - m.before_mib:.0f} |"
        )
    time_line, time_kept = verdict("time per picture", [m.wall_ms for m in found])
    cpu_line, _ = verdict("processor time per picture", [m.cpu_ms for m in found])
    line, kept = verdict("peak without the map", [m.without_map_mib for m in found])
    print(f"\n{time_line}\n{cpu_line}\n{line}\n{made_on()}")
    return time_kept and kept


def in_own_process(items: int, pictures: Path, image_size: int) -> Measured:
    """`measure` in a fresh process."""
    command = [sys.executable, __file__, "--measure", str(items), "--pictures", str(pictures)]
    command += ["--image-size", str(image_size)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return Measured(**json.loads(done.stdout))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--image-size", type=int, default=32)
    parser.add_argument("--pictures", type=Path, help="A folder of them, rather than drawn ones.")
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(asdict(measure(asked.measure, asked.pictures, asked.image_size))))
        return
    with tempfile.TemporaryDirectory() as scratch:
        pictures = asked.pictures or draw_sample(Path(scratch), FILES, size=PICTURE).parent
        found = [in_own_process(size, pictures, asked.image_size) for size in asked.sizes]
    sys.exit(0 if report(found) else 1)


if __name__ == "__main__":
    main()
