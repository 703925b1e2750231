"""The leaderboard as text for a terminal, and what the page's has in common with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from zoo.outputs.texts import number, table
from zoo.outputs.verdict import FEW_QUERIES, headline, reasons
from zoo.plurals import numbered

BLEND_NOTE = (
    "blend: alpha * similarity + (1 - alpha) * match of the query's predicted labels with the "
    "catalogue's own"
)
PROCESSED_NOTE = (
    "whitened and expanded: what the embedding could still be turned into, fitted on training "
    "pictures, chosen on validation; the search uses the raw embedding"
)
RETRIEVAL = ("attribute_match@5", "recall@1", "recall@5", "recall@10", "map@10")


def evaluate_text(report: dict[str, Any]) -> str:
    """The leaderboard, best first, baselines among the backbones."""
    catalog, backbones = report["catalog"], report["backbones"]
    blends, others = blended(backbones), processed(backbones)
    rankings = {**backbones, **blends, **others, **baselines(report)}
    best_first = sorted(
        rankings, key=lambda n: (rankings[n]["retrieval"]["attribute_match@5"], n), reverse=True
    )
    rows = [_leaderboard_row(name, rankings[name]) for name in best_first]
    first = next(iter([*backbones.values(), *report["baselines"].values()]))["retrieval"]
    parts = [
        f"{catalog['name']}: {numbered(catalog['items'], 'picture')}; "
        f"{numbered(first['queries'], 'test query', 'test queries')} against "
        f"{numbered(first['database'], 'item')}; true labels only",
        f"a hit equals the query in {' and '.join(catalog['key'])}; 95 % intervals in brackets",
        *([BLEND_NOTE] if blends else []),
        *([PROCESSED_NOTE] if others else []),
        "",
        table(["", "attribute_match@5", *RETRIEVAL[1:], "weights", "px", "images/s"], rows),
        "",
        accuracy_text(report),
        *(["", index_text(report)] if backbones else []),
    ]
    if any("identity_recall@1" in s["retrieval"] for s in report["baselines"].values()):
        parts += ["", identity_text(report)]
    if any(scores["multi"] for scores in backbones.values()):
        parts += ["", multi_text(report)]
    parts += [f"note: {note}" for note in notes(report)]
    if "decision" in report:
        names = {name: name for name in backbones}
        parts += ["", headline(report, names), *(f"- {r}" for r in reasons(report, names))]
    parts += [f"problem: {p['origin']}: {p['error']}" for p in report["problems"]]
    return "\n".join(parts)


def blended(backbones: dict[str, Any]) -> dict[str, Any]:
    """The scores of each backbone's ranking blended with attribute match, by a name for the row."""
    return {
        f"{name}, blend {scores['blend']['alpha']}": {**scores, **scores["blend"]}
        for name, scores in backbones.items()
        if "blend" in scores
    }


def baselines(report: dict[str, Any]) -> dict[str, Any]:
    """The scores of the baselines, by a name for the row that no backbone has."""
    taken = report["backbones"]
    return {f"{n} (baseline)" if n in taken else n: s for n, s in report["baselines"].items()}


def processed(backbones: dict[str, Any]) -> dict[str, Any]:
    """The scores of each backbone's post-processed embeddings, by a name for the row."""
    return {
        f"{name}, {processed_name(kind, found['setting'])}": {**scores, **found}
        for name, scores in backbones.items()
        for kind, found in scores["processed"].items()
    }


def processed_name(kind: str, setting: int) -> str:
    """What a post-processing of that kind and setting is called in tables."""
    if kind == "whitened":
        return f"whitened to {setting}"
    return f"query with {numbered(setting, 'neighbour')}"


def _leaderboard_row(name: str, scores: dict[str, Any]) -> list[str]:
    retrieval = scores["retrieval"]
    low, high = retrieval["intervals"]["attribute_match@5"]
    rate = scores.get("images_per_s")
    return [
        name,
        f"{retrieval['attribute_match@5']:.3f} [{low:.3f}, {high:.3f}]",
        *(f"{retrieval[m]:.3f}" for m in RETRIEVAL[1:]),
        scores.get("weights", "baseline"),
        str(scores.get("image_size", "")),
        f"{rate:.0f}" if rate else "",
    ]


