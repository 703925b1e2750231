"""The findings as one HTML file that needs nothing but itself."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from html import escape
from pathlib import Path

from PIL import Image

from zoo.cleaning.section import Card, Section
from zoo.errors import PictureError
from zoo.files import written_whole
from zoo.pictures import open_picture
from zoo.progress import Progress, Stage

CARDS = 40  # shown of a section; the CSV file has them all
PICTURES = 6  # shown of a card
LINES = 40  # shown of a section without pictures
SIDE = 96  # pixels
STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 68rem; padding: 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin: 2rem 0 .2rem }
p { margin: .2rem 0 .6rem } ul { padding-left: 1.2rem; overflow-wrap: anywhere }
.cards { display: flex; flex-wrap: wrap; gap: .6rem }
.card { border: 1px solid #8886; border-radius: .5rem; padding: .5rem }
.row { display: flex; flex-wrap: wrap; gap: .5rem }
figure { margin: 0; width: 96px } figcaption, small { font-size: .75rem; overflow-wrap: anywhere }
img { width: 96px; height: 96px; object-fit: contain; background: #8882; display: block }
"""


def write_page(
    path: Path, title: str, lines: Sequence[str], sections: Sequence[Section], progress: Progress
) -> None:
    """Write the file whole: `lines` first, then a part per section, thumbnails inlined."""
    shown = sum(len(card.pictures[:PICTURES]) for s in sections for card in s.cards[:CARDS])
    with progress.stage("drawing the report", shown) as bar:
        parts = [_section(section, bar) for section in sections]
    text = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>\n"
        f"<h1>{escape(title)}</h1>\n{_list(lines)}\n{''.join(parts)}</body></html>\n"
    )
    with written_whole(path) as partial:
        partial.write_text(text, "utf-8")


def _section(section: Section, bar: Stage) -> str:
    count = len(section.findings)
    head = f"<h2>{escape(section.title)}: {count}</h2>\n<p>{escape(section.why)}</p>\n"
    if section.cards:
        cards = "".join(_card(card, bar) for card in section.cards[:CARDS])
        more = _more(len(section.cards) - CARDS)
        return f'<section>{head}<div class="cards">{cards}</div>{more}</section>\n'
    lines = [f"{f.subject}: {f.kind}: {f.detail}" for f in section.findings[:LINES]]
    return f"<section>{head}{_list(lines)}{_more(count - LINES)}</section>\n"


def _more(count: int) -> str:
    return f"<p>and {count} more in the CSV file</p>" if count > 0 else ""


def _list(lines: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>" if lines else ""


def _card(card: Card, bar: Stage) -> str:
    shown = list(zip(card.pictures, card.captions, strict=True))[:PICTURES]
    figures = []
    for path, caption in shown:
        figures.append(f"<figure>{_image(path)}<figcaption>{escape(caption)}</figcaption></figure>")
        bar.advance(1)
    more = len(card.pictures) - len(shown)
    note = "; ".join([*([card.note] if card.note else []), *([f"and {more} more"] if more else [])])
    return f'<div class="card"><div class="row">{"".join(figures)}</div>{_small(note)}</div>\n'


def _small(note: str) -> str:
    return f"<small>{escape(note)}</small>" if note else ""


def _image(path: Path) -> str:
    try:
        picture = open_picture(path, at_least=SIDE)
    except PictureError as error:  # it was readable a moment ago
        return f"<small>{escape(str(error))}</small>"
    picture.thumbnail((SIDE, SIDE))
    return f'<img alt="" loading="lazy" src="{_jpeg_uri(picture)}">'


def _jpeg_uri(picture: Image.Image) -> str:
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=70)
    return "data:image/jpeg;base64," + base64.b64encode(data.getvalue()).decode("ascii")
