"""Items of a catalogue through a trained network, by the first runtime that is accepted."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np

from zoo import devices
from zoo.errors import RunError
from zoo.features.accepted import CHECKED, Work, accepted_runtimes
from zoo.features.encoder import Encoder
from zoo.features.extract import extract
from zoo.features.pixels import PixelSource, spread_rows
from zoo.progress import Progress
from zoo.runs import Run
from zoo.training.settings import Settings


def embed_rows(
    run: Run, rows: np.ndarray, folder: Path, progress: Progress, runtime: str
) -> dict[str, Any]:
    """Embed those rows of the run's catalogue into files of `folder`; returns the facts of it.

    The first runtime that does not fail embeds them all; the shards of one that did are kept.
    """
    settings = Settings.from_dict(run.facts["settings"])
    device = "cpu" if runtime == "openvino" else settings.device  # whatever trained it
    compute = devices.choose(device, settings.precision)
    paths, boxes = run.catalog.paths(), run.catalog.boxes()
    digests = run.catalog.table["sha256"].tolist()
    source = PixelSource(
        [paths[row] for row in rows],
        run.transform,
        cache_bytes=0,
        boxes=[boxes[row] for row in rows],
        digests=[digests[row] for row in rows],
        processes=compute.decoding_processes,
    )
    ((_, pixels),) = source.batches([spread_rows(len(rows), CHECKED)])
    work = Work(run.load_model(), run.transform, compute, len(rows), pixels)
    title = f"{run.name}: embeddings"
    failure: RuntimeError | None = None
    for chosen, facts in accepted_runtimes(runtime, work, progress.say):
        encoder = Encoder(chosen, len(run.catalog.singles))
        try:
            rate = extract(encoder, source, len(rows), folder, progress, title)
        except RuntimeError as error:
            failure = error
            progress.say(f"{chosen.name} in {chosen.precision} failed: {error}")
            continue
        finished = datetime.now(timezone.utc).isoformat(timespec="seconds")
        return {
            "images_per_s": rate, **facts, "device": compute.device.type, "finished": finished
        }  # fmt: skip
    raise RunError(f"{title}: every runtime failed; the last: {failure}") from failure
