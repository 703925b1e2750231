"""One picture large: what the catalogue says of it, and what each backbone predicts."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from PIL import ImageOps

from zoo.catalog import Attribute, Catalog
from zoo.compare import Result, Tags, Zoo
from zoo.page.badges import badge
from zoo.page.board import board
from zoo.page.compare.subject import Subject
from zoo.page.compare.truth import sign, truth
from zoo.page.language import _, marked
from zoo.page.thumbnails import data_address
from zoo.pictures import decode

SIDE = 640  # pixels of the large picture's longer side
SEEN = marked("a training picture: every backbone has learnt from its labels")


def facts(zoo: Zoo, results: Mapping[str, Result], subject: Subject) -> str:
    """The picture beside a table: a row an attribute, a column a backbone."""
    picture = decode(subject.data, at_least=SIDE, box=subject.box)
    if max(picture.size) > SIDE:
        picture = ImageOps.contain(picture, (SIDE, SIDE))
    said = {name: _predicted(zoo, name, result, subject) for name, result in results.items()}
    known = subject.row is not None
    header = ["", *([_("Catalogue")] * known), *(zoo.runs[name].backbone.title for name in results)]
    rows = [
        [attribute.name, *([_known(zoo.catalog, subject, attribute)] * known)]
        + [_cell(zoo.catalog, subject, attribute, tags) for tags in said.values()]
        for attribute in zoo.catalog.attributes
    ]
    unlabelled = _("Not labelled: nobody knows which of them is right.")
    note = "" if known else f'<p class="quiet">{unlabelled}</p>'
    table = board(_("What is said of the picture"), header, rows)
    return (
        f'<div class="about"><img src="{data_address(picture)}" alt="{escape(subject.name)}">'
        f'<div class="sayings">{_badges(zoo.catalog, subject)}{table}{note}'
        "</div></div>"
    )


def _badges(catalog: Catalog, subject: Subject) -> str:
    if subject.row is None:
        return ""
    item_id, split = (str(catalog.table[c].iat[subject.row]) for c in ("item_id", "split"))
    seen = (
        badge(_(SEEN), "warn")
        if split == "train"
        else badge(_("{split}: never trained on").format(split=split))
    )
    return f'<div class="badges">{badge(item_id)}{seen}</div>'


def _predicted(zoo: Zoo, name: str, result: Result, subject: Subject) -> Tags:
    """What a backbone predicts of the subject."""
    if subject.row is None:
        return result.predicted[subject.upload]
    own = zoo.runs[name].predictions[subject.row : subject.row + 1]
    return zoo.tags_of([subject.name], own)[0]


def _known(catalog: Catalog, subject: Subject, attribute: Attribute) -> str:
    classes = truth(catalog, subject.row, attribute.name)
    if classes is None:
        return f'<span class="quiet">{_("unknown")}</span>'
    return escape(", ".join(classes)) or _("none")


def _cell(catalog: Catalog, subject: Subject, attribute: Attribute, tags: Tags) -> str:
    known = truth(catalog, subject.row, attribute.name)
    single = attribute.kind == "single"
    said = [tags.attributes[attribute.name]] if single else tags.multis[attribute.name]
    parts = [
        f"<span><bdi>{escape(value)}</bdi> <i>{confidence:.0%}</i> {sign(value, known)}</span>"
        for value, confidence in said
    ]
    return "<br>".join(parts) or _("none")
