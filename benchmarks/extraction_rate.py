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
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from machine import made_on

from zoo import devices
from zoo.backbones import Backbone, Transform
from zoo.devices import Compute
from zoo.features import openvino_runtime
from zoo.features.compiled_runtime import CompiledRuntime
from zoo.features.openvino_runtime import OpenVinoRuntime
from zoo.features.pixels import PixelSource, in_batches
from zoo.features.runtime import Normalised, Runtime, TorchRuntime
from zoo.pictures import EXTENSIONS
from zoo.plugins import load_plugins

RUNTIMES = ("torch", "compiled", "openvino")
WARM = 2  # batches before the clock runs
PEER = Path(__file__).parent / "peer_deepimagesearch.py"
PEER_NETWORKS = ("inception_v3", "resnet50", "vgg16", "xception")
PEER_WARM = 64  # pictures: one of its batches


def rate(pictures: int, work: Callable[[], object]) -> float:
    """Pictures a second."""
    begun = time.perf_counter()
    work()
    return pictures / (time.perf_counter() - begun)


def forwards(
    network: torch.nn.Module, batches: list[torch.Tensor], compute: Compute
) -> Callable[[], None]:
    """Work that puts batches through a network and waits until all are done."""

    def work() -> None:
        with torch.inference_mode(), compute.autocast():
            for batch in batches:
                network(batch)
        if compute.device.type == "cuda":
            torch.cuda.synchronize()

    return work


def plain_timm(
    network: torch.nn.Module, transform: Transform, pixels: np.ndarray, device: torch.device
) -> float:
    """What a script without any care reaches: fp32, memory as it comes."""
    network = network.to(device).to(memory_format=torch.contiguous_format).eval()
    batches = [
        transform.normalize(torch.from_numpy(pixels[rows]).to(device)).contiguous()
        for rows in in_batches(np.arange(len(pixels)), 32)
    ]
    compute = Compute(device, "fp32")
    forwards(network, batches[:WARM], compute)()
    return rate(len(pixels), forwards(network, batches, compute))


def bare(
    runtime: Runtime,
    network: torch.nn.Module,
    pixels: np.ndarray,
    transform: Transform,
    on: Compute,
) -> float:
    """The forward alone, in full batches."""
    whole = pixels[: max(1, len(pixels) // runtime.batch) * runtime.batch]
    cuts = in_batches(np.arange(len(whole)), runtime.batch)
    if not isinstance(runtime, TorchRuntime):
        batches = [whole[rows] for rows in cuts]
        for _ in runtime.stream(batches[:WARM]):
            pass
        return rate(len(whole), lambda: [len(outputs) for outputs in runtime.stream(batches)])
    forward = Normalised(network, transform).eval()
    if isinstance(runtime, CompiledRuntime):
        forward.compile(dynamic=False)
    there = [torch.from_numpy(whole[rows]).to(on.device) for rows in cuts]
    forwards(forward, there[:WARM], on)()
    return rate(len(whole), forwards(forward, there, on))


def decoding(paths: list[Path], transform: Transform, batch: int, on: Compute) -> float:
    """Files to pixels alone."""
    source = PixelSource(paths, transform, cache_bytes=0, processes=on.decoding_processes)
    batches = in_batches(np.arange(len(paths)), batch)
    return rate(len(paths), lambda: [len(rows) for rows, _ in source.batches(batches)])


def from_files(runtime: Runtime, paths: list[Path], transform: Transform, on: Compute) -> float:
    """The zoo's way: decoding ahead, forward behind it."""
    source = PixelSource(paths, transform, cache_bytes=0, processes=on.decoding_processes)
    batches = in_batches(np.arange(len(paths)), runtime.batch)
    pixels = (pixels for _, pixels in source.batches(batches))
    return rate(len(paths), lambda: [len(outputs) for outputs in runtime.stream(pixels)])


def runtimes(
    network: torch.nn.Module, transform: Transform, compute: Compute, names: list[str]
) -> Iterator[Callable[[], Runtime]]:
    """How to make each of the named runtimes that is there."""
    if "torch" in names:
        yield lambda: TorchRuntime(network, transform, compute)
    if "compiled" in names:
        yield lambda: CompiledRuntime(network, transform, compute)
    if "openvino" in names and compute.device.type == "cpu" and openvino_runtime.installed():
        yield lambda: OpenVinoRuntime(network, transform, compute.precision)


def lines(
    backbone: Backbone, paths: list[Path], compute: Compute, names: list[str]
) -> Iterator[str]:
    """The rows of one backbone."""
    torch.manual_seed(0)
    network, transform = backbone.network(), backbone.transform()
    source = PixelSource(paths, transform)
    ((_, pixels),) = source.batches([np.arange(len(paths))])
    some = pixels[: max(32, len(pixels) // 4)]
    plain = plain_timm(network, transform, some, compute.device)
    for make in runtimes(network, transform, compute, names):
        begun = time.perf_counter()
        runtime = make()
        ready = time.perf_counter() - begun
        alone = bare(runtime, network, pixels, transform, compute)
        files = decoding(paths, transform, runtime.batch, compute)
        whole = from_files(runtime, paths, transform, compute)
        yield (
            f"| {backbone.name} {transform.size} px | {runtime.name} {runtime.precision} | "
            f"{ready:.1f} | {plain:.0f} | {alone:.0f} | {files:.0f} | {whole:.0f} | "
            f"{whole / min(alone, files):.2f} | {whole / plain:.1f} |"
        )


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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="A folder of pictures.")
    parser.add_argument("--limit", type=int, default=384)
    parser.add_argument("--backbone", action="append", default=[])
    parser.add_argument("--runtime", action="append", default=[], help="Left out: all there are.")
    parser.add_argument("--peer-python", type=Path, help="A Python that has DeepImageSearch.")
    asked = parser.parse_args()
    found = sorted(p for p in asked.data.rglob("*") if p.suffix.lower() in EXTENSIONS)
    compute = devices.choose()
    print(
        "| backbone | runtime | ready after s | plain timm fp32, forward | forward | decoding | "
        "files to embeddings | of the slower of both | times plain timm |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for backbone in load_plugins().select(asked.backbone):
        for line in lines(backbone, found[: asked.limit], compute, asked.runtime or list(RUNTIMES)):
            print(line, flush=True)
    if asked.peer_python:
        networks = [n for n in PEER_NETWORKS if n in asked.backbone] or list(PEER_NETWORKS)
        answers = peer_answers(asked.peer_python, found[: asked.limit], networks)
        for line in peer_lines(answers):
            print(line, flush=True)
    print(f"\n{made_on()}")


if __name__ == "__main__":
    main()
