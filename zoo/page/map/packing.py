"""Maps and classes as the page's script takes them: small numbers in base64."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from zoo.catalog.catalog import UNKNOWN, Catalog
from zoo.mapping.classes import colouring
from zoo.mapping.maps import Map
from zoo.page.language import _
from zoo.page.map.colours import OTHER, class_colours
from zoo.runs import Run

FINEST = 65535  # steps along each side of a map; also the code of an unknown label
MARGIN = 0.03  # of the side, left free around the items


def packed(numbers: np.ndarray) -> str:
    """Numbers as base64 of little-endian uint16."""
    return base64.b64encode(np.ascontiguousarray(numbers, dtype="<u2").tobytes()).decode()


def packed_places(places: np.ndarray) -> str:
    """(N, 2) places as steps within a square, the same along both sides."""
    low, high = places.min(axis=0), places.max(axis=0)
    side = max(float((high - low).max()), 1e-9) / (1 - 2 * MARGIN)
    shares = (places - (low + high) / 2) / side + 0.5
    return packed(np.round(shares * FINEST))


def map_facts(run: Run, made: Map | None, places: np.ndarray | None) -> dict[str, Any]:
    """One map for the script; without places where it has not been made."""
    facts = {
        "catalog": run.catalog.fingerprint(),
        "name": run.name,
        "title": run.backbone.title,
        "items": len(run.embeddings),
    }
    if made is None or places is None:
        return facts
    return {**facts, "places": packed_places(places), "note": note(made.facts)}


def note(facts: dict[str, Any]) -> str:
    """How the map was made, honestly."""
    items, landmarks = int(facts["items"]), int(facts["landmarks"])
    if landmarks == items:
        return _("t-SNE of all {n} items").format(n=f"{items:,}")
    return _(
        "t-SNE of {n} items drawn at random; the other {rest} are placed among their nearest of "
        "these"
    ).format(n=f"{landmarks:,}", rest=f"{items - landmarks:,}")


def class_facts(catalog: Catalog, attribute: str) -> dict[str, Any]:
    """The classes of an attribute for the script."""
    found = colouring(catalog, attribute)
    codes = np.where(found.codes == UNKNOWN, FINEST, found.codes)
    return {
        "catalog": catalog.fingerprint(),
        "attribute": attribute,
        "names": found.names,
        "counts": found.counts,
        "colours": class_colours(found.names),
        "other": OTHER,
        "unknown": found.unknown,
        "codes": packed(codes),
    }
