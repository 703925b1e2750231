"""What a catalogue of millions takes: disk, time and money, computed from what was measured.

The measured rates and sizes, and the prices that are assumed, are in scaling.json; whatever is null
there is told as not measured, and filling it in (scaling_inputs.py does, on the machine it runs on)
is all that its tables need. `--write docs/scaling.md` puts the tables into that document, between
their marks; a test holds that they are those of the inputs.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterable, Sequence
from math import log
from pathlib import Path
from typing import Any

INPUTS = Path(__file__).with_name("scaling.json")
SIZES = {"1 million": 10**6, "10 million": 10**7, "100 million": 10**8, "1 billion": 10**9}
UNKNOWN = "not measured"
GIB = 2**30
GB = 10**9
CORES = 2  # of the machine whose rates are under "cpu"
FITS = 0.8  # of a machine's memory that an index and its embeddings may take


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def told(value: float | None, form: str = "{:,.0f}") -> str:
    """A number, or that there is none yet."""
    return UNKNOWN if value is None else form.format(value)


def span(seconds: float | None) -> str:
    """A time as a person says it."""
    if seconds is None:
        return UNKNOWN
    for name, length in (("years", 365 * 86400), ("days", 86400), ("hours", 3600), ("min", 60)):
        if seconds >= 1.5 * length:
            return f"{seconds / length:,.1f} {name}"
    return f"{seconds:.0f} s"


def backbones(inputs: dict[str, Any]) -> list[str]:
    """Their names."""
    return sorted(inputs["measured"]["extraction"]["cpu"])


def rate(inputs: dict[str, Any], device: str, backbone: str) -> float | None:
    """Embeddings a second, of one GPU or of the two cores; what cores decode is counted apart."""
    found = inputs["measured"]["extraction"][device][backbone]
    return None if found is None else float(found["images_per_s"])


def shape_rate(inputs: dict[str, Any], shape: dict[str, Any], backbone: str) -> float | None:
    """What a whole machine makes: all its GPUs, unless its cores cannot decode that much."""
    if shape["gpu"] is None:
        here = rate(inputs, "cpu", backbone)
        return None if here is None else here / CORES * float(shape["vcpus"])
    one, decoded = rate(inputs, shape["gpu"], backbone), decode_rate(inputs, shape)
    return None if one is None or decoded is None else min(one * shape["gpus"], decoded)


def decode_rate(inputs: dict[str, Any], shape: dict[str, Any]) -> float | None:
    """Pictures that the cores of a machine decode a second."""
    found = inputs["measured"]["decode"]
    return None if found is None else float(found["images_per_s_per_core"]) * shape["vcpus"]


def rates_table(inputs: dict[str, Any]) -> str:
    """What was measured, by which command; then what was not."""
    rows, missing = [], {}
    for device, found in inputs["measured"]["extraction"].items():
        on = "two cores" if device == "cpu" else f"one {device}"
        missing[on] = [name for name, one in sorted(found.items()) if one is None]
        for name, one in sorted(found.items()):
            if one is not None:
                part = "forward alone" if one.get("forward_alone") else "files to embeddings"
                rows.append([f"{name}, {part}, {on}", *_measured(one, "images_per_s")])
    others = {"decode": "decoding, one core", "ray": "extraction on Ray"}
    for key, name in others.items():
        one = inputs["measured"][key]
        if one is None:
            missing[name] = [name]
        else:
            rate = "images_per_s_per_core" if key == "decode" else "images_per_s"
            rows.append([name, *_measured(one, rate)])
    return table(["", "rate", "machine", "load", "day"], rows) + not_measured(missing)


def not_measured(missing: dict[str, list[str]]) -> str:
    """A line on the inputs that are still empty, by machine."""
    found = {on: names for on, names in missing.items() if names}
    if not found:
        return ""
    told = [on if names == [on] else f"{on}: {', '.join(names)}" for on, names in found.items()]
    return f"\n\n{UNKNOWN.capitalize()}: {'; '.join(told)}."


def _measured(one: dict[str, Any], key: str) -> list[str]:
    more = f", {one['runtime']}, {one['px']} px" if "runtime" in one else ""
    load = str(one.get("load", ""))
    return [f"{one[key]:,.1f} images/s{more}", str(one["machine"]), load, str(one["date"])]


def commands(inputs: dict[str, Any]) -> str:
    """How each number comes about again."""
    found = dict.fromkeys(_commands(inputs["measured"]))
    return "```bash\n" + "\n".join(found) + "\n```"


def _commands(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        if "command" in value:
            yield str(value["command"])
        for part in value.values():
            yield from _commands(part)
    elif isinstance(value, list):
        for part in value:
            yield from _commands(part)


def storage_table(inputs: dict[str, Any]) -> str:
    """Disk for a million items."""
    found = inputs["measured"]["bytes"]
    lance = inputs["measured"]["lance"]
    header = ["backbone", "embedding", "embeddings", "Annoy index", "predictions", "all of these"]
    rows = []
    for name in backbones(inputs):
        if found is None:
            rows.append([name, *[UNKNOWN] * 6])
            continue
        parts = [found["embeddings"][name], found["annoy"][name], found["predictions"]]
        shown = [f"{part * 10**6 / GB:.2f} GB" for part in (*parts, sum(parts))]
        rows.append([name, f"{found['dimensions'][name]} x float32", *shown, _lance(lance, name)])
    if found is not None:
        once = [f"{found[part] * 10**6 / GB:.2f} GB" for part in ("catalogue", "thumbnail")]
        rows.append(["once for all", f"catalogue {once[0]}", f"thumbnails {once[1]}", *[""] * 4])
    return table([*header, "LanceDB table instead"], rows)


def _lance(lance: dict[str, Any] | None, name: str) -> str:
    if lance is None or lance.get("bytes", {}).get(name) is None:
        return UNKNOWN
    return f"{lance['bytes'][name] * 10**6 / GB:.2f} GB"


def time_table(inputs: dict[str, Any]) -> str:
    """Time and money to embed a catalogue once on one machine of each shape."""
    rows: list[list[str]] = []
    missing: dict[str, list[str]] = {}
    for shape in inputs["assumed"]["shapes"]:
        missing[shape["name"]] = []
        for name in backbones(inputs):
            speed = shape_rate(inputs, shape, name)
            if speed is None:
                missing[shape["name"]].append(name)
                continue
            costs = [_time_and_cost(n / speed, shape["usd_hour"]) for n in SIZES.values()]
            rows.append([shape["name"], name, told(speed), _bound(inputs, shape, name), *costs])
    made = table(["one machine", "backbone", "images/s", "bound by", *SIZES], rows)
    return made + not_measured(missing)


def _time_and_cost(seconds: float, usd_hour: float) -> str:
    return f"{span(seconds)}, ${max(1, seconds / 3600 * usd_hour):,.0f}"


def _bound(inputs: dict[str, Any], shape: dict[str, Any], name: str) -> str:
    if shape["gpu"] is None:
        return "forward"
    one, decoded = rate(inputs, shape["gpu"], name), decode_rate(inputs, shape)
    if one is None or decoded is None:
        return UNKNOWN
    return "decoding" if decoded < one * shape["gpus"] else "forward"


def keeping_table(inputs: dict[str, Any]) -> str:
    """Disk and its price for one backbone of 2,048 dimensions and the rest of a zoo."""
    found, assumed = inputs["measured"]["bytes"], inputs["assumed"]
    if found is None:
        return UNKNOWN
    widest = max(found["embeddings"], key=lambda name: found["embeddings"][name])
    parts = {
        "embeddings and predictions": found["embeddings"][widest] + found["predictions"],
        "Annoy index": found["annoy"][widest],
        "catalogue": found["catalogue"],
        "thumbnails": found["thumbnail"],
    }
    rows = []
    for name, items in SIZES.items():
        sizes = [part * items / GB for part in parts.values()]
        disk, away = (sum(sizes) * assumed[p] for p in ("disk_gb_month", "object_gb_month"))
        shown = [f"{size:,.1f} GB" for size in sizes]
        rows.append([name, *shown, f"${disk:,.0f}", f"${away:,.0f}"])
    return table([f"items ({widest})", *parts, "on disk, a month", "in a bucket, a month"], rows)


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


def prices(inputs: dict[str, Any]) -> str:
    """What is assumed, not measured."""
    rows = [
        [
            s["name"],
            str(s["vcpus"]),
            f"{s['memory_gib']:,} GiB",
            f"{s['gpus']} x {s['gpu']}" if s["gpu"] else "none",
            f"${s['usd_hour']:.2f}",
        ]
        for s in inputs["assumed"]["shapes"]
    ]
    header = ["shape", "vCPUs", "memory", "GPUs", "an hour"]
    said = inputs["assumed"]["list_prices"]
    disk, away = (inputs["assumed"][part] for part in ("disk_gb_month", "object_gb_month"))
    return (
        f"{table(header, rows)}\n\nList prices: {said}. Disk ${disk} and a bucket ${away} for a GB "
        "and month."
    )


PARTS: dict[str, Callable[[dict[str, Any]], str]] = {
    "rates": rates_table,
    "commands": commands,
    "storage": storage_table,
    "prices": prices,
    "time": time_table,
    "keeping": keeping_table,
    "annoy": annoy_table,
    "extrapolation": extrapolation,
    "limits": limits_table,
    "lance": lance_table,
    "lance-limits": lance_limits_table,
}


def marked(name: str) -> re.Pattern[str]:
    """What stands between the marks of that part, the marks with it."""
    return re.compile(rf"(<!-- {name} -->\n\n).*?(\n\n<!-- /{name} -->)", re.DOTALL)


def written(document: str, inputs: dict[str, Any]) -> str:
    """The document with the tables that these inputs give."""
    for name, make in PARTS.items():
        text = make(inputs)
        document, count = marked(name).subn(lambda m, t=text: m[1] + t + m[2], document)
        if count != 1:
            raise SystemExit(f"the document has the marks of {name!r} {count} times")
    return document


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=Path, default=INPUTS)
    parser.add_argument("--write", type=Path, metavar="FILE.md")
    asked = parser.parse_args()
    inputs = json.loads(asked.inputs.read_text("utf-8"))
    if asked.write:
        document = asked.write.read_text("utf-8")
        asked.write.write_text(written(document, inputs), "utf-8")
        return
    for name, make in PARTS.items():
        print(f"## {name}\n\n{make(inputs)}\n")


if __name__ == "__main__":
    main()
