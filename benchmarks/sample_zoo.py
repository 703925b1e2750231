"""Whether a trained sample zoo keeps what is promised of it: run after `python serve.py`.

Prints each promise with the number behind it; exit status 1 when one does not hold.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from zoo.compare import open_zoo
from zoo.outputs.documents import evaluate_report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, default=Path("runs/sample"))
    report = evaluate_report(open_zoo(parser.parse_args().runs))
    backbones = report["backbones"]
    pixels = report["baselines"]["pixels"]["retrieval"]["attribute_match@5"]
    best = max(backbones, key=lambda n: sum(backbones[n]["accuracy"].values()))
    kept = []
    for name, accuracy in backbones[best]["accuracy"].items():
        majority = backbones[best]["majority"][name]
        low, _ = backbones[best]["intervals"][name]
        kept.append(low > majority)  # the whole 95 % interval is above
        said = f"{accuracy:.3f}, at least {low:.3f}; majority {majority:.3f}"
        print(f"{best} {name}: {said}; kept {kept[-1]}")
    above = [n for n, s in backbones.items() if s["retrieval"]["attribute_match@5"] > pixels]
    kept.append(len(above) >= 2)
    print(f"above the pixels baseline of {pixels:.3f}: {', '.join(above) or 'none'}")
    seconds = sum(s["training_s"] for s in backbones.values())
    print(f"training took {seconds:.0f} s in all")
    sys.exit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
