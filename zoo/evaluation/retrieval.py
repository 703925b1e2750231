"""Retrieval metrics: queries are the test split, the database the rest, unless roles are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from zoo.catalog import Catalog
from zoo.catalog.near_duplicates import COSINE, pixel_embeddings
from zoo.evaluation.intervals import bootstrap_interval
from zoo.evaluation.per_query import PerQuery
from zoo.search.exact import similarities, top_rows

DEPTH = 10
MATCH_DEPTH = 5
RECALLS = (1, 5, 10)
IDENTITY_RECALLS = (1, 10, 20, 30, 40, 50)  # as published for DeepFashion's in-shop retrieval
BLOCK = 256  # queries a step
MOST_QUERIES = 20_000  # of a larger test split so many are drawn: each is compared with all items

Scorer = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Retrieval:
    """Means over queries, and 95 % bootstrap intervals of the same keys."""

    metrics: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    per_attribute: dict[str, float]  # share of equal attributes over the first five
    queries: int
    drawn_from: int  # the queries that there are; more than `queries` where some were drawn
    database: int
    near_duplicates: int  # pairs left out
    per_query: PerQuery = field(repr=False)


def evaluate_retrieval(
    catalog: Catalog,
    score: Scorer,
    queries: np.ndarray | None = None,
    database: np.ndarray | None = None,
) -> Retrieval:
    """Rank the database for each query by `score(query_rows, database_rows) -> (q, n)`.

    Queries and database are rows of the catalogue; left out, the test split, or MOST_QUERIES drawn
    from it, and the rest.

    Near-duplicates of the query are left out, unless the data itself says what is searched for in
    what: then that is the published protocol, and nothing is. Where products have identities,
    identity_recall@k counts queries with a picture of the same product among the first k.
    """
    every = catalog.query_rows() if queries is None else queries
    queries = _drawn(catalog, every) if queries is None else queries
    database = catalog.database_rows() if database is None else database
    products = identities(catalog)
    depth = DEPTH if products is None else max(IDENTITY_RECALLS)
    ranking = _ranked(catalog, score, queries, database, depth)
    metrics, shares = _scored(catalog, queries, ranking.first[:, :DEPTH], ranking.relevant)
    if products is not None:
        metrics |= identity_recalls(products, queries, ranking.first, database)
    items = catalog.table["item_id"].to_numpy(dtype=str)[queries]
    measured = PerQuery(items, metrics, shares)
    return _summary(measured, len(every), len(database), ranking.duplicates)


def _drawn(catalog: Catalog, queries: np.ndarray) -> np.ndarray:
    """As many of the queries as are asked, always the same; all where the data gives them."""
    if len(queries) <= MOST_QUERIES or "role" in catalog.table:
        return queries
    return np.sort(np.random.default_rng(0).choice(queries, MOST_QUERIES, replace=False))


class _Ranking(NamedTuple):
    first: np.ndarray  # (q, depth) rows of the catalogue, best first, -1 beyond the last
    relevant: np.ndarray  # (q,) items of the database that equal the query in the key
    duplicates: int  # pairs left out


def _ranked(
    catalog: Catalog, score: Scorer, queries: np.ndarray, database: np.ndarray, depth: int
) -> _Ranking:
    keys = catalog.label_matrix()[:, _key(catalog)]  # (N, keys)
    thumbs = pixel_embeddings(catalog.thumbnails())
    searched, searched_keys = thumbs[database], keys[database]
    first = np.full((len(queries), depth), -1, dtype=np.int64)
    relevant = np.zeros(len(queries), dtype=np.int64)
    duplicates = 0
    for start in range(0, len(queries), BLOCK):
        rows = queries[start : start + BLOCK]
        scores = score(rows, database)
        twins = similarities(searched, thumbs[rows]) >= COSINE  # (q, n)
        if "role" in catalog.table:
            twins[:] = False
        duplicates += int(twins.sum())
        scores = np.where(twins, -np.inf, scores)
        equal = (keys[rows][:, None] == searched_keys[None]).all(axis=2)  # (q, n)
        relevant[start : start + len(rows)] = (equal & ~twins).sum(axis=1)
        for offset, line in enumerate(scores):
            best = top_rows(line, depth)
            best = best[np.isfinite(line[best])]
            first[start + offset, : len(best)] = database[best]
    return _Ranking(first, relevant, duplicates)


def _key(catalog: Catalog) -> list[int]:
    """The columns of the key among those of the single attributes."""
    names = [a.name for a in catalog.singles]
    return [names.index(name) for name in catalog.key]


def _scored(
    catalog: Catalog, queries: np.ndarray, first: np.ndarray, relevant: np.ndarray
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Every metric of each query, and the share of its equals in every attribute."""
    labels, key = catalog.label_matrix(), _key(catalog)
    hits = key_hits(labels, key, queries, first)  # (q, 10)
    # Only queries whose key is known and that have something to find can be recalled.
    able: np.ndarray = (labels[queries][:, key] >= 0).all(axis=1) & (relevant > 0)
    metrics = {f"recall@{k}": _where(able, hits[:, :k].max(axis=1)) for k in RECALLS}
    metrics["map@10"] = _where(able, average_precision(hits, relevant))
    shares = attribute_shares(labels, queries, first[:, :MATCH_DEPTH])  # (q, m)
    metrics["attribute_match@5"] = attribute_match(shares)
    names = [a.name for a in catalog.singles]
    return metrics, dict(zip(names, shares.T, strict=True))


