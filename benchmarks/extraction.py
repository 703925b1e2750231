"""What extraction_rate.py measures of the zoo: a backbone's forward, decoding, both together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch

from zoo.backbones import Backbone, Transform
from zoo.devices import Compute
from zoo.features import openvino_runtime
from zoo.features.compiled_runtime import CompiledRuntime
from zoo.features.decoding import PictureReader
from zoo.features.openvino_runtime import OpenVinoRuntime
from zoo.features.pixels import PixelSource, in_batches
from zoo.features.runtime import Normalised, Runtime, TorchRuntime

RUNTIMES = ("torch", "compiled", "openvino")
PLAIN_BATCH = 32
WARM = 2  # batches before the clock runs


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
    """What a script without any care reaches: fp32, memory as it comes; in full batches."""
    pixels = pixels[: max(1, len(pixels) // PLAIN_BATCH) * PLAIN_BATCH]
    network = network.to(device).to(memory_format=torch.contiguous_format).eval()
    batches = [
        transform.normalize(torch.from_numpy(pixels[rows]).to(device)).contiguous()
        for rows in in_batches(np.arange(len(pixels)), PLAIN_BATCH)
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


def _source(paths: list[Path], transform: Transform, on: Compute) -> PixelSource:
    return PixelSource(PictureReader(paths, transform), 0, on.decoding_processes, on.room)


def decoding(paths: list[Path], transform: Transform, batch: int, on: Compute) -> float:
    """Files to pixels alone."""
    source = _source(paths, transform, on)
    batches = in_batches(np.arange(len(paths)), batch)
    return rate(len(paths), lambda: [len(rows) for rows, _ in source.batches(batches)])


def from_files(runtime: Runtime, paths: list[Path], transform: Transform, on: Compute) -> float:
    """The zoo's way: decoding ahead, forward behind it."""
    source = _source(paths, transform, on)
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
    backbone: Backbone, paths: list[Path], rounds: int, compute: Compute, names: list[str]
) -> Iterator[str]:
    """The rows of one backbone, for files that are read so many times over."""
    torch.manual_seed(0)
    network, transform = backbone.network(), backbone.transform()
    source = PixelSource(PictureReader(paths, transform))
    ((_, pixels),) = source.batches([np.arange(len(paths))])
    plain = plain_timm(network, transform, pixels[: len(pixels) // 4], compute.device)
    for make in runtimes(network, transform, compute, names):
        begun = time.perf_counter()
        runtime = make()
        ready = time.perf_counter() - begun
        alone = bare(runtime, network, pixels, transform, compute)
        files = decoding(paths * rounds, transform, runtime.batch, compute)
        whole = from_files(runtime, paths * rounds, transform, compute)
        yield (
            f"| {backbone.name} {transform.size} px | {runtime.name} {runtime.precision} | "
            f"{ready:.1f} | {plain:.0f} | {alone:.0f} | {files:.0f} | {whole:.0f} | "
            f"{whole / min(alone, files):.2f} | {whole / plain:.1f} |"
        )