def accuracy_text(report: dict[str, Any]) -> str:
    """Accuracy, top-3 and macro-F1 per attribute beside the majority baseline."""
    names = report["catalog"]["attributes"]
    rows = [
        [name, metric, *(number(scores[metric].get(a)) for a in names)]
        for name, scores in report["backbones"].items()
        for metric in ("accuracy", "top3", "macro_f1")
    ]
    for name, scores in report["backbones"].items():
        errors = [scores["calibration"].get(a) for a in names]
        for when in ("before", "after"):
            cells = [number(e[f"ece_{when}"] if e else None) for e in errors]
            rows.append([name, f"calibration error {when}", *cells])
    for scores in list(report["backbones"].values())[:1]:
        rows.append(["majority", "accuracy", *(number(scores["majority"].get(a)) for a in names)])
    ceilings = report["catalog"]["disagreement"]
    if ceilings:
        cells = [number(ceilings[a]["ceiling"] if a in ceilings else None) for a in names]
        rows.append(["label ceiling", "accuracy", *cells])
    return table(["", "test split", *names], rows)


def identity_text(report: dict[str, Any]) -> str:
    """Recall of the same product, where the data says which pictures show one."""
    entries = {**report["backbones"], **baselines(report)}
    metrics = [m for m in report["baselines"]["random"]["retrieval"] if m.startswith("identity_")]
    rows = [[n, *(number(s["retrieval"].get(m)) for m in metrics)] for n, s in entries.items()]
    return table(["same product", *(m.removeprefix("identity_") for m in metrics)], rows)


def multi_text(report: dict[str, Any]) -> str:
    """mAP and top-3 recall of the attributes with several classes, beside random order."""
    columns = ["", "several classes", "mAP", "top3_recall", "mAP by chance"]
    rows = []
    for name, scores in report["backbones"].items():
        for attribute, found in scores["multi"].items():
            errors = scores["calibration"].get(attribute, {})
            of_errors = [number(errors.get(when)) for when in ("ece_before", "ece_after")]
            cells = [number(found[m]) for m in ("map", "top3_recall", "chance")]
            rows.append([name, attribute, *cells, *of_errors])
    return table([*columns, "calibration error before", "after"], rows)


def index_text(report: dict[str, Any]) -> str:
    """What each backbone's index finds, and how long it and exact search take for a query."""
    rows = []
    for name, scores in report["backbones"].items():
        index = scores["index"]
        exact = f"{index['exact_ms']:.2f} ms" if index["exact_ms"] else ""
        found = [f"{index['recall@10']:.3f}", f"{index['query_ms']:.2f} ms", exact]
        rows.append([name, index["title"], *found, f"{index['bytes'] / 1e6:.0f} MB"])
    return table(["", "index", "recall@10", "query", "exact search", "size"], rows)


def notes(report: dict[str, Any]) -> list[str]:
    """What the scores do not say by themselves, a sentence each."""
    return [*_against_pixels(report), *_label_ceiling(report), *_measured_on(report)]


def _against_pixels(report: dict[str, Any]) -> Iterator[str]:
    """The backbones of which it cannot be said that they retrieve better than thumbnails do."""
    pixels = report["baselines"]["pixels"]["retrieval"]
    high = pixels["intervals"]["attribute_match@5"][1]
    # Query by query it can be told although the intervals overlap.
    told = report.get("decision", {}).get("above_pixels", ())
    for name, scores in report["backbones"].items():
        retrieval = scores["retrieval"]
        match, low = retrieval["attribute_match@5"], retrieval["intervals"]["attribute_match@5"][0]
        if match <= pixels["attribute_match@5"]:
            yield (
                f"{name} is not above the pixels baseline by attribute_match@5: train for longer, "
                "or from pretrained weights"
            )
        elif low <= high and name not in told:
            yield f"{name} is above the pixels baseline, but their intervals overlap"


def _label_ceiling(report: dict[str, Any]) -> Iterator[str]:
    """What contradicting labels leave to reach."""
    ceilings = report["catalog"]["disagreement"]
    if not ceilings:
        return
    pairs = max(int(facts["pairs"]) for facts in ceilings.values())
    few = ", a small number" if all(facts["few"] for facts in ceilings.values()) else ""
    yield (
        "label ceiling: near-identical pictures disagree in their labels, so that no model can "
        f"be right on more of them ({numbered(pairs, 'pair')}{few})"
    )


def _measured_on(report: dict[str, Any]) -> Iterator[str]:
    """Of which catalogue and queries the scores are."""
    happened = [f"{n} {what}" for what, n in report["catalog"]["since_measured"].items() if n]
    if happened:
        yield (
            f"measured before the catalogue changed ({', '.join(happened)}); zoo compact measures "
            "anew"
        )
    pixels = report["baselines"]["pixels"]["retrieval"]
    if "drawn_from" in pixels:
        yield (
            f"{pixels['queries']:,} of the {pixels['drawn_from']:,} test pictures were drawn at "
            "random as queries"
        )
    if 0 < pixels["queries"] < FEW_QUERIES:
        queries = numbered(pixels["queries"], "query", "queries")
        yield f"only {queries}: small differences mean nothing"
