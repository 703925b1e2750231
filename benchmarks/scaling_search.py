"""The tables of scaling.py on search: how Annoy and LanceDB grow, and what fits into memory."""

from __future__ import annotations

from math import log
from typing import Any

from scaling_tables import GB, SIZES, UNKNOWN, backbones, span, table, told

GIB = 2**30
FITS = 0.8  # of a machine's memory that an index and its embeddings may take


def annoy_table(inputs: dict[str, Any]) -> str:
    """How Annoy grows: what was measured here, and before."""
    rows = []
    for source in ("annoy", "annoy_before"):
        found = inputs["measured"][source]
        for one in found["sizes"] if found else ():
            size = one.get("bytes")
            rows.append(
                [
                    f"{one['items']:,} x {one['dimension']}",
                    f"{one['build_s']:,.1f}",
                    told(one.get("memory_mib")) if "memory_mib" in one else "",
                    "" if size is None else f"{size / one['items']:,.0f}",
                    str(one["search_k"]),
                    f"{one['recall']:.3f}",
                    f"{one['p50_ms']:.2f}",
                    str(found["date"]),
                ]
            )
    header = [
        "vectors",
        "build s, one core",
        "memory MiB",
        "bytes an item",
        "search_k",
        "recall@10",
    ]
    return table([*header, "p50 ms", "day"], rows)


def growth(inputs: dict[str, Any]) -> float:
    """The power of the number of items with which Annoy's build grew between its largest sizes."""
    return power(*inputs["measured"]["annoy_before"]["sizes"], "build_s")


def power(small: dict[str, Any], large: dict[str, Any], key: str) -> float:
    """The power of the number of items with which something grew between two sizes."""
    return log(large[key] / small[key]) / log(large["items"] / small["items"])


def limits_table(inputs: dict[str, Any]) -> str:
    """How many items fit into memory, and how long Annoy would take to build them."""
    found = inputs["measured"]["bytes"]
    if found is None:
        return UNKNOWN
    power, (_, base) = growth(inputs), inputs["measured"]["annoy_before"]["sizes"]
    rows = []
    alike: dict[tuple[int, int], list[str]] = {}
    for name in backbones(inputs):
        each = found["annoy"][name] + found["embeddings"][name]
        alike.setdefault((each, found["dimensions"][name]), []).append(name)
    for shape in inputs["assumed"]["shapes"]:
        for (each, dimension), names in alike.items():
            items = shape["memory_gib"] * GIB * FITS / each
            wide = dimension / base["dimension"]
            build = base["build_s"] * (items / base["items"]) ** power * wide
            fits = [f"{shape['memory_gib']:,} GiB", ", ".join(names), f"{items / 1e6:,.1f} million"]
            rows.append([shape["name"], *fits, span(build)])
    return table(
        ["machine", "memory", "backbones", "items that fit", "built in, extrapolated"], rows
    )


def lance_table(inputs: dict[str, Any]) -> str:
    """How LanceDB grows, from the same vectors."""
    found = inputs["measured"]["lance"]
    rows = [
        [
            f"{one['items']:,} x {one['dimension']}",
            told(one.get("build_s"), "{:,.1f}"),
            told(one.get("bytes_an_item")),
            told(one.get("recall"), "{:.3f}"),
            told(one.get("p50_ms"), "{:.2f}"),
        ]
        for one in (found or {}).get("sizes", ())
    ]
    return table(
        ["vectors", "build s", "bytes an item", "recall@10", "p50 ms"],
        rows or [[UNKNOWN] * 5],
    )


def lance_limits_table(inputs: dict[str, Any]) -> str:
    """A LanceDB table of each size, as the two that were measured grew."""
    found, widths = inputs["measured"]["lance"], inputs["measured"]["bytes"]
    if not found or not widths or len(found["sizes"]) < 2:
        return UNKNOWN
    small, base = found["sizes"][-2:]
    widest = max(widths["dimensions"], key=lambda name: widths["dimensions"][name])
    wide, each = widths["dimensions"][widest] / base["dimension"], found["bytes"].get(widest)
    rows = []
    for name, items in SIZES.items():
        build, asked = (
            base[key] * (items / base["items"]) ** power(small, base, key)
            for key in ("build_s", "p50_ms")
        )
        size = None if each is None else each * items / GB
        rows.append([name, told(size, "{:,.1f} GB"), span(build * wide), f"{asked:,.0f}"])
    query = f"p50 ms, {base['dimension']} wide"
    return table([f"items ({widest})", "table", "built in", query], rows)


def extrapolation(inputs: dict[str, Any]) -> str:
    """What the extrapolated times rest on."""
    small, large = inputs["measured"]["annoy_before"]["sizes"]
    return (
        f"From {small['items']:,} to {large['items']:,} vectors of {large['dimension']} the build "
        f"took {small['build_s']} and {large['build_s']} s: it grew with the number of items to "
        f"the power of {growth(inputs):.2f}, and search_k for a recall of .99 from "
        f"{small['search_k']} to {large['search_k']:,}."
    )
