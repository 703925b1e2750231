"""A Hugging Face dataset: as `save_to_disk` writes it, or the Parquet files of a hub repository.

Pictures are bytes in either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import pandas as pd

from zoo.catalog.listing import Finding, Listing
from zoo.catalog.readers.csv_columns import RESERVED, TITLE_NAMES, unfit_columns, without_unknown
from zoo.catalog.readers.entries import catalogue_name
from zoo.catalog.readers.hf_pictures import picture_paths, unpack
from zoo.catalog.readers.parquet_rows import plain_texts
from zoo.catalog.splits import SPLIT_NAMES
from zoo.errors import CatalogError, one_line

EXTRA = "fashion-model-zoo[datasets]"
HUB_FILE = re.compile(r"(\w+)-\d{5}-of-\d{5}(-[0-9a-f]+)?\.parquet")  # train-00000-of-00002


class HfDataset:
    """Columns of class labels and of repeating texts are attributes, lists of labels multi ones."""

    name = "datasets"
    layout = (
        "a folder that the package datasets saved (dataset_dict.json, or state.json), "
        "or of its hub (data/train-00000-of-00001.parquet)"
    )

    def recognises(self, path: Path) -> bool:
        """Whether the files that describe a saved dataset are there."""
        alone = all((path / name).is_file() for name in ("state.json", "dataset_info.json"))
        return alone or (path / "dataset_dict.json").is_file() or bool(_hub_files(path))

    def read(self, path: Path) -> Listing:
        """A row for each picture; the first two single attributes are the key."""
        findings = _missing_files(path)
        parts = _parts(path)
        column = _image_column(path, next(iter(parts.values())).features)
        frames = [_frame(path, parts[split], split, column) for split in parts]
        rows = pd.concat(frames, ignore_index=True)
        empty = rows["path"].isna()
        findings += [
            Finding("row without picture", i, "neither bytes nor a file in the dataset")
            for i in rows["item_id"][empty]
        ]
        rows = rows[~empty].reset_index(drop=True)
        labels, names, multis = _labels(parts, column, rows, findings)
        fixed = [c for c in ("item_id", "path", "title", "split") if c in rows]
        return Listing(
            name=catalogue_name(path),
            reader=self.name,
            source=path,
            root=path,
            attributes=names,
            key=(),
            rows=rows[fixed].join(labels),
            multis=multis,
            unpack=partial(unpack, path, list(parts.values()), column),
            findings=tuple(findings),
        )


def _parts(path: Path) -> dict[str | None, Any]:
    """The parts of the dataset by our name of their split; None for one that is not split."""
    try:
        import datasets
    except ImportError as error:
        raise CatalogError(
            f"{path}: reading a saved dataset needs the package datasets: pip install '{EXTRA}'"
        ) from error
    hub = _hub_files(path)
    try:
        if hub:  # datasets keeps an Arrow copy of them in its cache
            loaded = {split: datasets.Dataset.from_parquet(files) for split, files in hub.items()}
        else:
            loaded = datasets.load_from_disk(str(path))
    except Exception as error:  # it raises many types on damaged files
        raise CatalogError(f"{path}: the dataset cannot be opened: {one_line(error)}") from error
    if not isinstance(loaded, dict):
        return {None: loaded}
    strange = [name for name in loaded if name.lower() not in SPLIT_NAMES]
    if strange or not loaded:
        raise CatalogError(
            f"{path}: unknown split {', '.join(map(repr, strange)) or 'none'}; "
            f"known: {', '.join(SPLIT_NAMES)}"
        )
    _require_one_each(path, list(loaded))
    return {SPLIT_NAMES[name.lower()]: part for name, part in loaded.items()}


def _require_one_each(path: Path, names: Sequence[str]) -> None:
    """CatalogError when two parts are of one split."""
    for one, other in combinations(names, 2):
        split = SPLIT_NAMES[one.lower()]
        if split == SPLIT_NAMES[other.lower()]:
            raise CatalogError(f"{path}: {one!r} and {other!r} are both {split}; join them")


def _missing_files(path: Path) -> list[Finding]:
    """A finding for each split of a hub repository that not all files are there of."""
    counts = {
        split: (len(files), max(int(file.rpartition("-of-")[2][:5]) for file in files))
        for split, files in _hub_files(path).items()
    }
    return [
        Finding("files not there", split, f"{there} of {count} Parquet files")
        for split, (there, count) in counts.items()
        if there < count
    ]


def _hub_files(path: Path) -> dict[str, list[str]]:
    """The Parquet files of a hub repository by the split in their names, in order."""
    files: dict[str, list[str]] = {}
    for folder in (path, path / "data"):
        for file in sorted(folder.glob("*-of-*.parquet")):
            match = HUB_FILE.fullmatch(file.name)
            if match:
                files.setdefault(match[1], []).append(str(file))
    return files


def _image_column(path: Path, features: Mapping[str, Any]) -> str:
    found = [name for name, kind in features.items() if type(kind).__name__ == "Image"]
    if len(found) != 1:
        raise CatalogError(
            f"{path}: expected one column of pictures, found {', '.join(found) or 'none'} "
            f"among {', '.join(features)}"
        )
    return found[0]


def _frame(root: Path, part: Any, split: str | None, column: str) -> pd.DataFrame:
    """item_id, path, split and the columns of plain texts and lists of one part."""
    others = [name for name in part.column_names if name != column]
    table = part.select_columns(others).with_format("arrow")[:] if others else None
    paths = picture_paths(root, part, column)
    ids = [f"{split or 'row'}-{row:08d}" for row in range(len(paths))]
    frame: pd.DataFrame = pd.DataFrame({"item_id": ids, "path": pd.Series(paths, dtype="str")})
    if split is not None:
        frame["split"] = split
    if table is None:
        return frame
    texts = plain_texts(table, [])
    for name in others:
        values = _labelled(part.features[name], table.column(name).to_pylist())
        frame[f"label:{name}"] = texts[name] if values is None and name in texts else values
    titles = [name for name in others if name.lower() in TITLE_NAMES and name in texts]
    if titles:
        frame["title"] = texts[titles[0]]
    return frame


def _labelled(kind: Any, values: list[Any]) -> pd.Series[Any] | None:
    """Class names, or lists of them, of a column of labels; None for any other column."""
    if hasattr(kind, "names"):
        names = [kind.names[v] if v is not None and v >= 0 else None for v in values]
        return pd.Series(names, dtype="str")
    inner = getattr(kind, "feature", None)
    if inner is None or not (hasattr(inner, "names") or getattr(inner, "dtype", "") == "string"):
        return None
    classes = getattr(inner, "names", None)
    lists = [
        None if v is None else list(dict.fromkeys(classes[i] if classes else i for i in v))
        for v in values
    ]
    return pd.Series(lists, dtype=object)


def _labels(
    parts: Mapping[str | None, Any], column: str, rows: pd.DataFrame, findings: list[Finding]
) -> tuple[pd.DataFrame, tuple[str, ...], frozenset[str]]:
    """The columns that may be attributes, those that are, and those of them with lists."""
    features = next(iter(parts.values())).features
    kept: dict[str, pd.Series[Any]] = {}
    names, multis = [], []
    for name, kind in features.items():
        if name == column or name.lower() in TITLE_NAMES:
            continue
        values = rows[f"label:{name}"]
        if name in RESERVED or values.isna().all():
            reason = "the name is reserved" if name in RESERVED else f"its type is {kind}"
            findings.append(Finding("column not used as an attribute", name, reason))
            continue
        if values.dtype == object and values.map(lambda v: isinstance(v, list)).any():
            multis.append(name)
        elif not hasattr(kind, "names"):
            texts = without_unknown(values.fillna("").to_frame(name))
            kept[name] = texts[name]
            unfit = unfit_columns(texts)
            findings += unfit
            if unfit:
                continue
        kept.setdefault(name, values)
        names.append(name)
    return pd.DataFrame(kept, index=rows.index), tuple(names), frozenset(multis)
