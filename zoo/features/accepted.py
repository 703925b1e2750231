"""Which runtime embeds a catalogue: the fastest there is whose embeddings are torch's in fp32."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from zoo.devices import Compute
from zoo.errors import RunError, ZooError, unknown
from zoo.features import openvino_runtime
from zoo.features.compiled_runtime import CompiledRuntime
from zoo.features.runtime import Runtime, TorchRuntime

if TYPE_CHECKING:
    from torch import nn

    from zoo.backbones import Transform

RUNTIMES = ("auto", "torch", "compiled", "openvino")
WORTH_CONVERTING = 30_000_000  # pixels from which OpenVINO earns back the seconds of conversion
# The same for torch's compiled forward, by device; elsewhere it is not tried by itself.
WORTH_COMPILING = {"cpu": 1_000_000_000, "cuda": 20_000_000_000}
FORCED = ("compiled", "openvino")  # asked for by name, nothing else will do
CHECKED = 64  # real pictures that a runtime is checked on
NEIGHBOURS = 10
LEAST_COSINE, LEAST_OVERLAP = 0.999, 0.95


@dataclass(frozen=True)
class Agreement:
    """How near embeddings are to those of torch in fp32."""

    cosine: float  # mean over the pictures
    overlap: float  # mean share of equal neighbours among the first ten
    pictures: int

    @property
    def enough(self) -> bool:
        """Whether a runtime that agrees so far is accepted."""
        return self.cosine >= LEAST_COSINE and self.overlap >= LEAST_OVERLAP


@dataclass(frozen=True)
class Workload:
    """What is to be embedded, with what."""

    module: nn.Module
    transform: Transform
    compute: Compute
    items: int
    sample: np.ndarray  # (n, S, S, 3) uint8, real pictures of the catalogue


def check_name(runtime: str, device: str) -> None:
    """ZooError for a runtime that is unknown, not installed, or not for that device."""
    if runtime not in RUNTIMES:
        raise ZooError(unknown("runtime", runtime, RUNTIMES))
    if runtime == "openvino" and device not in ("auto", "cpu"):
        raise ZooError(f"runtime 'openvino' runs on the cpu, not on {device}; leave one out")
    if runtime == "openvino" and not openvino_runtime.installed():
        raise ZooError(
            "runtime 'openvino' is not installed; pip install 'fashion-model-zoo[openvino]'"
        )


def accepted_runtimes(
    wanted: str, work: Workload, say: Callable[[str], None]
) -> Iterator[tuple[Runtime, dict[str, Any]]]:
    """The runtimes to try, fastest first, each with what is to be recorded of it.

    Whoever fails with one goes on with the next; the last is torch in fp32. RunError when the
    runtime that was asked for by name does not agree with torch.
    """
    exact = TorchRuntime(work.module, work.transform, Compute(work.compute.device, "fp32"))
    truth: np.ndarray | None = None
    for make in _makers(wanted, work):
        truth = _embeddings(exact, work.sample) if truth is None else truth
        try:
            runtime = make()
            found = _embeddings(runtime, work.sample)
        except RuntimeError as error:
            if wanted in FORCED:
                raise RunError(f"{error}; leave --runtime out") from error
            say(f"{error}: torch embeds")
            continue
        agreement = agreement_of(found, truth)
        if agreement.enough:
            yield runtime, {**_facts(runtime), "agreement": asdict(agreement)}
            continue
        said = (
            f"{runtime.name} in {runtime.precision} differs from torch in fp32 on "
            f"{agreement.pictures} pictures (mean cosine {agreement.cosine:.4f}, of the first ten "
            f"neighbours {agreement.overlap:.3f} are equal)"
        )
        if wanted in FORCED and wanted == runtime.name:
            raise RunError(f"{said}; leave --runtime out")
        say(f"{said}: not used")
    yield exact, _facts(exact)


def _makers(wanted: str, work: Workload) -> Iterator[Callable[[], Runtime]]:
    """How to make each runtime that has to be checked, fastest first."""
    precision = work.compute.precision
    if wanted == "openvino" or (wanted == "auto" and _pays_to_convert(work)):
        yield lambda: openvino_runtime.OpenVinoRuntime(work.module, work.transform, precision)
    elif wanted == "compiled" or (wanted == "auto" and _pays_to_compile(work)):
        yield lambda: CompiledRuntime(work.module, work.transform, work.compute)
    if precision != "fp32":
        yield lambda: TorchRuntime(work.module, work.transform, work.compute)


def _pays_to_compile(work: Workload) -> bool:
    worth = WORTH_COMPILING.get(work.compute.device.type, math.inf)
    return work.items * work.transform.size**2 >= worth


def _pays_to_convert(work: Workload) -> bool:
    return (
        work.items * work.transform.size**2 >= WORTH_CONVERTING
        and work.compute.device.type == "cpu"
        and openvino_runtime.installed()
    )


def _facts(runtime: Runtime) -> dict[str, Any]:
    return {"runtime": runtime.name, "precision": runtime.precision}


def _embeddings(runtime: Runtime, pixels: np.ndarray) -> np.ndarray:
    return torch.nn.functional.normalize(runtime(pixels)[0], dim=1).numpy()


def agreement_of(found: np.ndarray, truth: np.ndarray) -> Agreement:
    """Compare unit embeddings (n, D) of the same n pictures."""
    count = min(NEIGHBOURS, len(truth) - 1)
    overlap = 1.0
    if count:
        nearest, true = (_neighbours(e, count) for e in (found, truth))
        shares = [len(set(a) & set(b)) / count for a, b in zip(nearest, true, strict=True)]
        overlap = float(np.mean(shares))
    cosine = float((found * truth).sum(axis=1).mean())
    return Agreement(cosine, overlap, len(truth))


def _neighbours(embeddings: np.ndarray, count: int) -> list[list[int]]:
    cosines = embeddings @ embeddings.T
    np.fill_diagonal(cosines, -np.inf)
    rows: list[list[int]] = np.argsort(-cosines, axis=1, kind="stable")[:, :count].tolist()
    return rows
