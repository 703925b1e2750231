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
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from scaling_search import (
    annoy_table,
    extrapolation,
    lance_limits_table,
    lance_table,
    limits_table,
)
from scaling_tables import GB, SIZES, UNKNOWN, backbones, not_measured, span, table, told

INPUTS = Path(__file__).with_name("scaling.json")
CORES = 2  # of the machine whose rates are under "cpu"


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
