"""What `zoo clean` says: as JSON, and as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zoo.catalog import summarise
from zoo.catalog.disagreement import Disagreement
from zoo.cleaning.examine import Examined
from zoo.cleaning.section import Section
from zoo.plurals import numbered


def summary(
    examined: Examined, sections: Sequence[Section], disagreements: Sequence[Disagreement]
) -> dict[str, Any]:
    """Counts of findings by kind, and how often near-identical pictures disagree."""
    findings = [finding for section in sections for finding in section.findings]
    return {
        "catalog": examined.name,
        "listed": examined.listed,
        "usable": len(examined.rows),
        "findings": summarise(findings),
        "disagreement": {d.attribute: d.facts() for d in disagreements},
    }


def clean_text(report: dict[str, Any]) -> str:
    """The summary, and where the files are."""
    listed = numbered(report["listed"], "picture")
    lines = [f"{report['catalog']}: {report['usable']} of {listed} can be used"]
    width = max((len(str(count)) for count in report["findings"].values()), default=0)
    lines += [f"  {count:>{width}} {kind}" for kind, count in report["findings"].items()]
    lines += ["  nothing found"] if not report["findings"] else []
    disagreement = [f"  {line}" for line in disagreement_lines(report["disagreement"])]
    lines += ["near-identical pictures whose labels differ", *disagreement] if disagreement else []
    lines += [f"note: {note}" for note in report.get("notes", [])]
    lines += [f"pictures of it in {report['html']}", f"all findings in {report['csv']}"]
    return "\n".join(lines)


def disagreement_lines(disagreement: dict[str, Any]) -> list[str]:
    """A line per attribute; few pairs are said to be few."""
    return [_line(name, facts) for name, facts in disagreement.items()]


def _line(name: str, facts: dict[str, Any]) -> str:
    if not facts["pairs"]:
        return f"{name}: no pair to compare"
    few = "; a small number, take it as a hint" if facts["few"] else ""
    return (
        f"{name}: {facts['share']:.3f} of {numbered(facts['pairs'], 'pair')} disagree, so no model "
        f"can be right on more than {facts['ceiling']:.3f} of them{few}"
    )
