"""DeepImageSearch's embedding step: run by extraction_rate.py with a Python that has the package.

Reads {"pictures": [path], "networks": [name], "warm": n} from standard input; writes its versions,
then a line of JSON per network: {"network", "size", "ready_s", "images_per_s"}, or {"network",
"error"}. Weights are random, which cost what trained ones do; all else is as its `Search_Setup`
sets it up. What is timed is its indexer: open the files, preprocess, forward, and add to a flat
index in memory, which is a copy.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from importlib.metadata import version
from typing import Any


def measure(network: str, pictures: list[str], warm: int, folder: str) -> dict[str, Any]:
    """Make one network ready and embed the pictures with it."""
    from DeepImageSearch import Search_Setup

    begun = time.perf_counter()
    setup = Search_Setup(pictures, model_name=network, pretrained=False, metadata_dir=folder)
    ready = time.perf_counter() - begun
    setup.indexer.index(pictures[:warm])
    begun = time.perf_counter()
    count = setup.indexer.index(pictures)
    rate = count / (time.perf_counter() - begun)
    size = setup.embedding.image_size
    return {"network": network, "size": size, "ready_s": ready, "images_per_s": rate}


def main() -> None:
    asked = json.load(sys.stdin)
    versions = {p: version(p) for p in ("DeepImageSearch", "torch", "timm")}
    print(json.dumps({"versions": versions}), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for network in asked["networks"]:
            try:
                found = measure(network, asked["pictures"], asked["warm"], folder)
            except Exception as error:  # of whatever kind: the others are measured all the same
                found = {"network": network, "error": f"{type(error).__name__}: {error}"}
            print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
