"""What the numbers of a zoo say, in words for whoever has to choose a backbone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zoo.plurals import numbered

FEW_QUERIES = 300  # under so many, small differences mean nothing


def headline(report: dict[str, Any], titles: Mapping[str, str]) -> str:
    """The answer in one sentence; `report` is of `full_report`."""
    decision = report["decision"]
    best, level = decision["order"][0], decision["level_with_best"]
    above = decision["above_pixels"]
    if above and best not in above:
        clear = listed([titles[name] for name in above])
        return (
            f"{titles[best]} scores highest for “more like this”, but only {clear} can be told to "
            "be better than comparing tiny thumbnails."
        )
    if not above:
        few = decision["against_pixels"][0]["queries"] < FEW_QUERIES
        more = ", or measure on more pictures" if few else ""
        nothing = "No backbone is clearly better than comparing tiny thumbnails"
        return f"{nothing}: train for longer{more}."
    if len(decision["order"]) == 1:
        return f"{titles[best]} is the only backbone trained; it is above the pixels baseline."
    if not level:
        return f"{titles[best]} is the best for “more like this” on this catalogue."
    others = listed([titles[name] for name in level])
    return (
        f"{titles[best]} scores highest for “more like this”, but {others} cannot be told apart "
        "from it on these queries."
    )


def reasons(report: dict[str, Any], titles: Mapping[str, str]) -> list[str]:
    """What the headline rests on, what it costs, and what it does not say."""
    decision = report["decision"]
    return [
        _meaning(report, titles),
        *_speed(report, titles),
        *(pair_text(p, titles) for p in decision["pairs"] if _close(p, decision)),
        *_unlike(report, titles),
        *_from_nothing(report),
        *_several(decision),
    ]


def pair_text(pair: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """Whether two backbones can be told apart by a metric, and by how much."""
    first, second = (titles.get(pair[k], pair[k]) for k in ("first", "second"))
    numbers = (
        f"difference {_plain(pair['difference'])}, 95 % interval {_plain(pair['low'])} to "
        f"{_plain(pair['high'])}"
    )
    if not pair["apart"]:
        return f"{first} and {second} cannot be told apart by {pair['metric']}: {numbers}"
    better, worse = (first, second) if pair["difference"] > 0 else (second, first)
    return f"{better} is better than {worse} by {pair['metric']}: {numbers}"


def listed(names: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _meaning(report: dict[str, Any], titles: Mapping[str, str]) -> str:
    best = report["decision"]["order"][0]
    match = report["backbones"][best]["retrieval"]["attribute_match@5"]
    pixels, chance = (
        report["baselines"][name]["retrieval"]["attribute_match@5"] for name in ("pixels", "random")
    )
    return (
        f"Of the labels of a test picture, {match:.0%} are also those of the first five pictures "
        f"that {titles[best]} finds (thumbnails alone: {pixels:.0%}, random pictures: {chance:.0%})"
    )


def _speed(report: dict[str, Any], titles: Mapping[str, str]) -> list[str]:
    decision, backbones = report["decision"], report["backbones"]
    fastest, best = decision["fastest"], decision["order"][0]
    if fastest is None or len(decision["order"]) == 1:
        return []
    rate = f"{numbered(round(backbones[fastest]['images_per_s']), 'picture')} a second"
    if fastest == best:
        return [f"{titles[best]} is also the fastest: {rate}"]
    said = f"{titles[fastest]} is the fastest above the pixels baseline: {rate}"
    if backbones[best]["images_per_s"]:
        said += f", {titles[best]} {backbones[best]['images_per_s']:.0f}"
    pair = next(
        p
        for p in decision["pairs"]
        if (p["first"], p["second"], p["metric"]) == (best, fastest, decision["metric"])
    )
    loss = f"it loses {_plain(pair['difference'])} of {pair['metric']}"
    return [f"{said}; {loss if pair['apart'] else 'no loss can be told'}"]


def _close(pair: Mapping[str, Any], decision: dict[str, Any]) -> bool:
    return pair["metric"] == decision["metric"] and not pair["apart"]


def _unlike(report: dict[str, Any], titles: Mapping[str, str]) -> list[str]:
    """Settings in which the runs differ, so that it is not the backbones alone."""
    told = []
    for key, what in (("epochs", "epochs"), ("image_size", "pixels a side"), ("weights", "")):
        values = {titles[n]: scores[key] for n, scores in report["backbones"].items()}
        if len(set(values.values())) > 1:
            told.append(", ".join(f"{n} {v} {what}".strip() for n, v in values.items()))
    for key in next(iter(report["backbones"].values()))["settings"]:
        values = {titles[n]: str(s["settings"][key]) for n, s in report["backbones"].items()}
        if len(set(values.values())) > 1:
            said = ", ".join(f"{n} {v}" for n, v in values.items())
            told.append(f"{key.replace('_', ' ')}: {said}")
    if not told:
        return []
    return [f"Not trained alike, so it is not the backbones alone that differ: {'; '.join(told)}"]


def _from_nothing(report: dict[str, Any]) -> list[str]:
    if {scores["weights"] for scores in report["backbones"].values()} != {"random"}:
        return []
    return ["All began with random weights: pretrained ones may come in another order"]


def _several(decision: dict[str, Any]) -> list[str]:
    count = sum(p["metric"] == decision["metric"] for p in decision["pairs"])
    if count < 2:
        return []
    return [
        f"Of {count} comparisons, each with an interval of 95 %, about one in twenty would seem "
        "to differ by chance alone"
    ]


def _plain(value: float) -> str:
    """.004 rather than 0.004, -.003, 0 for what rounds to nothing."""
    text = f"{value:.3f}"
    if float(text) == 0:
        return "0"
    return text.replace("0.", ".", 1) if abs(value) < 1 else text
