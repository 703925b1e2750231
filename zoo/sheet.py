"""A contact sheet: query pictures and each backbone's items as one picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from zoo.compare import Result, Zoo
from zoo.files import written_whole
from zoo.pictures import decode, open_picture

TILE, MARGIN, LINE = 160, 12, 18  # pixels
INK, PAPER, GREEN = "#1f2430", "white", "#1a7f4b"


def contact_sheet(
    zoo: Zoo, pictures: Mapping[str, bytes], results: Mapping[str, Result], path: Path
) -> None:
    """Write a PNG: a row per backbone, the query first, then its items by rank."""
    most = max(len(r.answer.items) for r in results.values())
    width = MARGIN + (1 + most) * (TILE + MARGIN)
    row_height = LINE + TILE + 2 * LINE + MARGIN
    sheet = Image.new("RGB", (width, MARGIN + row_height * len(results)), PAPER)
    draw = ImageDraw.Draw(sheet)
    query = decode(next(iter(pictures.values())), at_least=TILE)
    for place, (name, result) in enumerate(results.items()):
        top = MARGIN + place * row_height
        draw.text((MARGIN, top), zoo.runs[name].backbone.title, INK, _font(14))
        _tile(sheet, draw, query, MARGIN, top + LINE, "query", INK)
        for column, item in enumerate(result.answer.items, start=1):
            picture = open_picture(zoo.catalog.path(item.row), at_least=TILE)
            left = MARGIN + column * (TILE + MARGIN)
            text = f"{item.rank}. {item.similarity:.2f}  match {item.match} of {item.match_of}"
            colour = GREEN if item.match == item.match_of else INK
            _tile(sheet, draw, picture, left, top + LINE, text, colour)
    with written_whole(path) as partial:
        sheet.save(partial, "PNG")


def _tile(
    sheet: Image.Image,
    draw: ImageDraw.ImageDraw,
    picture: Image.Image,
    left: int,
    top: int,
    text: str,
    colour: str,
) -> None:
    sheet.paste(ImageOps.pad(picture, (TILE, TILE), color=PAPER), (left, top))
    draw.text((left, top + TILE + 3), text, colour, _font(12))


def _font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)
