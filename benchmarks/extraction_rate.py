"""From files to embeddings against the bare forward, per backbone and runtime, in one process.

Every backbone at its own picture size with random weights, which cost what trained ones do. The
bare forward has its pictures in memory, on a GPU in the GPU's own; decoding is files to pixels with
no network behind it. The slower of the two is as fast as a pipeline can be. With
`--peer-python`, DeepImageSearch embeds the same pictures, in a process of that Python, whose
environment has what peers_extraction.txt lists: from files to vectors as its users get it, every
network at 224 px in fp32.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from zoo.plugins import load_plugins

PEER = Path(__file__).parent / "peer_deepimagesearch.py"
PEER_NETWORKS = ("inception_v3", "resnet50", "vgg16", "xception")
PEER_WARM = 64  # pictures: one of its batches


def peer_answers(python: Path, paths: list[Path], networks: list[str]) -> Iterator[dict[str, Any]]:
    """What the peer's process says, line by line: its versions, then each network."""
    asked = {"pictures": [str(p) for p in paths], "networks": networks, "warm": PEER_WARM}
    with subprocess.Popen(
        [python, PEER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(asked))
        process.stdin.close()
        yield from map(json.loads, process.stdout)
    if process.returncode:
        sys.exit(f"{python} did not run {PEER.name}; its environment needs peers_extraction.txt")


def peer_lines(answers: Iterator[dict[str, Any]]) -> Iterator[str]:
    """The rows of the peer, then what it ran with."""
    versions = next(answers)["versions"]
    name = f"DeepImageSearch {versions['DeepImageSearch']} fp32"
    for said in answers:
        if "error" in said:
            print(f"{said['network']}: {said['error']}", file=sys.stderr, flush=True)
            yield f"| {said['network']} | {name} | | | | | failed | | |"
            continue
        yield (
            f"| {said['network']} {said['size']} px | {name} | {said['ready_s']:.1f} | | | | "
            f"{said['images_per_s']:.1f} | | |"
        )
    yield "\n- beside it: " + ", ".join(f"{n} {version}" for n, version in versions.items())


def main() -> None:
    # Here, or the processes that decode in front of a GPU would import torch, as zoo's do not.
    from extraction import RUNTIMES, lines
    from machine import made_on, pictures_of

    from zoo import devices

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="A folder of pictures.")
    parser.add_argument("--limit", type=int, default=384)
    parser.add_argument("--rounds", type=int, default=1, help="Each file so many times.")
    parser.add_argument("--backbone", action="append", default=[])
    parser.add_argument("--runtime", action="append", default=[], help="Left out: all there are.")
    parser.add_argument("--peer-python", type=Path, help="A Python that has DeepImageSearch.")
    asked = parser.parse_args()
    found = pictures_of(asked.data)
    compute = devices.choose()
    print(
        "| backbone | runtime | ready after s | plain timm fp32, forward | forward | decoding | "
        "files to embeddings | of the slower of both | times plain timm |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for backbone in load_plugins().select(asked.backbone):
        names = asked.runtime or list(RUNTIMES)
        for line in lines(backbone, found[: asked.limit], asked.rounds, compute, names):
            print(line, flush=True)
    if asked.peer_python:
        networks = [n for n in PEER_NETWORKS if n in asked.backbone] or list(PEER_NETWORKS)
        answers = peer_answers(asked.peer_python, found[: asked.limit], networks)
        for line in peer_lines(answers):
            print(line, flush=True)
    print(f"\n{made_on()}")


if __name__ == "__main__":
    main()
