"""The models there are and the plugins that failed."""

from __future__ import annotations

from html import escape
from typing import Any

from zoo.compare import Zoo
from zoo.page.badges import badge, run_badges
from zoo.plugins import Registry


def models_report(registry: Registry, zoo: Zoo | None) -> dict[str, Any]:
    """Every backbone with its state, the failed plugins and the runs that did not open."""
    report = registry.report()
    for backbone in report["backbones"]:
        run = zoo.runs.get(backbone["name"]) if zoo else None
        backbone["trained"] = run is not None
        if run is not None:
            trained = run.facts["trained"]
            backbone["weights"] = trained["weights"]["kind"]
            backbone["epochs"] = trained["epochs"]
            backbone["image_size"] = trained["transform"]["size"]
            backbone["dimension"] = trained["dimension"]
    report["problems"] = (
        [{"origin": p.origin, "error": p.error} for p in zoo.problems] if zoo else []
    )
    return report


def models_html(registry: Registry, zoo: Zoo | None) -> str:
    """A card per backbone, then what is wrong."""
    cards = []
    for name, backbone in sorted(registry.backbones.items()):
        run = zoo.runs.get(name) if zoo else None
        state = run_badges(run) if run else badge("not trained yet", "warn")
        cards.append(
            f'<div class="card"><h3>{escape(backbone.title)}</h3>'
            f"<p><code>{escape(name)}</code> · {escape(backbone.source)}<br>"
            f'<span class="quiet">from {escape(registry.origins[name])}</span></p>'
            f'<div class="badges">{state}</div></div>'
        )
    return f'<div class="cards">{"".join(cards)}</div>{problems_html(registry, zoo)}'


def problems_html(registry: Registry, zoo: Zoo | None) -> str:
    """Plugins that were kept apart and runs that did not open."""
    failures = [("Plugin kept apart", f) for f in registry.failed]
    failures += [("Run not opened", p) for p in (zoo.problems if zoo else ())]
    if not failures:
        return ""
    items = "".join(
        f"<li><b>{kind}: {escape(f.origin)}</b><br>{escape(f.error)}</li>" for kind, f in failures
    )
    return f'<ul class="problems">{items}</ul>'
