"""The models there are, the plugins that failed, and the machine, as HTML and JSON."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import urlsplit

from zoo.compare import Zoo
from zoo.inventory import NOT_OPENED, TRAINED, UNFINISHED, UNTRAINED, Machine, Model
from zoo.page.badges import badge, run_badges
from zoo.page.language import _, marked
from zoo.page.sizes import amount, count
from zoo.plugins import Registry

STATES = {
    TRAINED: marked("trained"),
    UNTRAINED: marked("not trained yet"),
    UNFINISHED: marked("training not finished"),
    NOT_OPENED: marked("trained, but does not open"),
}
LATER = marked("known once trained")
UNSTATED = marked("not stated")


def models_report(models: list[Model], registry: Registry, zoo: Zoo | None) -> dict[str, Any]:
    """Every backbone with its state, the failed plugins and the runs that did not open."""
    return {
        "backbones": [model.report() for model in models],
        "failed": registry.report()["failed"],
        "problems": [{"origin": p.origin, "error": p.error} for p in (zoo.problems if zoo else ())],
    }


def models_html(models: list[Model], registry: Registry, zoo: Zoo | None) -> str:
    """A card per backbone, then what is wrong."""
    cards = "".join(_card(model, zoo) for model in models)
    return f'<div class="cards">{cards}</div>{problems_html(registry, zoo)}'


def machine_html(machine: Machine) -> str:
    """The devices and the disk, in one line."""
    disk = _("{free} of {all} free on the disk").format(
        free=amount(machine.free_bytes), all=amount(machine.total_bytes)
    )
    facts = "".join(f"<span>{escape(fact)}</span>" for fact in (*machine.devices, disk))
    return f'<div class="machine"><span class="quiet">{_("This machine")}</span>{facts}</div>'


def problems_html(registry: Registry, zoo: Zoo | None) -> str:
    """Plugins that were kept apart and runs that did not open."""
    failures = [(_("Plugin kept apart"), f) for f in registry.failed]
    failures += [(_("Run not opened"), p) for p in (zoo.problems if zoo else ())]
    if not failures:
        return ""
    items = "".join(
        f"<li><b>{kind}: {escape(f.origin)}</b><br>{escape(f.error)}</li>" for kind, f in failures
    )
    return f'<ul class="problems">{items}</ul>'


def _card(model: Model, zoo: Zoo | None) -> str:
    run = zoo.runs.get(model.name) if zoo else None
    rows = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in _facts(model).items())
    problem = model.published.problem
    state = badge(_(STATES[model.state]), "all" if model.state == TRAINED else "warn")
    wrong = f'<p class="wrong">{escape(problem)}</p>' if problem else ""
    return (
        f'<div class="card" data-model="{escape(model.name)}"><h3>{escape(model.title)}</h3>'
        f'<div class="badges">{state}{run_badges(run) if run else ""}</div>'
        f"{wrong}<dl>{rows}</dl></div>"
    )


def _facts(model: Model) -> dict[str, str]:
    """What a card says, escaped."""
    size = f"{model.image_size} px" if model.image_size else _own_size(model)
    return {
        _("Name"): f"<code>{escape(model.name)}</code>",
        _("Published weights"): f"<code>{escape(model.source)}</code>{_home(model.published.home)}",
        _("Their licence"): escape(model.published.licence or _(UNSTATED)),
        _("Parameters"): count(model.parameters) if model.parameters else _(LATER),
        _("Input"): size,
        _("Embedding"): _dimension(model),
        _("Disk"): amount(model.bytes) if model.bytes else _("nothing yet"),
        _("Plugin"): escape(model.origin),
    }


def _own_size(model: Model) -> str:
    own = model.published.image_size
    return _("{n} px unless told otherwise").format(n=own) if own else _(UNSTATED)


def _dimension(model: Model) -> str:
    return _("{n} numbers").format(n=model.dimension) if model.dimension else _(LATER)


def _home(address: str | None) -> str:
    """A link to where the weights come from; only to the web, whatever a plugin says."""
    if address is None or urlsplit(address).scheme not in ("http", "https"):
        return ""
    host = urlsplit(address).netloc
    return (
        f'<a class="home" href="{escape(address)}" target="_blank" rel="noopener noreferrer">'
        f"{escape(host)}</a>"
    )
