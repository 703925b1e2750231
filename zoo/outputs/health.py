"""What this machine has, and whether the zoos on it are whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from huggingface_hub import constants

from zoo import devices
from zoo.compare import open_zoo
from zoo.errors import ZooError
from zoo.features import compiled_runtime, openvino_runtime
from zoo.pipeline import package_versions
from zoo.run_files import unfinished
from zoo.runs import verify
from zoo.weights import answers


def health_report(folder: Path, plugins: Sequence[Path]) -> dict[str, Any]:
    """Devices, packages, precision, hub, the zoos in `folder` (or itself) and their problems."""
    zoos, problems = [], list[str]()
    if not folder.is_dir():
        problems.append(f"{folder}: no such folder; name that of the zoos with --runs")
    for place in _zoos(folder):
        try:
            zoo = open_zoo(place, plugins)
        except ZooError as error:
            problems.append(str(error))
            continue
        zoos.append(
            {
                "folder": str(place),
                "items": len(zoo.catalog),
                "runs": sorted(zoo.runs),
                "unfinished": unfinished(place),
            }
        )
        problems += [f"{p.origin}: {p.error}" for p in zoo.problems]
        for run in zoo.runs.values():
            problems += verify(run)
    there = devices.available()
    return {
        "devices": there,
        "packages": package_versions(),
        "precision": {device: devices.best_precision(device) for device in there},
        "runtimes": _runtimes(),
        "hub": {"endpoint": constants.ENDPOINT, "answers": answers(constants.ENDPOINT)},
        "zoos": zoos,
        "problems": problems,
    }


def _runtimes() -> list[str]:
    """What can embed here; see zoo.features.accepted."""
    there = {"compiled": compiled_runtime.installed(), "openvino": openvino_runtime.installed()}
    return ["torch", *(name for name, is_there in there.items() if is_there)]


def _zoos(folder: Path) -> list[Path]:
    if (folder / "catalog.json").is_file():
        return [folder]
    # Folders with a dot are zoos on their way: an update that was killed, say.
    return sorted(path.parent for path in folder.glob("[!.]*/catalog.json"))
