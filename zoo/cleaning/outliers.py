"""Items that lie far from their class in a trained backbone's embeddings."""

from __future__ import annotations

import numpy as np

from zoo.catalog import Catalog
from zoo.catalog.listing import Finding
from zoo.cleaning.section import Card, Section
from zoo.progress import Progress
from zoo.search.exact import similarities

NEIGHBOURS = 10
FENCE = 3.0  # interquartile ranges below the first quartile: Tukey's "far out" (1977)
BLOCK = 512  # rows compared with their class at a time


def outliers(
    catalog: Catalog, embeddings: np.ndarray, rows: np.ndarray, progress: Progress
) -> Section:
    """Those of `rows` far from their class of the key's first attribute, farthest first.

    embeddings (N, D) unit rows of the catalogue; classes with fewer than 12 items have none.
    """
    name = catalog.key[0]
    codes = np.full(len(catalog), -1, dtype=np.int64)
    codes[rows] = catalog.codes(name)[rows]
    closeness = class_closeness(embeddings, codes, progress)
    far = sorted(far_out(closeness, codes), key=lambda row: float(closeness[row]))
    labels, ids = catalog.table[name], catalog.table["item_id"]
    details = [f"{name} {labels.iat[r]}: mean cosine {closeness[r]:.3f}" for r in far]
    return Section(
        f"Far from their class ({name})",
        f"The mean cosine to the {NEIGHBOURS} nearest items of the same class is far below what "
        "the class has: another label may be meant, or the picture is unusual.",
        [
            Finding("outlier of its class", str(ids.iat[row]), detail)
            for row, detail in zip(far, details, strict=True)
        ],
        [
            Card((catalog.path(int(row)),), (f"{ids.iat[row]}: {detail}",))
            for row, detail in zip(far, details, strict=True)
        ],
    )


def class_closeness(embeddings: np.ndarray, codes: np.ndarray, progress: Progress) -> np.ndarray:
    """Mean cosine of each item to its nearest of the same class, (N,); NaN where too few.

    embeddings (N, D) unit rows; codes (N,), -1 for items to leave out.
    """
    closeness = np.full(len(codes), np.nan)
    with progress.stage("comparing items with their class", int((codes >= 0).sum())) as bar:
        for code in np.unique(codes[codes >= 0]):
            members = np.flatnonzero(codes == code)
            if len(members) >= NEIGHBOURS + 2:
                closeness[members] = _closeness(np.asarray(embeddings[members]))
            bar.advance(len(members))
    return closeness


def _closeness(members: np.ndarray) -> np.ndarray:
    means = []
    for start in range(0, len(members), BLOCK):
        cosines = similarities(members, members[start : start + BLOCK])  # (b, n)
        own = np.arange(len(cosines))
        cosines[own, start + own] = -np.inf
        nearest = np.partition(cosines, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS:]
        means.append(nearest.mean(axis=1))
    return np.concatenate(means)


def far_out(closeness: np.ndarray, codes: np.ndarray) -> set[int]:
    """Rows below the lower outer fence of their class."""
    far: set[int] = set()
    for code in np.unique(codes[~np.isnan(closeness)]):
        members = np.flatnonzero(codes == code)
        low, high = np.percentile(closeness[members], [25, 75])
        far |= set(members[closeness[members] < low - FENCE * (high - low)].tolist())
    return far
