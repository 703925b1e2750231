"""What each query scored, kept so that two backbones can be compared query by query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from zoo.files import UNREADABLE, written_whole

FOLDER = "per_query"  # in the zoo directory; what is missing there is measured again
PIXELS = "pixels-baseline"  # no name of a backbone has a dash
METRIC, ATTRIBUTE = "metric/", "attribute/"
SCORES, CATALOG = "scores", "catalog"  # what they belong to, beside them


@dataclass(frozen=True)
class PerQuery:
    """Scores of q queries by the item asked for; NaN where a metric does not apply to one."""

    items: np.ndarray  # (q,) ids of the catalogue's items
    metrics: Mapping[str, np.ndarray]  # each (q,)
    attributes: Mapping[str, np.ndarray]  # share of equal ones over the first five, each (q,)
    catalog: str = ""  # fingerprint of the one it was measured on; "" where that was not kept

    def on(self, catalog: str) -> PerQuery:
        """The same, measured on the catalogue of this fingerprint."""
        return replace(self, catalog=catalog)

    def values(self, name: str) -> np.ndarray:
        """(q,) of a metric or an attribute; KeyError for any other name."""
        return self.metrics[name] if name in self.metrics else self.attributes[name]


def keep(zoo: Path, name: str, scores: str, measured: PerQuery) -> None:
    """Write it for a later `kept`; `scores` is what tells the scores that it belongs to."""
    arrays = {METRIC + key: values for key, values in measured.metrics.items()}
    arrays |= {ATTRIBUTE + key: values for key, values in measured.attributes.items()}
    place = zoo / FOLDER / f"{name}.npz"
    arrays |= {SCORES: np.array(scores), CATALOG: np.array(measured.catalog)}
    with written_whole(place, parents=False) as path, path.open("wb") as file:
        np.savez_compressed(file, items=measured.items, **arrays)  # type: ignore[arg-type]


def kept(zoo: Path, name: str, scores: str) -> PerQuery | None:
    """What was kept for these scores; None when there is nothing, or that of other scores."""
    try:
        with np.load(zoo / FOLDER / f"{name}.npz", allow_pickle=False) as data:
            arrays = dict(data)
    except UNREADABLE:  # measured again
        return None
    if str(arrays.get(SCORES)) != scores or "items" not in arrays:
        return None
    catalog = str(arrays.get(CATALOG, ""))
    return PerQuery(arrays["items"], _named(arrays, METRIC), _named(arrays, ATTRIBUTE), catalog)


def _named(arrays: Mapping[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}
