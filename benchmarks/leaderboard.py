"""The leaderboard of a zoo as Markdown, with what made it: how the README's table is written."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from zoo.compare import open_zoo
from zoo.outputs.documents import evaluate_report
from zoo.outputs.leaderboard import RETRIEVAL, baselines, blended, notes, processed


def print_retrieval(entries: dict[str, Any]) -> None:
    """A row each, best first."""
    print("| retrieval |", " | ".join(RETRIEVAL), "|")
    print("|---|" + "---|" * len(RETRIEVAL))
    for name in sorted(entries, key=lambda n: -entries[n]["retrieval"]["attribute_match@5"]):
        scores = entries[name]["retrieval"]
        low, high = scores["intervals"]["attribute_match@5"]
        first = f"{scores[RETRIEVAL[0]]:.3f} ({low:.3f}–{high:.3f})"
        print(f"| {name} | {first} |", " | ".join(f"{scores[m]:.3f}" for m in RETRIEVAL[1:]), "|")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--plugins", type=Path, action="append", default=[])
    asked = parser.parse_args()
    zoo = open_zoo(asked.runs, asked.plugins)
    report = evaluate_report(zoo)
    attributes = report["catalog"]["attributes"]
    backbones = report["backbones"]
    print_retrieval({**backbones, **blended(backbones), **baselines(report)})
    print()
    print_retrieval(processed(backbones))
    print()
    print("| accuracy (top-3, macro-F1) |", " | ".join(attributes), "| training |")
    print("|---|" + "---|" * (len(attributes) + 1))
    for name, scores in report["backbones"].items():
        cells = (
            f"{scores['accuracy'][a]:.3f} ({scores['top3'][a]:.3f}, {scores['macro_f1'][a]:.3f})"
            for a in attributes
        )
        rate = f"{scores['training_images_per_s']:.0f} images/s"
        cost = f"{scores['training_s'] / 60:.1f} min, {rate}"
        print(f"| {name} |", " | ".join(cells), f"| {cost} |")
    majority = next(iter(report["backbones"].values()))["majority"]
    print("| commonest class |", " | ".join(f"{majority[a]:.3f}" for a in attributes), "| |")
    ceilings = report["catalog"]["disagreement"]
    cells = (f"{ceilings[a]['ceiling']:.3f}" if a in ceilings else "" for a in attributes)
    print("| label ceiling |", " | ".join(cells), "| |")
    print()
    for note in notes(report):
        print(f"- {note}")
    packages = next(iter(zoo.runs.values())).facts["packages"]
    print("- " + ", ".join(f"{name} {version}" for name, version in packages.items()))


if __name__ == "__main__":
    main()
