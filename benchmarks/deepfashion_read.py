"""How long DeepFashion's lists take to read, and how much memory: 289,222 pictures, 1,000 labels.

Writes lists of the published shape and size (about 0.9 GB, no pictures) into a temporary folder
and reads them all in a fresh process; exit status 1 when over 60 s or 2 GiB.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PICTURES, LABELS, CATEGORIES, PRODUCTS = 289_222, 1_000, 50, 5_620
PATTERNS = 500  # different rows of labels
MOST_SECONDS, MOST_MIB = 60, 2048


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=PICTURES)
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.read:
        print(json.dumps(read(arguments.read)))
        return
    with tempfile.TemporaryDirectory() as folder:
        size = write(Path(folder), arguments.pictures)
        command = [sys.executable, __file__, "--read", folder]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    report = json.loads(done.stdout)
    print(f"{report['rows']} rows, {size / 1e9:.2f} GB of lists")
    print(f"read in {report['seconds']:.1f} s, at most {report['mib']:.0f} MiB of memory")
    sys.exit(0 if report["seconds"] < MOST_SECONDS and report["mib"] < MOST_MIB else 1)


def read(root: Path) -> dict[str, float]:
    """Read all lists, as the reader does before it looks for the pictures."""
    from zoo.catalog.readers.deepfashion_coarse import read_annotations

    started = time.perf_counter()
    rows = len(read_annotations(root, []))
    seconds = time.perf_counter() - started
    kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"rows": rows, "seconds": seconds, "mib": kib / 1024}


def write(root: Path, pictures: int) -> int:
    """Write the six lists; returns their size in bytes."""
    draw = random.Random(0)
    names = [f"img/Product_{n % PRODUCTS:04d}/img_{n // PRODUCTS:08d}.jpg" for n in range(pictures)]
    patterns = [labels(draw) for _ in range(PATTERNS)]
    lists = {
        "list_category_cloth.txt": ("category_name  category_type", [
            f"Category{n}  {n % 3 + 1}" for n in range(CATEGORIES)
        ]),
        "list_attr_cloth.txt": ("attribute_name  attribute_type", [
            f"attribute {n}  {n % 5 + 1}" for n in range(LABELS)
        ]),
        "list_category_img.txt": ("image_name  category_label", [
            f"{name:<70} {n % CATEGORIES + 1}" for n, name in enumerate(names)
        ]),
        "list_bbox.txt": ("image_name  x_1  y_1  x_2  y_2", [
            f"{name:<70} 072 079 232 273" for name in names
        ]),
        "list_eval_partition.txt": ("image_name  evaluation_status", [
            f"{name:<70} {draw.choice(('train', 'train', 'train', 'val', 'test'))}"
            for name in names
        ]),
    }  # fmt: skip
    (root / "Anno").mkdir()
    for name, (header, rows) in lists.items():
        (root / "Anno" / name).write_text("\n".join([str(len(rows)), header, *rows]) + "\n")
    with (root / "Anno" / "list_attr_img.txt").open("w") as file:
        file.write(f"{pictures}\nimage_name  attribute_labels\n")
        for name in names:
            file.write(f"{name:<70}{draw.choice(patterns)}\n")
    return sum(path.stat().st_size for path in (root / "Anno").iterdir())


def labels(draw: random.Random) -> str:
    """A row of -1 with about three 1s, as a picture has on average."""
    has = set(draw.sample(range(LABELS), draw.randrange(7)))
    return "".join("  1" if place in has else " -1" for place in range(LABELS))


if __name__ == "__main__":
    main()