def _where(applies: np.ndarray, values: np.ndarray) -> np.ndarray:
    """(q,) values, NaN for the queries to which they do not apply."""
    return np.where(applies, values.astype(float), np.nan)


def _summary(measured: PerQuery, drawn_from: int, database: int, duplicates: int) -> Retrieval:
    known = {name: values[~np.isnan(values)] for name, values in measured.metrics.items()}
    shares = {name: values[~np.isnan(values)] for name, values in measured.attributes.items()}
    return Retrieval(
        metrics={k: float(v.mean()) if len(v) else 0.0 for k, v in known.items()},
        intervals={k: bootstrap_interval(v) for k, v in known.items()},
        per_attribute={name: float(v.mean()) for name, v in shares.items() if len(v)},
        queries=len(measured.items),
        drawn_from=drawn_from,
        database=database,
        near_duplicates=duplicates,
        per_query=measured,
    )


def identities(catalog: Catalog) -> np.ndarray | None:
    """The product of each row as a number (N,), -1 where unknown; None without any."""
    if "identity" not in catalog.table:
        return None
    return np.asarray(pd.factorize(catalog.table["identity"])[0], dtype=np.int64)


def identity_recalls(
    products: np.ndarray, queries: np.ndarray, first: np.ndarray, database: np.ndarray
) -> dict[str, np.ndarray]:
    """Per k, whether each query's product is among its first k rows; first (q, 50), -1 for none.

    NaN for a query whose product is not in the database: it cannot be recalled.
    """
    asked = products[queries]
    able = (asked >= 0) & np.isin(asked, products[database])
    hits = (products[first] == asked[:, None]) & (first >= 0)
    return {f"identity_recall@{k}": _where(able, hits[:, :k].max(axis=1)) for k in IDENTITY_RECALLS}


def key_hits(
    labels: np.ndarray, key: list[int], queries: np.ndarray, first: np.ndarray
) -> np.ndarray:
    """Whether each of the first k (q, k) rows equals its query in every key attribute."""
    truth = labels[queries][:, None, key]  # (q, 1, keys)
    found = labels[first][:, :, key]  # (q, k, keys)
    hit: np.ndarray = ((truth == found) & (truth >= 0)).all(axis=2) & (first >= 0)
    return hit


def average_precision(hits: np.ndarray, relevant: np.ndarray) -> np.ndarray:
    """AP@k of each row of hits (q, k) bool, given how many relevant items there are (q,)."""
    depth = hits.shape[1]
    precision = hits.cumsum(axis=1) / np.arange(1, depth + 1)
    result: np.ndarray = (precision * hits).sum(axis=1) / np.clip(relevant, 1, depth)
    return result


def attribute_shares(labels: np.ndarray, queries: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Share of the first k rows (q, k) that equal their query, per attribute (q, m).

    Pairs in which either label is unknown are left out; NaN where nothing is left.
    """
    truth, found = labels[queries][:, None, :], labels[first]  # (q, 1, m), (q, k, m)
    known = (truth >= 0) & (found >= 0) & (first >= 0)[:, :, None]
    equal = ((truth == found) & known).sum(axis=1)
    count = known.sum(axis=1)
    return np.where(count > 0, equal / np.maximum(count, 1), np.nan)


def attribute_match(shares: np.ndarray) -> np.ndarray:
    """The mean of the known shares (q, m) of each query, (q,); NaN where none is known."""
    known = ~np.isnan(shares)
    return _where(known.any(axis=1), np.nansum(shares, axis=1) / np.maximum(known.sum(axis=1), 1))
