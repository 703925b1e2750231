"""timm's own train.py and the zoo's training, side by side: who reaches which accuracy when.

ResNet-50 from random weights on one attribute of one catalogue: same pictures, same split, same
size, same epochs, same cores, one after the other. `--timm` is the path of train.py in a checkout
of huggingface/pytorch-image-models. Seconds are from the start of the command to the moment an
epoch's validation accuracy is on disk: imports, decoding and validation are all in it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from zoo.catalog import Catalog, load_catalog

Value = tuple[float, int]  # accuracy, and the picture size it was measured at
POLL = 0.5  # seconds between looks at the table of epochs
SPLITS = {"train": "train", "val": "validation"}
FLAGS = {
    "timm, defaults": [],
    "timm, best flags": ["--amp", "--amp-dtype", "bfloat16", "--channels-last"],
}


@dataclass(frozen=True)
class Point:
    """One epoch: when it was validated, and how well."""

    seconds: float
    accuracy: float
    size: int  # pixels a side of the pictures it was validated on


def watch(
    command: list[str], folder: Path, table: str, values: Callable[[pd.DataFrame], list[Value]]
) -> list[Point]:
    """Run a training and note when each row of its table of epochs appears."""
    points: list[Point] = []
    begun = time.monotonic()
    with (folder / "output.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        while process.poll() is None:
            time.sleep(POLL)
            found = next(folder.rglob(table), None)
            for accuracy, size in _read(found, values)[len(points) :]:
                points.append(Point(time.monotonic() - begun, accuracy, size))
    if process.returncode or not points:
        sys.exit((folder / "output.log").read_text(errors="replace")[-3000:])
    return points


def _read(path: Path | None, values: Callable[[pd.DataFrame], list[Value]]) -> list[Value]:
    try:
        return [] if path is None else values(pd.read_csv(path))
    except (OSError, ValueError, KeyError):  # being written just now
        return []


def class_folders(catalog: Catalog, attribute: str, folder: Path) -> int:
    """train|validation/class/picture as links; returns the number of classes."""
    labels = catalog.table[attribute]
    for row, split in enumerate(catalog.table["split"]):
        if split not in SPLITS or not isinstance(labels.iat[row], str):
            continue
        home = folder / SPLITS[split] / labels.iat[row].replace("/", "-")
        home.mkdir(parents=True, exist_ok=True)
        path = catalog.path(row).absolute()
        (home / path.name).symlink_to(path)
    return len(catalog.attribute(attribute).classes)


def timm_command(asked: argparse.Namespace, data: Path, classes: int, out: Path) -> list[str]:
    """timm's train.py on these folders, with no flag that only a GPU understands."""
    return [
        sys.executable, str(asked.timm), "--data-dir", str(data), "--model", "resnet50",
        "--num-classes", str(classes), "--img-size", str(asked.image_size), "--device", "cpu",
        "--batch-size", "64", "--epochs", str(asked.timm_epochs or asked.epochs),
        "--warmup-epochs", "0",
        "--workers", "2", "--output", str(out), "--seed", "0",
    ]  # fmt: skip


def zoo_command(asked: argparse.Namespace, runs: Path) -> list[str]:
    """The zoo's training of the same."""
    return [
        sys.executable, "-m", "zoo.cli", "train", "resnet50", "--data", str(asked.data),
        "--attributes", asked.attribute, "--weights", "random", "--runs", str(runs),
        "--image-size", str(asked.image_size), "--epochs-frozen", "0",
        "--epochs-unfrozen", str(asked.epochs), "--seed", "0",
        "--metric", "0",  # which timm does not train either
    ]  # fmt: skip


def seconds_to(points: list[Point], accuracy: float) -> float | None:
    """When a training first reached an accuracy."""
    return next((p.seconds for p in points if p.accuracy >= accuracy), None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--timm", type=Path, required=True)
    parser.add_argument("--attribute", default="article_type")
    parser.add_argument("--image-size", type=int, default=96)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--timm-epochs", type=int, help="Left out: as many as the zoo's.")
    asked = parser.parse_args()
    results: dict[str, list[Point]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "zoo").mkdir()
        command = zoo_command(asked, folder / "zoo")
        results["zoo"] = watch(
            command,
            folder / "zoo",
            "history.csv",
            lambda rows: list(zip(rows["val_accuracy"], rows["image_size"], strict=True)),
        )
        catalog = load_catalog(folder / "zoo")
        classes = class_folders(catalog, asked.attribute, folder / "pictures")
        for name, flags in FLAGS.items():
            out = folder / name.replace(" ", "-")
            out.mkdir()
            command = [*timm_command(asked, folder / "pictures", classes, out), *flags]
            results[name] = watch(
                command,
                out,
                "summary.csv",
                lambda rows: [(top1 / 100, asked.image_size) for top1 in rows["eval_top1"]],
            )
    report(results, asked.image_size)


def report(results: dict[str, list[Point]], size: int) -> None:
    """Print every epoch, and when each reached the best that all of them reached at full size.

    The zoo's first epochs are on smaller pictures and validated on such: they are shown, with the
    size, and do not count.
    """
    full = {name: [p for p in points if p.size == size] for name, points in results.items()}
    common = min(max(p.accuracy for p in points) for points in full.values())
    print(f"| training | seconds to {common:.3f} | best | epochs: accuracy at seconds |")
    print("|---|---|---|---|")
    for name, points in results.items():
        epochs = ", ".join(
            f"{p.accuracy:.3f} at {p.seconds:.0f}" + (f" ({p.size} px)" if p.size != size else "")
            for p in points
        )
        best = max(p.accuracy for p in full[name])
        print(f"| {name} | {seconds_to(full[name], common):.0f} | {best:.3f} | {epochs} |")


if __name__ == "__main__":
    main()
