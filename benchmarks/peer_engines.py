"""Other libraries' ways of searching, for search_engines.py: built and asked on one thread.

All graphs (HNSW) get the same M and ef_construction, so that they differ in what was made of them.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from engines import SEED, Engine

from zoo.indexes import NEIGHBOURS

M = 16  # links of a node; twice as many on the lowest layer in all four
EF_CONSTRUCTION = 200
EFS = (16, 32, 64, 128, 256)


class Hnsw(Engine):
    """What the four graphs have in common."""

    built = f"M {M}, ef_construction {EF_CONSTRUCTION}"
    settings = EFS
    _index: Any

    def use(self, setting: float) -> str:
        self._ef = int(setting)
        return f"ef {self._ef}"


class Hnswlib(Hnsw):
    """nmslib's own implementation of its algorithm."""

    name, package, module = "hnswlib", "hnswlib", "hnswlib"

    def build(self, rows: np.ndarray, path: Path) -> float:
        import hnswlib

        self._index = hnswlib.Index(space="ip", dim=rows.shape[1])
        begun = time.perf_counter()
        self._index.init_index(
            max_elements=len(rows), M=M, ef_construction=EF_CONSTRUCTION, random_seed=SEED
        )
        self._index.add_items(rows, num_threads=1)
        took = time.perf_counter() - begun
        self._index.save_index(str(path))
        return took

    def use(self, setting: float) -> str:
        self._index.set_ef(int(setting))
        return super().use(setting)

    def nearest(self, query: np.ndarray) -> np.ndarray:
        return np.asarray(self._index.knn_query(query, k=NEIGHBOURS, num_threads=1)[0][0])


class FaissFlat(Engine):
    """FAISS's exact search."""

    name, package, module, built = "FAISS flat", "faiss-cpu", "faiss", "no index"
    _index: Any

    def empty(self, dimension: int) -> Any:
        """The index before any rows."""
        import faiss

        return faiss.IndexFlatIP(dimension)

    def build(self, rows: np.ndarray, path: Path) -> float:
        import faiss

        faiss.omp_set_num_threads(1)
        self._index = self.empty(rows.shape[1])
        begun = time.perf_counter()
        self._index.add(rows)
        took = time.perf_counter() - begun
        faiss.write_index(self._index, str(path))
        return took

    def nearest(self, query: np.ndarray) -> np.ndarray:
        return np.asarray(self._index.search(query[None], NEIGHBOURS)[1][0])


class FaissHnsw(FaissFlat):
    """FAISS's graph over the rows as they are."""

    name, built, settings = "FAISS HNSW", Hnsw.built, EFS

    def empty(self, dimension: int) -> Any:
        import faiss

        index = faiss.IndexHNSWFlat(dimension, M, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = EF_CONSTRUCTION
        return index

    def use(self, setting: float) -> str:
        self._index.hnsw.efSearch = int(setting)
        return f"ef {setting}"


class Usearch(Hnsw):
    """usearch in float32; by itself it would store bfloat16 where the processor has it."""

    name, package, module = "usearch", "usearch", "usearch"

    def build(self, rows: np.ndarray, path: Path) -> float:
        from usearch.index import Index

        self._index = Index(
            ndim=rows.shape[1],
            metric="ip",
            dtype="f32",
            connectivity=M,
            expansion_add=EF_CONSTRUCTION,
        )
        begun = time.perf_counter()
        self._index.add(np.arange(len(rows)), rows, threads=1)
        took = time.perf_counter() - begun
        self._index.save(str(path))
        return took

    def use(self, setting: float) -> str:
        self._index.expansion_search = int(setting)
        return super().use(setting)

    def nearest(self, query: np.ndarray) -> np.ndarray:
        return np.asarray(self._index.search(query, NEIGHBOURS, threads=1).keys)


class Voyager(Hnsw):
    """Spotify's successor of Annoy, in float32."""

    name, package, module = "Voyager", "voyager", "voyager"

    def build(self, rows: np.ndarray, path: Path) -> float:
        import voyager

        self._index = voyager.Index(
            voyager.Space.Cosine,
            num_dimensions=rows.shape[1],
            M=M,
            ef_construction=EF_CONSTRUCTION,
            random_seed=SEED,
            max_elements=len(rows),
        )
        begun = time.perf_counter()
        self._index.add_items(rows, num_threads=1)
        took = time.perf_counter() - begun
        self._index.save(str(path))
        return took

    def nearest(self, query: np.ndarray) -> np.ndarray:
        asked = {"k": NEIGHBOURS, "num_threads": 1, "query_ef": self._ef}
        return np.asarray(self._index.query(query, **asked)[0])


PEERS: tuple[type[Engine], ...] = (FaissFlat, FaissHnsw, Hnswlib, Usearch, Voyager)
