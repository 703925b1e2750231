"""Reports as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zoo.plurals import numbered


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns wide enough for what is in them."""
    lines = [list(header), *(list(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def number(value: float | None) -> str:
    """A number of a table; "" where there is none."""
    return "" if value is None else f"{value:.3f}"


def plugins_text(report: dict[str, Any]) -> str:
    """The backbones, the indexes and what failed."""
    keys = ("name", "title", "source", "origin")
    parts = [table(keys, [[b[k] for k in keys] for b in report["backbones"]])]
    named = ("name", "title", "origin")
    parts += ["", table(("index", *named[1:]), [[i[k] for k in named] for i in report["indexes"]])]
    parts += [f"failed: {f['origin']}: {f['error']}" for f in report["failed"]]
    return "\n".join(parts)


def recommend_text(report: dict[str, Any]) -> str:
    """Items per backbone."""
    parts = []
    for name, result in report["results"].items():
        how = "approximate" if result["approximate"] else "exact"
        parts.append(
            f"{name} ({result['weights']} weights at the start, {how} search, "
            f"{result['latency_ms']:.0f} ms)"
        )
        for tags in result["predicted"]:
            seen = ", ".join(
                f"{a} {v['class']} {v['confidence']:.2f}" for a, v in tags["attributes"].items()
            )
            several = [
                f"{a} {'+'.join(v['class'] for v in found) or 'none'}"
                for a, found in tags["multi"].items()
            ]
            parts.append(f"  sees in {tags['path']}: {', '.join([seen, *several])}")
        rows = [
            [
                f"  {i['rank']}",
                i["item_id"],
                f"{i['similarity']:.3f}",
                f"{i['match']} of {i['match_of']}",
                _named(i),
                i["path"],
            ]
            for i in result["items"]
        ]
        header = ["  #", "item", "similarity", "match", "title", "path"]
        parts += [table(header, rows) if rows else "  no item is of all that is asked for", ""]
    return "\n".join(parts).rstrip()


def _named(item: dict[str, Any]) -> str:
    """The title of an item, or that it is the query's copy, and how many near-duplicates it has."""
    title = "exact copy" if item["exact_copy"] else item["title"]
    return f"{title} (+{len(item['alike'])} alike)" if item["alike"] else title


def count_text(report: dict[str, Any]) -> str:
    """Counts of one attribute."""
    rows = [[c["class"], str(c["count"])] for c in report["counts"]]
    parts = [table([report["attribute"], "pictures"], rows)]
    parts += [f"skipped {s['reason']}" for s in report["skipped"]]
    return "\n".join(parts)


def doctor_text(report: dict[str, Any]) -> str:
    """What `zoo doctor` found."""
    packages = ", ".join(f"{k} {v}" for k, v in report["packages"].items())
    parts = [
        f"devices    {', '.join(report['devices'])}",
        f"precision  {', '.join(f'{d}: {p}' for d, p in report['precision'].items())}",
        f"runtimes   {', '.join(report['runtimes'])}",
        f"packages   {packages}",
        f"hub        {'answers' if report['hub']['answers'] else 'out of reach'}"
        f" ({report['hub']['endpoint']})",
    ]
    for zoo in report["zoos"]:
        opened = ", ".join(zoo["runs"]) or "no backbone opens"
        begun = "".join(f", {name} is not trained to its end" for name in zoo["unfinished"])
        items = numbered(zoo["items"], "item")
        parts.append(f"zoo        {zoo['folder']}: {items}, {opened}{begun}")
    parts += [f"problem    {p}" for p in report["problems"]] or ["no problem found"]
    return "\n".join(parts)
