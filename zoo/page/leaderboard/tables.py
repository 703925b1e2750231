"""The leaderboard's tables as HTML."""

from __future__ import annotations

from html import escape
from typing import Any

from zoo.outputs.leaderboard import BLEND_NOTE, PROCESSED_NOTE, RETRIEVAL, blended, notes, processed
from zoo.page.board import sortable
from zoo.page.language import _, marked, ngettext

NAMES = {
    "random": marked("Random order (baseline)"),
    "pixels": marked("Pixels, 12 x 12 thumbnail (baseline)"),
}
MULTI = ("map", "top3_recall", "chance")


def leaderboard_html(report: dict[str, Any], titles: dict[str, str]) -> str:
    """Retrieval and classification of every backbone beside the baselines."""
    catalog = report["catalog"]
    if not report["backbones"]:
        return f'<p class="quiet">{_("No backbone is trained yet.")}</p>'
    retrieval = next(iter(report["baselines"].values()))["retrieval"]
    listed = "".join(f"<li>{escape(note)}</li>" for note in notes(report))
    return (
        f"<p>{_what(catalog, retrieval)} "
        f"{escape(BLEND_NOTE.capitalize())}. {escape(PROCESSED_NOTE.capitalize())}.</p>"
        f"<h3>{_('Retrieval')}</h3>{_retrieval_table(report, titles)}"
        f'<ul class="notes">{listed}</ul>'
        f"<h3>{_('Predicted attributes, test split')}</h3>{_accuracy_table(report, titles)}"
        f"{_multi_table(report, titles)}"
        f"<h3>{_('Cost')}</h3>{_cost_table(report, titles)}"
    )


def _what(catalog: dict[str, Any], retrieval: dict[str, Any]) -> str:
    """What is measured on what."""
    pictures = ngettext("{name}: {n} picture.", "{name}: {n} pictures.", catalog["items"])
    said = _(
        "{queries} test pictures are the queries, the other {database} are searched; "
        "{near_duplicates} near-duplicate pairs are left out. <b>True labels only</b>, the same "
        "split, pictures and scoring for all. A hit is an item equal in {key}."
    ).format(
        queries=f"{retrieval['queries']:,}",
        database=f"{retrieval['database']:,}",
        near_duplicates=f"{retrieval['near_duplicates']:,}",
        key=escape(_(" and ").join(catalog["key"])),
    )
    return (
        f"{pictures.format(name=escape(catalog['name']), n=format(catalog['items'], ','))} {said}"
    )


def _retrieval_table(report: dict[str, Any], titles: dict[str, str]) -> str:
    entries = _rankings(report, titles)
    order = sorted(entries, key=lambda n: entries[n]["attribute_match@5"], reverse=True)
    rows = []
    for name in order:
        cells = []
        for metric in RETRIEVAL:
            low, high = entries[name]["intervals"][metric]
            cells.append(f"{entries[name][metric]:.3f} <small>{low:.3f}–{high:.3f}</small>")
        rows.append([name, *cells])
    return sortable(_("Retrieval"), ["", *RETRIEVAL], rows)


def _rankings(report: dict[str, Any], titles: dict[str, str]) -> dict[str, Any]:
    """The retrieval scores of everything that orders the database, by the name of its row."""
    named = {titles[name]: scores for name, scores in report["backbones"].items()}
    baselines = {
        _(NAMES[name]) if name in NAMES else name: scores
        for name, scores in report["baselines"].items()
    }
    entries = {**named, **blended(named), **processed(named), **baselines}
    return {name: scores["retrieval"] for name, scores in entries.items()}


def _accuracy_table(report: dict[str, Any], titles: dict[str, str]) -> str:
    attributes = report["catalog"]["attributes"]
    rows = []
    for name, scores in report["backbones"].items():
        cells = []
        for attribute in attributes:
            if attribute not in scores["accuracy"]:
                cells.append("")
                continue
            low, high = scores["intervals"][attribute]
            cells.append(
                f"{scores['accuracy'][attribute]:.3f} <small>{low:.3f}–{high:.3f}<br>"
                f"{_('top-3')} {scores['top3'][attribute]:.3f}, "
                f"{_('macro-F1')} {scores['macro_f1'][attribute]:.3f}"
                f"{_calibration(scores['calibration'].get(attribute))}</small>"
            )
        rows.append([titles[name], *cells])
    majority = next(iter(report["backbones"].values()))["majority"]
    said = [f"{majority[a]:.3f}" if a in majority else "" for a in attributes]
    rows.append([_("Commonest class (baseline)"), *said])
    ceilings = report["catalog"]["disagreement"]
    if ceilings:
        said = [_ceiling(ceilings[a]) if a in ceilings else "" for a in attributes]
        rows.append([_("Label ceiling"), *said])
    return sortable(_("Predicted attributes, test split"), [_("accuracy"), *attributes], rows)


def _ceiling(found: dict[str, Any]) -> str:
    few = _(", few") if found["few"] else ""
    pairs = ngettext("{n} near-identical pair", "{n} near-identical pairs", found["pairs"])
    return f"{found['ceiling']:.3f} <small>{pairs.format(n=found['pairs'])}{few}</small>"


def _calibration(found: dict[str, float] | None) -> str:
    if found is None:
        return ""
    return f"<br>{_('calibration error')} {found['ece_before']:.3f} → {found['ece_after']:.3f}"


def _multi_table(report: dict[str, Any], titles: dict[str, str]) -> str:
    """Attributes with several classes at once; nothing where there is none."""
    rows = [
        [f"{titles[name]}, {attribute}", *(f"{found[m]:.3f}" for m in MULTI)]
        for name, scores in report["backbones"].items()
        for attribute, found in scores["multi"].items()
    ]
    if not rows:
        return ""
    header = ["", _("mAP"), _("top-3 recall"), _("mAP by chance")]
    title = _("Attributes with several classes, test split")
    return f"<h3>{title}</h3>{sortable(title, header, rows)}"


def _cost_table(report: dict[str, Any], titles: dict[str, str]) -> str:
    rows = []
    for name, scores in report["backbones"].items():
        index = scores["index"]
        rows.append(
            [
                titles[name],
                escape(scores["weights"]),
                str(scores["epochs"]),
                f"{scores['image_size']} px",
                f"{scores['parameters'] / 1e6:.1f} M",
                str(scores["dimension"]),
                f"{scores['training_s'] / 60:.1f} min",
                f"{scores['images_per_s']:.0f}" if scores["images_per_s"] else "",
                escape(index["title"]),
                f"{index['recall@10']:.3f}",
                f"{index['query_ms']:.2f} ms",
                f"{index['exact_ms']:.2f} ms" if index["exact_ms"] else "",
                f"{index['bytes'] / 1e6:.0f} MB",
            ]
        )
    header = [
        "", _("weights"), _("epochs"), _("picture"), _("parameters"), "D", _("training"),
        _("embedding images/s"), _("index"), _("index recall@10"), _("index query"),
        _("exact query"), _("index size"),
    ]  # fmt: skip
    return sortable(_("Cost"), header, rows)
