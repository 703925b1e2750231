"""Where in a picture a trained backbone finds what it says of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image

from zoo.errors import ZooError, unknown
from zoo.features.forwards import in_few_threads
from zoo.features.saliency import Heat, grad_cam
from zoo.pictures import Box, decode
from zoo.runs import Run
from zoo.training.targets import head_attributes


@dataclass(frozen=True)
class Look:
    """What one backbone says of one attribute of a picture, and where it finds that."""

    predicted: str
    confidence: float  # softmax of a single attribute, sigmoid of a multi one
    heat: np.ndarray | None  # (S, S) within 0..1 of the network's input; None: it keeps no map
    places: int  # the side of the map before it was enlarged: what it can tell apart


def look(run: Run, data: bytes, attribute: str, box: Box | None = None) -> Look:
    """Where a backbone finds its likeliest class of an attribute in a picture file's contents.

    PictureError for an unusable picture, ZooError for an attribute that it has no head for.
    """
    heads = head_attributes(run.catalog)
    names = [head.name for head in heads]
    if attribute not in names:
        raise ZooError(unknown("attribute", attribute, names))
    place = names.index(attribute)
    picture = run.transform(decode(data, at_least=run.transform.resized, box=box))
    network, head = run.model.network_of(place)
    device = next((p.device for p in network.parameters()), torch.device("cpu"))
    heat = in_few_threads(grad_cam, network, head, picture[None].to(device))
    chances = _chances(heat, heads[place].kind == "multi")
    label, confidence = heads[place].classes[heat.target], float(chances[heat.target])
    return Look(label, confidence, heat.values, heat.places)


def _chances(heat: Heat, multi: bool) -> torch.Tensor:
    logits = torch.from_numpy(heat.logits)
    return logits.sigmoid() if multi else logits.softmax(dim=0)


def on_picture(heat: np.ndarray, run: Run, width: int, height: int) -> np.ndarray:
    """A heat map (S, S) laid over a picture, (height, width) within 0..1; 0 beyond the crop."""
    left, top, right, bottom = (round(edge) for edge in run.transform.kept(width, height))
    part = Image.fromarray(heat).resize((right - left, bottom - top), Image.Resampling.BILINEAR)
    whole = np.zeros((height, width), dtype=np.float32)
    whole[top:bottom, left:right] = np.asarray(part)
    return whole
