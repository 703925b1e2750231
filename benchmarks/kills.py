"""Kill -9 at random moments, resume, and compare with an uninterrupted training.

Small trainings of the sample catalogue are killed again and again until enough kills hit; after
each, no half-made run may be open to users, and every finished training must have the weights of
the one that nothing interrupted. Exit status 1 when either fails.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

from zoo.compare import open_zoo
from zoo.errors import CatalogError
from zoo.training.checkpoint import read_tensors

PLUGINS = Path(__file__).parent.parent / "tests" / "plugins"
BACKBONE = "tiny_a"
SETTINGS = [
    "--plugins", str(PLUGINS), "--limit", "150", "--min-per-class", "3", "--weights", "random",
    "--image-size", "32", "--batch-size", "16", "--epochs-frozen", "2", "--epochs-unfrozen", "30",
    "--save-every", "0", "--device", "cpu", "--resume",
]  # fmt: skip


def start(zoo: Path) -> subprocess.Popen[bytes]:
    """A training in a process of its own."""
    command = [sys.executable, "-m", "zoo.cli", "train", BACKBONE, "--runs", str(zoo), *SETTINGS]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finish(process: subprocess.Popen[bytes]) -> None:
    """Wait for a training that nothing interrupts."""
    _, said = process.communicate()
    if process.returncode:
        sys.exit(said.decode()[-2000:])


def opened(zoo: Path) -> list[str]:
    """The runs that users can open now; a half-made one must never be among them."""
    try:
        found = open_zoo(zoo, [PLUGINS])
    except CatalogError as error:
        if "is missing" in str(error):
            return []
        raise
    if found.problems:
        sys.exit(f"a half-made run was found: {found.problems[0].error}")
    return sorted(found.runs)


def same(a: Path, b: Path) -> bool:
    """Whether two runs have the same weights, bit by bit."""
    first, second = (read_tensors(zoo / BACKBONE / "model.safetensors")[0] for zoo in (a, b))
    return first.keys() == second.keys() and all(
        torch.equal(tensor, second[name]) for name, tensor in first.items()
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    generator = random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as folder:
        whole, killed = Path(folder) / "whole", Path(folder) / "killed"
        begun = time.monotonic()
        finish(start(whole))
        duration = time.monotonic() - begun
        print(f"uninterrupted: {duration:.1f} s", flush=True)
        kills = trainings = 0
        while kills < asked.kills:
            process = start(killed)
            try:
                process.wait(generator.uniform(0, duration))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                kills += 1
                if opened(killed) and (killed / f".{BACKBONE}.partial").exists():
                    sys.exit("a run was published and unfinished at once")
                continue
            trainings += 1
            check(whole, killed)
        finish(start(killed))
        trainings += 1
        check(whole, killed)
    print(f"{kills} kills, {trainings} trainings finished: all with the uninterrupted weights")


def check(whole: Path, killed: Path) -> None:
    """Compare a finished training with the uninterrupted one, and clear it away."""
    if opened(killed) != [BACKBONE] or not same(whole, killed):
        sys.exit("a resumed training ended with other weights")
    shutil.rmtree(killed)


if __name__ == "__main__":
    main()
