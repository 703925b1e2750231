"""What a backbone says of pictures, as numpy arrays in one file that any numpy opens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zoo.catalog import Catalog
from zoo.errors import ZooError
from zoo.files import written_whole
from zoo.plurals import numbered

if TYPE_CHECKING:
    from zoo.features.encoder import Features
    from zoo.runs import Run


def require_npz(path: Path) -> None:
    """ZooError for a file whose name says that it is of another kind."""
    if path.suffix.lower() != ".npz":
        raise ZooError(f"{path}: arrays are an .npz file; name it {path.with_suffix('.npz')}")


def write_vectors(run: Run, path: Path) -> dict[str, Any]:
    """The fashion vectors of the catalogue: a row an item, in the catalogue's order.

    item_id, path and split (N,) text; `class/<attribute>` (N,) int32 and
    `confidence/<attribute>` (N,) float32 of the predicted class; `label/<attribute>` (N,) int64,
    the catalogue's own, -1 where unknown; `names/<attribute>` (C,) text; backbone. Of a multi
    attribute `chance/<attribute>` (N, C) float16, and the label is (N, C) int8.
    """
    table = run.catalog.table
    arrays = {
        "backbone": np.array(run.name),
        "item_id": _texts(table["item_id"]),
        "path": _texts([str(p) for p in run.catalog.paths()]),
        "split": _texts(table["split"]),
        **predicted_arrays(run.predictions, run.catalog),
        **{f"label/{a.name}": run.catalog.codes(a.name) for a in run.catalog.singles},
        **{f"label/{a.name}": run.catalog.multi_labels(a.name) for a in run.catalog.multis},
    }
    write_arrays(path, arrays)
    names = [a.name for a in run.catalog.attributes]
    return {"backbone": run.name, "file": str(path), "items": len(table), "attributes": names}


def write_features(run: Run, paths: Sequence[str], features: Features, path: Path) -> None:
    """Features of other pictures: embedding (n, D) float32 unit rows, path (n,) text, backbone;
    class/, confidence/ and names/ as in `write_vectors`."""
    arrays = {
        "backbone": np.array(run.name),
        "path": _texts(paths),
        "embedding": features.embeddings,
        **predicted_arrays(features, run.catalog),
    }
    write_arrays(path, arrays)


def predicted_arrays(features: Features, catalog: Catalog) -> dict[str, np.ndarray]:
    """Per attribute the predicted class, its confidence, and the names of the classes."""
    arrays: dict[str, np.ndarray] = {}
    for attribute, chances in zip(catalog.multis, features.multis, strict=True):
        arrays[f"chance/{attribute.name}"] = chances
        arrays[f"names/{attribute.name}"] = _texts(attribute.classes)
    for column, attribute in enumerate(catalog.singles):
        arrays[f"class/{attribute.name}"] = features.best[:, column]
        arrays[f"confidence/{attribute.name}"] = features.confidence[:, column]
        arrays[f"names/{attribute.name}"] = _texts(attribute.classes)
    return arrays


def write_arrays(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write an .npz whole; arrays of objects, which would be pickled, are refused."""
    with written_whole(path) as partial, partial.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def _texts(values: Sequence[str] | Any) -> np.ndarray:
    return np.array([str(value) for value in values], dtype=np.str_)


def vectors_text(report: dict[str, Any]) -> str:
    """What was written."""
    attributes = ", ".join(report["attributes"])
    items = numbered(report["items"], "item")
    return f"wrote {report['file']}: {items} of {report['backbone']}: {attributes}"


def features_text(report: dict[str, Any]) -> str:
    """What was written; skipped pictures are told apart."""
    pictures = numbered(report["pictures"], "picture")
    return (
        f"wrote {report['file']}: {pictures} of {report['backbone']}, "
        f"{report['dimension']} numbers each; {len(report['skipped'])} skipped"
    )
